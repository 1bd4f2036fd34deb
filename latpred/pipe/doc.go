// Package pipe answers requests of another program on a pair of pipes, as the Python package
// ofalat makes them. A request costs some microseconds more than the prediction, and the program
// that answers ends with the one that asks, however that ends.
//
//  1. The program starts this one, which runs Serve on its standard input and output.
//  2. Serve says hello, then reads a request, answers it, and reads the next, until its input
//     ends. An error is an answer too; only a message that breaks the form below ends Serve.
//  3. Predictors are opened by name or file, and then asked by number. What they are asked for
//     is held to the rules of package serve, whose Device each of them is.
//
// # Messages
//
// A message, in either direction, is two lengths, a head and a body:
//
//	4 bytes   length of the head, at most 64 kB
//	4 bytes   length of the body, at most 32 MB
//	          the head: a JSON object
//	          the body: bytes, which the head tells of
//
// Numbers are little-endian. The first message is Serve's hello, {"pipe": 1} without a body: the
// number is that of this form, and changes with it. The fields of requests and answers are those
// of Request and Answer.
//
// Networks in the body of a request are a JSON list of what package serve takes for a network,
// or, where "rows" is true, rows of bytes without anything between. A row of a family of OFA has
// the kernel sizes of all slots, the expansions of all slots and the depths of all stages, a byte
// each. That of another family has the choice of each slot, from 0, and 255 for a slot that does
// not run. After both comes the resolution, 2 bytes. Numbers in the body of an answer are float64.
package pipe
