// Package design says which networks of a device to measure next, and when they are enough.
//
//  1. Networks orders networks of a space by expected information: first those that say most
//     of a device like the sources, see adapt.Plan, then random ones. Order does so with
//     given networks.
//  2. Judge says what error a predictor adapted with measured networks is expected to have,
//     how sure that is, and what more measurements would bring.
//  3. Campaign measures in batches until the expected error is below a goal.
//
// The order does not depend on what was measured: the information of a measurement in the
// model of package transfer depends on the network, not on its time. So a campaign that is
// interrupted, or continued with a lower goal, goes on in the same order.
package design
