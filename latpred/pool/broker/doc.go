// Package broker runs the state machines of package pool over NATS JetStream.
//
//  1. Connect reaches a server or a cluster by URL, with TLS and credentials; StartServer
//     starts one in this process, for one command and for tests.
//  2. Coordinate offers a campaign's groups to a pool until all are measured. It can be
//     killed at any time: the next one goes on from the folder's journals and the stream.
//  3. Work lets a device measure for a pool, as a worker of it, until it is stopped or fenced.
//  4. Watch tells how far the campaign of a pool is.
//
// # What goes where
//
// For a pool P there are
//
//	bucket ofalat-P                      the last order to each device, key device.D, and who
//	                                     coordinates, key coordinator; written by compare and set
//	stream ofalat-P                      results, subject ofalat.P.result.CAMPAIGN.D, a work
//	                                     queue: each stays until the coordinator has kept it
//	subjects ofalat.P.report, .status    reports of workers and the coordinator's status, not
//	                                     stored: the next says the same
//
// A coordinator that was replaced while it hung finds that the order it wants to write has
// changed since, and ends.
package broker
