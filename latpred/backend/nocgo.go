//go:build !cgo

package backend

import "errors"

// HasXLA says whether this program was built with what calls PJRT plugins, which needs cgo.
const HasXLA = false

func openPlugin(kind, path string, threads int, settings Settings) (*Backend, error) {
	return nil, errors.New("this program was built without cgo")
}
