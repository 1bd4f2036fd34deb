// Package transfer predicts a device from a few measurements of it, for networks of any
// search space, with the help of other devices' measurements where there are some.
//
//  1. FeaturesOf describes the networks of a space in blocks of columns, all from the space's
//     own data. Physics has what the layers cost: dispatches, multiply-accumulates of dense and
//     of depthwise convolutions, activations moved, parameters and their roots, what groups
//     would save and what their shuffles move, and the activations of large layers, for a GPU
//     that waits for dispatches pays only for those. StagePhysics has the same for each stage,
//     Choices how often each choice occurs, Stages that for each stage, and Slots the choice of
//     each slot. Where the layers form a graph, blocks also count only what the output needs.
//  2. FitSource makes a Source of measurements of another device: a linear function of the
//     features, by ridge regression whose penalty has the greatest evidence. In spaces of
//     several resolutions, such as OFA's, where no few columns are enough, a source is a table
//     of times of segments, and the columns of a network are the times of groups of its
//     segments on the mean of the sources (Features.With), beside Physics.
//  3. NewLearner puts sources and a Prior together; Learner.Design says which networks are
//     worth measuring; Learner.Fit makes a Model of their measurements, and Learner.FitClock a
//     Clocked, if the clock may not have waited for the device.
//  4. Clocked.Means and Clocked.Bounds predict networks, Model.Means and Model.Bounds what has
//     given features.
//
// # The model
//
// With t the measurements less their mean, in units of their standard deviation over the space
// (that of the measured networks, less by how much farther apart than others the bases see
// them), b one of the bases (the mean of the sources, each source, each column of Physics,
// standardised), and b̄ its mean over the measured networks,
//
//	t = s·(b(x) − b̄) + g(x) + e
//	g ~ N(0, v·K)   K = c₀ + c·b·bᵀ + Σ sources' products + Σ blocks' products
//	e ~ N(0, v·ν/w)   w ~ Gamma(τ/2, τ/2)   v ~ inverse Gamma(f/2, f/2)
//
// Bases and ratios of noise ν are averaged over, weighted by their evidence; with tables of
// times also widths, which are factors of K, and two expectations of the slope s: that of a
// correlation, and the one at which the device takes in proportion as long as the base. Small
// widths are for a device that is like a source; they are the likelier the more sources there
// are. The
// noise of a
// single measurement has a Student distribution of τ degrees of freedom: the weights w are
// their expected values, in turn with the rest (a variational approximation, after Tipping and
// Lawrence, Variational inference for Student-t models, Neurocomputing 69, 2005), but less for
// measurements that are too long than for those that are too short. The variances are those of
// the Prior, and the same for all devices: a few measurements can't choose them. Intervals are
// as wide as the errors of measurements that are left out, in closed form, say.
//
// # The clock
//
// A clock that does not wait for a GPU shows less than a pass, see package pass. What it shows
// of a pass is a function of how long that is, if the pass is divided among segments as the
// mean of the sources is; so each launch queue turns the measurements into passes, which have
// an evidence, and predictions of passes back into what the clock would show.
package transfer
