// Package serve predicts the latency of networks on devices over HTTP, in JSON.
//
//  1. A Device is a device and its predictor: FromPredictor and FromEntry make one;
//     Shipped lists those of package catalog.
//  2. New makes a Server from devices. Server.Handler is an http.Handler; Server.Serve
//     answers on a listener and stops gracefully. Devices whose lookup table must be
//     fitted first are prepared in the background, which takes about three seconds of
//     processor time for all that ship; predictions for a device wait until it is ready.
//  3. The page at / lets the user put a network together and see its latency on every
//     device, layer by layer on one of them, and where it stands beside the Pareto front.
//
// Requests are bounded in size, number of networks and time. As many compute at once as
// there are cores, others wait their turn; searches wait for each other as well, and let
// those that wait for a turn go first between their steps. Large bodies and connections are
// bounded in number. Requests for a name that is not the server's, with a body that is not
// application/json, or from pages of other sites are refused. A predictor that gives what
// is no latency, such as NaN, is a mistake of the server's. Errors are {"error": "…"} with a status of 4xx for the client's
// mistakes, 503 when the server is busy or too slow, and 500 for its own mistakes.
// /openapi.json describes the API; /metrics is for Prometheus; a structured log has a
// line for each request.
package serve
