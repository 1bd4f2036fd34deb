package run

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// header identifies a message.
type header struct {
	ID       string `json:"msg_id"`
	Session  string `json:"session"`
	User     string `json:"username"`
	Date     string `json:"date"`
	Type     string `json:"msg_type"`
	Version  string `json:"version"`
	SubShell any    `json:"subshell_id,omitempty"`
}

// message is one message of the Jupyter protocol.
type message struct {
	Header  header
	Parent  header
	Content json.RawMessage
}

var delimiter = []byte("<IDS|MSG>")

// newID gives an identifier that nobody else has.
func newID() string {
	var b [16]byte
	if _, err := rand.Read(b[:]); err != nil {
		panic("run: " + err.Error()) // does not happen
	}
	return hex.EncodeToString(b[:])
}

// signer signs and checks messages with a Jupyter kernel's key.
type signer struct{ key []byte }

func (s signer) sign(parts [][]byte) []byte {
	if len(s.key) == 0 {
		return nil
	}
	mac := hmac.New(sha256.New, s.key)
	for _, p := range parts {
		mac.Write(p)
	}
	return []byte(hex.EncodeToString(mac.Sum(nil)))
}

// encode gives the frames of a new message.
func (s signer) encode(session, kind string, content any) (id string, frames [][]byte, err error) {
	h := header{
		ID: newID(), Session: session, User: "ofalat", Type: kind, Version: "5.3",
		Date: time.Now().UTC().Format(time.RFC3339Nano),
	}
	head, err1 := json.Marshal(h)
	body, err2 := json.Marshal(content)
	if err := errors.Join(err1, err2); err != nil {
		return "", nil, err
	}
	parts := [][]byte{head, []byte("{}"), []byte("{}"), body}
	return h.ID, append([][]byte{delimiter, s.sign(parts)}, parts...), nil
}

// decode reads frames, with any number of routing frames before the delimiter.
func (s signer) decode(frames [][]byte) (message, error) {
	for len(frames) > 0 && !bytes.Equal(frames[0], delimiter) {
		frames = frames[1:]
	}
	if len(frames) < 6 {
		return message{}, fmt.Errorf("message of %d frames after the routing, want at least 6", len(frames))
	}
	if want := s.sign(frames[2:6]); !hmac.Equal(frames[1], want) {
		return message{}, errors.New("message with a wrong signature")
	}
	m := message{Content: frames[5]}
	if err := json.Unmarshal(frames[2], &m.Header); err != nil {
		return message{}, fmt.Errorf("message header: %w", err)
	}
	if err := json.Unmarshal(frames[3], &m.Parent); err != nil {
		return message{}, fmt.Errorf("message parent: %w", err)
	}
	return m, nil
}
