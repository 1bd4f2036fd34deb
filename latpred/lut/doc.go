// Package lut reads and sums lookup tables: for a device, the time of every
// layer that a sub-network can have, at every resolution.
//
//  1. ReadYAML reads OFA's format, one file a resolution; Note10 is the table
//     that ships with the project.
//  2. Table.LatencyMs sums the rows that an architecture needs. What is missing
//     is an error that names the keys (*MissingError).
//  3. Table.Cost says what measuring the table took.
//  4. FitLinear goes the other way: from latencies of whole networks to the time
//     of each choice, one least-squares model a resolution.
//
// # The format
//
// OFA's table is a YAML map from layer to {count, mean, std}, milliseconds. A key
// spells the layer out, its fields joined by hyphens, shapes as height × width ×
// channels: the type (Conv, expanded_conv, Conv_1, AvgPool2D, Conv_2, Logits),
// input, output and, for expanded_conv, expand (middle channels), kernel, stride,
// idskip, se and hs (0 or 1). Key builds it from a layer of package space. Layers that
// OFA's networks lack have keys in the same manner: -groups:2 behind a block whose 1×1
// convolutions are grouped, and in lower case conv, avg_pool, sum, zero and norm, with
// their kernel, stride, number of inputs and activation where they have one.
package lut
