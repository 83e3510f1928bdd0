package releaseapi

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Directory is a store in a directory. Nothing outside it can be reached,
// whatever its links say; links are no releases.
type Directory struct {
	name string
}

var _ FileStore = (*Directory)(nil)

// NewDirectory returns the store in a directory. It is an error if there is
// none, or it may not be read.
func NewDirectory(name string) (*Directory, error) {
	absolute, err := filepath.Abs(name)
	if err != nil {
		return nil, fmt.Errorf("find the directory of releases: %w", err)
	}
	d := &Directory{name: absolute}
	root, err := d.open()
	if err != nil {
		return nil, err
	}
	return d, root.Close()
}

// open opens the directory that has the name now: a build may have put another
// one in its place.
func (d *Directory) open() (*os.Root, error) {
	root, err := os.OpenRoot(d.name)
	if err != nil {
		return nil, fmt.Errorf("open the directory of releases: %w", err)
	}
	return root, nil
}

// List implements Store. It looks only into folders that are named like a
// release's. What vanishes meanwhile is not there.
func (d *Directory) List(ctx context.Context) ([]File, error) {
	root, err := d.open()
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var files []File
	err = fs.WalkDir(root.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case path == ".":
			return err
		case entry.IsDir() && !mayContainReleases(path):
			return fs.SkipDir
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return err
		case !entry.Type().IsRegular():
			return nil
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		files = append(files, File{Path: path, Size: info.Size()})
		return nil
	})
	return files, err
}

// Open implements FileStore.
func (d *Directory) Open(path string) (Content, error) {
	root, err := d.open()
	if err != nil {
		return nil, err
	}
	defer root.Close() // the file stays open
	file, err := root.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file any more: %w", path, fs.ErrNotExist)
	}
	if err != nil {
		_ = file.Close() // nothing was written
		return nil, err
	}
	return file, nil
}
