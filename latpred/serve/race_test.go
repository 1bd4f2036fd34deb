//go:build race

package serve_test

// raced is how many times fewer clients a test has under the race detector, which makes
// both sides of it ten times slower.
const raced = 10
