//go:build !cgo

package backend

import "errors"

const cgoEnabled = false

func openPlugin(kind, path string, threads int, settings Settings) (*Backend, error) {
	return nil, errors.New("this program was built without cgo")
}
