// Package workspace gives a job its private copy of the distribution: copied
// from a directory, or unpacked from an archive. What could reach outside the
// job's directory is refused by name.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// CopyOptions say what CopyTree leaves out.
type CopyOptions struct {
	// Exclude is asked for every path below the source, slash-separated; true
	// leaves it out, a directory with all that is in it. Nil leaves out
	// nothing but .git directories.
	Exclude func(path string, entry fs.DirEntry) bool
}

// CopyTree copies what is in the directory from into the existing directory
// to. Permission bits and symbolic links are kept; links that lead outside and
// special files are refused. When to lies inside from it is not copied.
func CopyTree(ctx context.Context, from, to string, options CopyOptions) error {
	source, err := os.OpenRoot(from)
	if err != nil {
		return fmt.Errorf("copy the distribution: %w", err)
	}
	target, err := os.OpenRoot(to)
	if err != nil {
		return errors.Join(fmt.Errorf("copy the distribution: %w", err), source.Close())
	}
	c := &copier{source: source, target: target, options: options}
	if err := c.ownDirectory(to); err != nil {
		return errors.Join(err, source.Close(), target.Close())
	}
	err = fs.WalkDir(source.FS(), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		return c.entry(path, entry)
	})
	if err == nil {
		err = c.finish()
	}
	if err != nil {
		err = fmt.Errorf("copy the distribution from %s: %w", from, err)
	}
	return errors.Join(err, source.Close(), target.Close())
}

type copier struct {
	source, target *os.Root
	options        CopyOptions
	// self is the target's own directory, when the source holds it.
	self os.FileInfo
	// directories get their modes last, since a read-only one takes no files.
	directories []directoryMode
	links       []string
}

type directoryMode struct {
	path string
	mode fs.FileMode
}

func (c *copier) ownDirectory(to string) error {
	info, err := os.Stat(to)
	c.self = info
	return err
}

func (c *copier) entry(path string, entry fs.DirEntry) error {
	if path == "." {
		return nil
	}
	if c.excluded(path, entry) {
		if entry.IsDir() {
			return fs.SkipDir
		}
		return nil
	}
	info, err := entry.Info()
	if err != nil {
		return err
	}
	switch {
	case entry.IsDir() && os.SameFile(info, c.self):
		return fs.SkipDir
	case entry.IsDir():
		c.directories = append(c.directories, directoryMode{path, info.Mode().Perm()})
		return c.target.Mkdir(path, 0o700)
	case info.Mode()&fs.ModeSymlink != 0:
		return c.link(path)
	case info.Mode().IsRegular():
		return c.file(path, info.Mode().Perm())
	}
	return fmt.Errorf("%s is a %s, which cannot be part of a distribution", path, kindOf(info.Mode()))
}

func (c *copier) excluded(path string, entry fs.DirEntry) bool {
	if c.options.Exclude != nil {
		return c.options.Exclude(path, entry)
	}
	return entry.IsDir() && entry.Name() == ".git"
}

func (c *copier) link(path string) error {
	destination, err := c.source.Readlink(path)
	if err != nil {
		return err
	}
	if leaves(path, destination) {
		return fmt.Errorf("%s is a link to %s, outside the distribution", path, destination)
	}
	c.links = append(c.links, path)
	return c.target.Symlink(destination, path)
}

func (c *copier) file(path string, mode fs.FileMode) (err error) {
	from, err := c.source.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	to, err := c.target.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode|0o200)
	if err != nil {
		return err
	}
	// Both ends are files: the kernel copies, or shares the blocks.
	_, err = io.Copy(to, from)
	if err == nil {
		err = to.Chmod(mode)
	}
	return errors.Join(err, to.Close())
}

// finish checks where the links really lead, and gives directories their
// modes, the innermost first; the job's own user can always enter them.
func (c *copier) finish() error {
	for _, path := range c.links {
		if err := staysInside(c.target, path); err != nil {
			return err
		}
	}
	for i := len(c.directories) - 1; i >= 0; i-- {
		if err := c.target.Chmod(c.directories[i].path, c.directories[i].mode|0o700); err != nil {
			return err
		}
	}
	return nil
}

// leaves reports whether a link at path leads out of the tree.
func leaves(path, destination string) bool {
	if filepath.IsAbs(destination) || strings.Contains(destination, `\`) {
		return true
	}
	return !filepath.IsLocal(filepath.Join(filepath.Dir(path), destination)) &&
		filepath.Join(filepath.Dir(path), destination) != "."
}

// staysInside follows a link, since several that look harmless may leave the
// tree together; one that leads nowhere, or round in circles, is harmless.
func staysInside(root *os.Root, path string) error {
	_, err := root.Stat(path)
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ELOOP) || errors.Is(err, syscall.ENOTDIR) {
		return nil
	}
	return fmt.Errorf("%s is a link that leads outside the distribution: %w", path, err)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "special file"
	}
}
