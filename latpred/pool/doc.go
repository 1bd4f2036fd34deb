// Package pool hands the groups of a measuring campaign to devices that come and go.
//
//  1. A worker stands beside each device. It states Facts of the device in Reports, which it
//     sends again and again, and measures what its Order says. Agent decides what a worker
//     does.
//  2. One Coordinator hears the reports and writes the orders. It gives every group to a
//     device whose facts the plan's Wish fits, gives it to another when the device is silent
//     or makes no progress, and judges each Result: one is accepted for each group.
//  3. Folder keeps the accepted results, in a journal of package measure for each device,
//     which can be merged as the journals of shards are.
//
// Coordinator and Agent are state machines: messages and the time go in, messages come out.
// They know no clock and no network; package broker gives them both, over NATS JetStream.
//
// # Messages
//
// A Report and an Order say all that their sender has to say, not what has changed: one that
// is lost, doubled or late does no harm, since the next says the same. Only results must
// arrive, at least once.
//
// # Leases
//
// A device is measured by one worker at a time. A worker that joins takes the device's lease:
// its epoch is one higher than that of the worker before it, which is fenced: it stops, and
// what it still delivers is set aside. A device that is silent loses its group, not its
// lease: if it comes back before another device has measured the group, its result counts.
//
// # Kinds
//
// Devices that agree in what decides times (model, system, driver, runner) are of one kind
// and share a campaign's groups. Each kind measures all groups. How many kinds may take part
// is Limits.Kinds; devices of further kinds get nothing and are told why.
package pool
