package workspace

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"slices"
	"strings"
)

// Limits bound what an archive may unpack to.
type Limits struct {
	// Files counts entries, and directories that have no entry.
	Files int
	// Bytes is the size of all unpacked files.
	Bytes int64
	// Ratio bounds an entry's size relative to its compressed size, beyond the first
	// kilobyte.
	Ratio int64
	// Archive is the size of the archive itself.
	Archive int64
}

// DefaultLimits allow any real distribution: a million files, 64 GiB in an archive of
// 16 GiB, and a higher compression than a file of blanks has.
func DefaultLimits() Limits {
	return Limits{Files: 1_000_000, Bytes: 64 << 30, Ratio: 1100, Archive: 16 << 30}
}

// checkSize refuses an archive by its size alone.
func (l Limits) checkSize(size int64) error {
	if size > l.Archive {
		return fmt.Errorf("the distribution's archive has %d bytes (at most %d)", size, l.Archive)
	}
	return nil
}

// Unpack unpacks a zip archive into the existing directory to and keeps modes. It
// checks every entry before it writes the first, and refuses names that are absolute,
// lead out of the directory or occur twice, links that lead out of it, special files,
// encrypted entries and sizes beyond the limits. The error names the entries.
func Unpack(ctx context.Context, archive, to string, limits Limits) error {
	return unpackFile(ctx, archive, to, limits, true)
}

// unpackFile unpacks an archive. With forRunning, the caller may run the unpacked
// files; other processes may then start a little later, see holdForks.
func unpackFile(ctx context.Context, archive, to string, limits Limits, forRunning bool) (err error) {
	file, err := os.Open(archive)
	if err != nil {
		return fmt.Errorf("open the distribution's archive: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("open the distribution's archive: %w", err)
	}
	if err := limits.checkSize(info.Size()); err != nil {
		return err
	}
	if err := checkDirectory(ctx, file, info.Size(), limits); err != nil {
		return fmt.Errorf("unpack the distribution: %w", err)
	}
	reader, err := zip.NewReader(file, info.Size())
	if err != nil {
		return fmt.Errorf("open the distribution's archive %s: %w", archive, err)
	}
	if err := unpack(ctx, reader, info.Size(), to, limits, forRunning); err != nil {
		return fmt.Errorf("unpack the distribution: %w", err)
	}
	return nil
}

func unpack(ctx context.Context, reader *zip.Reader, size int64, to string, limits Limits, forRunning bool) (err error) {
	links, err := check(ctx, reader.File, size, limits)
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	u := &unpacker{root: root, forRunning: forRunning, buffer: make([]byte, chunk)}
	defer func() { err = errors.Join(err, u.leave()) }()
	for _, file := range reader.File {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := u.entry(ctx, file, links); err != nil {
			return fmt.Errorf("entry %q: %w", file.Name, err)
		}
	}
	return u.finish(ctx)
}

type unpacker struct {
	root       *os.Root
	forRunning bool
	// links are created last, so that no file is written through one.
	links       []link
	directories []directoryMode
	// parent is the open directory of the last file, so that the names above it are
	// not resolved for each of its files; parentPath is its path.
	parent     *os.Root
	parentPath string
	buffer     []byte
}

// enter makes and opens the directory of an entry.
func (u *unpacker) enter(directory string) error {
	if u.parent != nil && directory == u.parentPath {
		return nil
	}
	if err := errors.Join(u.leave(), u.root.MkdirAll(directory, 0o700)); err != nil {
		return err
	}
	parent, err := u.root.OpenRoot(directory)
	if err != nil {
		return err
	}
	u.parent, u.parentPath = parent, directory
	return nil
}

// leave closes the directory of the last entry.
func (u *unpacker) leave() error {
	if u.parent == nil {
		return nil
	}
	err := u.parent.Close()
	u.parent = nil
	return err
}

// directoryMode is set last, because a read-only directory accepts no files.
type directoryMode struct {
	path string
	mode fs.FileMode
}

type link struct{ path, destination string }

func (u *unpacker) entry(ctx context.Context, file *zip.File, links map[string]string) error {
	name := strings.TrimSuffix(file.Name, "/")
	mode := file.Mode()
	if err := u.enter(path.Dir(name)); err != nil {
		return err
	}
	if mode.IsDir() {
		u.directories = append(u.directories, directoryMode{name, mode.Perm()})
		return u.parent.MkdirAll(path.Base(name), 0o700) // a file before it may have made it
	}
	if mode.Type() == fs.ModeSymlink {
		u.links = append(u.links, link{name, links[name]})
		return nil
	}
	return u.file(ctx, file, path.Base(name), mode.Perm())
}

// file unpacks a file into the open directory.
func (u *unpacker) file(ctx context.Context, file *zip.File, name string, mode fs.FileMode) (err error) {
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	if u.forRunning {
		defer holdForks(mode)()
	}
	to, err := u.parent.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	// The header may lie about the size, which check has checked.
	size := int64(min(file.UncompressedSize64, math.MaxInt64-1))
	written, err := copyCancellable(ctx, to, io.LimitReader(content, size+1), u.buffer)
	switch {
	case err != nil:
		return err
	case written > size:
		return errors.New("is longer than its header says")
	}
	if mode == 0 {
		mode = 0o644 // the archive comes from a system without modes
	}
	return to.Chmod(mode | 0o400)
}

// finish creates the links and sets the modes of the directories.
func (u *unpacker) finish(ctx context.Context) error {
	in := func(name string, do func(base string) error) error {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := u.enter(path.Dir(name)); err != nil {
			return err
		}
		return do(path.Base(name))
	}
	for _, l := range u.links {
		err := in(l.path, func(base string) error { return u.parent.Symlink(l.destination, base) })
		if err != nil {
			return fmt.Errorf("entry %q: %w", l.path, err)
		}
	}
	for _, d := range slices.Backward(u.directories) {
		err := in(d.path, func(base string) error { return u.parent.Chmod(base, d.mode|0o700) })
		if err != nil {
			return err
		}
	}
	return nil
}
