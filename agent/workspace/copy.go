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
	if err = c.copy(ctx); err != nil {
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

func (c *copier) copy(ctx context.Context) error {
	if err := c.findSelf(); err != nil {
		return err
	}
	if err := c.walk(ctx, "."); err != nil {
		return err
	}
	return c.finish()
}

// walk does what fs.WalkDir does, but also for names that are not UTF-8.
func (c *copier) walk(ctx context.Context, directory string) error {
	entries, err := c.list(directory)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := c.entry(ctx, path.Join(directory, entry.Name()), entry); err != nil {
			return err
		}
	}
	return nil
}

func (c *copier) list(directory string) (entries []fs.DirEntry, err error) {
	opened, err := c.source.Open(directory)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, opened.Close()) }()
	entries, err = opened.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (c *copier) findSelf() error {
	source, err := c.source.Stat(".")
	if err != nil {
		return err
	}
	if c.self, err = c.target.Stat("."); err != nil {
		return err
	}
	if os.SameFile(source, c.self) {
		return errors.New("a directory cannot be copied into itself; name another one")
	}
	return nil
}

func (c *copier) entry(ctx context.Context, path string, entry fs.DirEntry) error {
	if c.excluded(path, entry) {
		return nil
	}
	info, err := c.source.Lstat(path)
	if err != nil {
		return err
	}
	switch {
	case info.IsDir() && os.SameFile(info, c.self):
		return nil
	case info.IsDir():
		c.directories = append(c.directories, directoryMode{path, info.Mode().Perm()})
		if err := c.target.Mkdir(path, 0o700); err != nil {
			return err
		}
		return c.walk(ctx, path)
	case info.Mode()&fs.ModeSymlink != 0:
		return c.link(path)
	case info.Mode().IsRegular():
		return c.file(ctx, path, info.Mode().Perm())
	}
	return fmt.Errorf("%q is a %s, which cannot be part of a distribution", path, kindOf(info.Mode()))
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
	c.links = append(c.links, path)
	return c.target.Symlink(destination, path)
}

func (c *copier) file(ctx context.Context, path string, mode fs.FileMode) (err error) {
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
	_, err = transfer(ctx, to, from)
	if err == nil {
		err = to.Chmod(mode)
	}
	return errors.Join(err, to.Close())
}

// finish checks where the links really lead, and gives directories their
// modes, the innermost first; the job's own user can always enter them.
func (c *copier) finish() error {
	for _, path := range c.links {
		if err := checkLink(path, c.readLink); err != nil {
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
