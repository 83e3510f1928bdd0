// Package workspace gives a job its private copy of the distribution: copied
// from a directory, or unpacked from an archive. What could reach outside the
// job's directory is refused by name.
package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
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
// special files are refused. When to lies inside from it is not copied. Where
// the file system can, files share their blocks until one is written.
func CopyTree(ctx context.Context, from, to string, options CopyOptions) error {
	// Links are looked at through a root, which none of them leaves.
	target, err := os.OpenRoot(to)
	if err != nil {
		return fmt.Errorf("copy the distribution: %w", err)
	}
	c := &copier{target: target, options: options}
	if err = c.copy(ctx, from, to); err != nil {
		err = fmt.Errorf("copy the distribution from %s: %w", from, err)
	}
	return errors.Join(err, target.Close())
}

// copier copies one tree. It names each file relative to its open directory,
// one step at a time: that is quick, and follows no link.
type copier struct {
	target  *os.Root
	options CopyOptions
	// self is the target's own directory, which the source may hold.
	self  os.FileInfo
	links []string
	files fileCopier
}

// pair is a directory and its copy, both open.
type pair struct{ from, to *os.File }

func (p pair) close() error { return errors.Join(p.from.Close(), p.to.Close()) }

func (c *copier) copy(ctx context.Context, from, to string) (err error) {
	root, err := openPair(from, to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.close()) }()
	source, err := root.from.Stat()
	if err != nil {
		return err
	}
	if c.self, err = root.to.Stat(); err != nil {
		return err
	}
	if os.SameFile(source, c.self) {
		return errors.New("a directory cannot be copied into itself; name another one")
	}
	if err := c.walk(ctx, ".", root); err != nil {
		return err
	}
	for _, path := range c.links {
		if err := checkLink(path, c.readLink); err != nil {
			return err
		}
	}
	return nil
}

func openPair(from, to string) (pair, error) {
	source, err := openDirectory(from)
	if err != nil {
		return pair{}, err
	}
	target, err := openDirectory(to)
	if err != nil {
		return pair{}, errors.Join(err, source.Close())
	}
	return pair{source, target}, nil
}

func openDirectory(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_DIRECTORY, 0)
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("%s: not a directory", name)
	}
	return file, err
}

// walk copies what is in a directory.
func (c *copier) walk(ctx context.Context, directory string, p pair) error {
	entries, err := p.from.ReadDir(-1)
	if err != nil {
		return err
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	for _, entry := range entries {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := c.entry(ctx, path.Join(directory, entry.Name()), entry, p); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) entry(ctx context.Context, path string, entry fs.DirEntry, p pair) error {
	if c.excluded(path, entry) {
		return nil
	}
	switch kind := entry.Type(); {
	case kind.IsDir():
		return c.directory(ctx, path, entry.Name(), p)
	case kind&fs.ModeSymlink != 0:
		c.links = append(c.links, path)
		return named("copy the link", path, copyLink(p, entry.Name()))
	case kind.IsRegular():
		return named("copy", path, c.files.copy(ctx, p, entry.Name()))
	default:
		return fmt.Errorf("%q is a %s, which cannot be part of a distribution", path, kindOf(kind))
	}
}

func named(what, path string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %q: %w", what, path, err)
}

// directory copies a directory. Its mode comes last, since a read-only one
// takes no files; the job's own user can always enter it.
func (c *copier) directory(ctx context.Context, path, name string, p pair) (err error) {
	from, err := openBelow(p.from, name)
	if err != nil {
		return named("open", path, err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	info, err := from.Stat()
	if err != nil {
		return named("look at", path, err)
	}
	if os.SameFile(info, c.self) {
		return nil
	}
	to, err := makeBelow(p.to, name)
	if err != nil {
		return named("make", path, err)
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	if err := c.walk(ctx, path, pair{from, to}); err != nil {
		return err
	}
	return named("set the mode of", path, to.Chmod(info.Mode().Perm()|0o700))
}

func (c *copier) excluded(path string, entry fs.DirEntry) bool {
	if c.options.Exclude != nil {
		return c.options.Exclude(path, entry)
	}
	return entry.IsDir() && entry.Name() == ".git"
}

// readLink reads what was copied; what is not there, or below a file, is no
// link.
func (c *copier) readLink(path string) (destination string, isLink bool, err error) {
	info, err := c.target.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
		return "", false, nil
	case err != nil:
		return "", false, err
	case info.Mode()&fs.ModeSymlink == 0:
		return "", false, nil
	}
	destination, err = c.target.Readlink(path)
	return destination, true, err
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
