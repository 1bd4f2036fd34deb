// Package fewshot reads the models by which earlier versions adapted to few measurements, and
// predicts with them; package transfer makes today's.
//
//  1. A Source is another device: how long a network takes there, and how that time is
//     divided among its segments.
//  2. A Base is a first guess: the segment times of one source, or of a mixture of two,
//     times a factor, and a clock with or without a launch queue.
//  3. A Component is a base with the posterior of its relative error: a sum of effects of
//     groups of segments, each weighted by the group's share of the time. Groups are places,
//     levels of the choices' factors (such as kernel and expansion) alone and in each stage,
//     resolutions, and a trend from stem to head. Under a launch queue the label has a kink
//     (max(h, S) in package pass); the corrected times decide on which side of it a network
//     is. A power law of the source with a constant, y = a·sourceᵇ + c, is another form.
//  4. Model.Read gives a prediction and its standard deviation, averaged over components.
package fewshot
