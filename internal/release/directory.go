package release

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
)

// maxFile is how long a file of a release may be, in bytes.
const maxFile = 1 << 27

// Directory is a store in a directory, such as `runnerctl serve` serves.
type Directory struct {
	name string
	root *os.Root
}

// OpenDirectory opens a directory. Close it.
func OpenDirectory(name string) (*Directory, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, fmt.Errorf("open the directory of releases: %w", err)
	}
	return &Directory{name: name, root: root}, nil
}

// Close closes the directory.
func (d *Directory) Close() error { return d.root.Close() }

// String implements Store.
func (d *Directory) String() string { return d.name }

// Get implements Store.
func (d *Directory) Get(_ context.Context, path string) ([]byte, error) {
	file, err := d.root.Open(filepath.FromSlash(path))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return ReadFile(file)
}

// Add implements Store. The file gets its name when its bytes are on the disk,
// so that nobody sees a part of it, whatever ends the program.
func (d *Directory) Add(_ context.Context, file File) error {
	// Everybody may read a release.
	if err := d.root.MkdirAll(filepath.FromSlash(path.Dir(file.Path)), 0o755); err != nil {
		return err
	}
	unfinished := filepath.FromSlash(path.Join(path.Dir(file.Path), ".unfinished-"+rand.Text()))
	defer d.root.Remove(unfinished)
	if err := d.write(unfinished, file.Data); err != nil {
		return err
	}
	return d.root.Link(unfinished, filepath.FromSlash(file.Path))
}

func (d *Directory) write(name string, data []byte) error {
	file, err := d.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	return errors.Join(err, file.Sync(), file.Close())
}

// ReadFile reads a file of a release from a store. What is longer than any of
// them is an error.
func ReadFile(from io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("it is longer than %d bytes", maxFile)
	}
	return data, err
}

var _ Store = (*Directory)(nil)
