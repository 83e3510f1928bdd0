// Package workspace gives a job its private copy of the distribution, from a directory
// or an archive. It refuses files and links that lead out of the job's directory.
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

// CopyOptions configure CopyTree.
type CopyOptions struct {
	// Exclude is called for every slash-separated path below the source. CopyTree
	// skips a path for which it returns true, a directory with its content. Nil skips
	// .git directories only.
	Exclude func(path string, entry fs.DirEntry) bool
}

// CopyTree copies the content of the directory from into the existing directory to. It
// keeps permission bits and symbolic links, and refuses special files and links that
// lead out of the tree. If to is inside from, it is not copied. If the file system
// supports it, files share their blocks until one is written.
func CopyTree(ctx context.Context, from, to string, options CopyOptions) error {
	// Links are read through a Root, which no link can leave.
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

// copier copies one tree. It names each file relative to its open directory, which is
// fast and follows no link.
type copier struct {
	target  *os.Root
	options CopyOptions
	// self is the target directory, which may be inside the source.
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
		return errors.New("a directory cannot be copied into itself; choose another one")
	}
	if err := c.walk(ctx, ".", root); err != nil {
		return err
	}
	return c.checkLinks(ctx)
}

// checkLinks refuses links that lead out of the copy.
func (c *copier) checkLinks(ctx context.Context) error {
	var refused error
	err := CheckLinks(ctx, c.target, c.links, func(_ string, err error) {
		if refused == nil {
			refused = err
		}
	})
	return errors.Join(err, refused)
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

// walk copies the content of a directory.
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

// directory copies a directory. It sets the mode last, because a read-only directory
// accepts no files, and keeps it accessible for the job.
func (c *copier) directory(ctx context.Context, path, name string, p pair) (err error) {
	from, err := openBelow(p.from, name)
	if err != nil {
		return named("open", path, err)
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	info, err := from.Stat()
	if err != nil {
		return named("read the mode of", path, err)
	}
	if os.SameFile(info, c.self) {
		return nil
	}
	to, err := makeBelow(p.to, name)
	if err != nil {
		return named("create", path, err)
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
