// Package lut reads and sums lookup tables: the time, on one device, of every layer that a
// sub-network can have, at every resolution.
//
//  1. Open finds a table: one that ships with the project, by name (Names lists them), or
//     files. ReadYAML reads OFA's format; Note10 is the table of OFA's authors.
//  2. Table.LatencyMs sums the rows of an architecture's layers. If some are missing, the
//     error names their keys (*MissingError). Indexed does the same faster.
//  3. Table.Cost is the time that measuring the table took.
//  4. Fit and FitLinear go the other way: from latencies of whole networks to the times of
//     layers, or of choices. Calibrate compares a table with latencies of whole networks.
//
// # The format
//
// OFA's table is a YAML map from a layer to {count, mean, std}, in milliseconds, one file
// for each resolution. A key describes the layer. Its fields are joined by hyphens, and
// shapes are height × width × channels: the type (Conv, expanded_conv, Conv_1, AvgPool2D,
// Conv_2, Logits), input, output and, for expanded_conv, expand (middle channels),
// kernel, stride, idskip, se and hs (0 or 1). Key makes it from a layer of package space.
// Layers that OFA's networks don't have get keys in the same form: a block with grouped
// 1×1 convolutions has -groups:2 appended; conv, avg_pool, sum, zero and norm, in lower
// case, have their kernel, stride, number of inputs and activation, if any.
package lut
