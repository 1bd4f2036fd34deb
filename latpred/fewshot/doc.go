// Package fewshot predicts a device from 3 to some hundred measurements of it and
// models of other devices.
//
//  1. A Source is another device: how long a network takes there, and what of it is
//     due to which segment.
//  2. A base is a guess: the times of a source's segments, or of a mixture of two
//     sources, times a common factor, seen through a launch queue or not.
//  3. Its relative error is taken as a sum over groups of segments (places, levels of
//     the choices' factors such as kernel and expansion, both in each stage, resolutions,
//     and a trend from the stem to the head), each weighted by its share of the time: a
//     linear model with Gaussian priors, solved in closed form. Under a queue the label has a kink; on which side of it a network
//     is, the corrected times say.
//  4. Fit averages over bases, noise and width of the priors, by how well each
//     explains the measurements (marginal likelihood). A power law of the source
//     with a constant, y = a·sourceᵇ + c, is one of the candidates, and what is
//     left where leave-one-out says that more is worse. From five rows on, outliers
//     count less.
//  5. Model.Read gives a prediction and its standard deviation.
//  6. Design chooses, before anything is measured, which networks tell most.
package fewshot
