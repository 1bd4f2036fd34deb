//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2"
)

type pendingFile = renameio.PendingFile

func newPending(target string) (*pendingFile, error) {
	return renameio.NewPendingFile(target, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
}

// folderLock locks the folder of a file, which leaves nothing behind.
func folderLock(name string) *flock.Flock {
	return flock.New(filepath.Dir(name), flock.SetFlag(os.O_RDONLY))
}
