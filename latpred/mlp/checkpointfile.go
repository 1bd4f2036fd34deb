package mlp

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

// checkpointMagic begins a checkpoint file; the SHA-256 of the rest, in hexadecimal, and a
// newline follow, then a gob of type checkpoint. Older files are that gob alone.
const checkpointMagic = "latpred checkpoint 2 "

// parseCheckpoint reads what writeCheckpoint wrote, or an older program.
func parseCheckpoint(content []byte) (*checkpoint, error) {
	if rest, ok := bytes.CutPrefix(content, []byte(checkpointMagic)); ok {
		sum, body, _ := bytes.Cut(rest, []byte("\n"))
		if string(sum) != hexSum(body) {
			return nil, errors.New("its checksum does not match: it is damaged")
		}
		content = body
	}
	var c checkpoint
	if err := gob.NewDecoder(bytes.NewReader(content)).Decode(&c); err != nil {
		return nil, err
	}
	if c.Format != checkpointFormat {
		return nil, fmt.Errorf("format %d, want %d", c.Format, checkpointFormat)
	}
	return &c, nil
}

// writeCheckpoint writes c with its checksum.
func writeCheckpoint(w io.Writer, c *checkpoint) error {
	var body bytes.Buffer
	if err := gob.NewEncoder(&body).Encode(c); err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "%s%s\n", checkpointMagic, hexSum(body.Bytes())); err != nil {
		return err
	}
	_, err := body.WriteTo(w)
	return err
}

func hexSum(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
