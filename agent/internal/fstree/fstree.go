// Package fstree removes directory trees, also those with read-only directories.
package fstree

import (
	"io/fs"
	"os"
	"path/filepath"
)

// RemoveAll is os.RemoveAll for a tree in which a job may have made directories
// read-only. It never changes anything outside of the tree.
func RemoveAll(path string) error {
	if os.RemoveAll(path) == nil {
		return nil
	}
	makeWritable(path)
	return os.RemoveAll(path)
}

// makeWritable ignores errors: the removal that follows reports them.
func makeWritable(path string) {
	_ = filepath.WalkDir(path, func(path string, entry fs.DirEntry, _ error) error {
		if entry != nil && entry.IsDir() && os.Chmod(path, 0o700) != nil {
			return fs.SkipDir
		}
		return nil
	})
}
