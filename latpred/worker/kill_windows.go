package worker

import "os"

// kill ends this process at once.
func kill() { os.Exit(1) }
