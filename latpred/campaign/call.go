package campaign

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"time"
)

// Patience is how long Call waits for a program.
const Patience = 2 * time.Minute

// Call runs a program of an engine, such as sbatch, with a standard input, and returns what it
// prints. The error has what it says besides.
func Call(ctx context.Context, in []byte, name string, args ...string) (string, error) {
	limited, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	cmd := exec.CommandContext(limited, name, args...)
	var out, said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(in), &out, &said
	cmd.WaitDelay = time.Second
	if err := cmd.Run(); err != nil {
		if ctx.Err() == nil && limited.Err() != nil {
			err = fmt.Errorf("no answer within %v", Patience)
		}
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(said.String()))
	}
	return out.String(), nil
}
