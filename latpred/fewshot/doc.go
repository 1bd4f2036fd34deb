// Package fewshot predicts a device from 3 to some hundred measurements of it and from
// models of other devices.
//
//  1. A Source is another device: how long a network takes there, and how that time is
//     divided among its segments.
//  2. A Base is a first guess: the segment times of one source, or of a mixture of two,
//     times a factor, and a clock with or without a launch queue.
//  3. The relative error of a base is modelled as a sum of effects of groups of segments,
//     each weighted by the group's share of the time. Groups are places, levels of the
//     choices' factors (such as kernel and expansion) alone and in each stage, resolutions,
//     and a trend from stem to head. That is a linear model with Gaussian priors, solved in
//     closed form. Under a launch queue the label has a kink (max(h, S) in package pass);
//     the corrected times decide on which side of it a network is.
//  4. Fit averages over bases, noise levels and prior widths, weighted by their evidence
//     (marginal likelihood). A power law of the source with a constant, y = a·sourceᵇ + c,
//     is one of the candidates; it has all the weight unless the measurements clearly
//     support more. From five rows on, outliers get less weight.
//  5. Model.Read gives a prediction and its standard deviation.
//  6. Design chooses the most informative networks before anything is measured.
package fewshot
