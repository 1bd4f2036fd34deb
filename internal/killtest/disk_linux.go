package killtest

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Disk is a small file system in memory, which can be filled and made read-only.
type Disk struct {
	Dir string // where it is mounted
}

// NewDisk mounts a file system of so many bytes until the test ends. It skips the test where
// that is not allowed: it takes the rights of root.
func NewDisk(t testing.TB, size string) *Disk {
	t.Helper()
	d := &Disk{Dir: t.TempDir()}
	if err := syscall.Mount("tmpfs", d.Dir, "tmpfs", 0, "size="+size); err != nil {
		t.Skipf("a small file system can't be mounted: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(d.Dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmounting %s: %v", d.Dir, err)
		}
	})
	return d
}

// Leave fills the disk but for so many bytes; a negative number empties it again.
func (d *Disk) Leave(bytes int64) error {
	filler := filepath.Join(d.Dir, "filler")
	if err := os.RemoveAll(filler); err != nil || bytes < 0 {
		return err
	}
	var now syscall.Statfs_t
	if err := syscall.Statfs(d.Dir, &now); err != nil {
		return err
	}
	room := int64(now.Bavail)*now.Bsize - bytes
	return os.WriteFile(filler, make([]byte, max(0, room)), 0o644)
}

// ReadOnly makes the disk read-only, or writable again.
func (d *Disk) ReadOnly(on bool) error {
	flags := uintptr(syscall.MS_REMOUNT)
	if on {
		flags |= syscall.MS_RDONLY
	}
	return syscall.Mount("tmpfs", d.Dir, "tmpfs", flags, "")
}
