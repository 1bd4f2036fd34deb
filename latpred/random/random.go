// Package random turns one seed into independent, named streams of random
// numbers, so that two runs with one seed agree whatever the order in which
// their parts draw.
package random

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
)

// Stream returns the generator called name under seed: a ChaCha8 keyed by the
// SHA-256 of both. Streams of different names, or of different seeds, are
// independent for every practical purpose; the same pair always yields the same
// sequence, on every platform.
//
// Names say what the numbers are for: "init", "shuffle", "split".
func Stream(seed uint64, name string) *rand.Rand {
	key := binary.LittleEndian.AppendUint64(nil, seed)
	return rand.New(rand.NewChaCha8(sha256.Sum256(append(key, name...))))
}
