//go:build !cgo

package doctor

// cgo tells whether this program can load plugins.
const cgo = false
