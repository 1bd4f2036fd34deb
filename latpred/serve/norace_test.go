//go:build !race

package serve_test

// raced is how many times fewer clients a test has under the race detector.
const raced = 1
