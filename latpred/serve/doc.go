// Package serve answers over HTTP, in JSON, what networks take on devices.
//
//  1. A Device is what can be asked about: FromPredictor and FromEntry make
//     one; Shipped lists those of package catalog.
//  2. New makes a Server of them; Server.Handler is an http.Handler, Server.Serve
//     listens and stops gracefully. Devices that a table must be fitted for are
//     prepared in the background meanwhile, with three seconds of a processor for all
//     that ship; who asks about one earlier waits for it.
//  3. The page at / lets one click a network together and see what it takes on every
//     device, layer by layer on one, and where it stands beside the Pareto front.
//
// Requests are bounded in size, in number of networks, in time and, where they are
// long, in how many run at once. Errors are {"error": "…"} with a status that says
// whose mistake it was. /openapi.json describes everything; /metrics is for
// Prometheus; a structured log has a line for each request.
package serve
