package workspace

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Limits bound what an archive may unpack to.
type Limits struct {
	// Files counts entries.
	Files int
	// Bytes counts what is written.
	Bytes int64
	// Ratio bounds an entry's size against its compressed size.
	Ratio int64
}

// DefaultLimits let any real distribution through: a million files, 64 GiB,
// and more compression than a text of blanks needs.
func DefaultLimits() Limits {
	return Limits{Files: 1_000_000, Bytes: 64 << 30, Ratio: 1100}
}

// Unpack unpacks a zip archive into the existing directory to. Modes are kept.
// Every entry is checked before the first is written: names that are absolute,
// leave the directory or stand there twice, links that lead outside, special
// files and encrypted entries are refused by name.
func Unpack(ctx context.Context, archive, to string, limits Limits) (err error) {
	reader, err := zip.OpenReader(archive)
	if err != nil {
		return fmt.Errorf("open the distribution's archive: %w", err)
	}
	defer func() { err = errors.Join(err, reader.Close()) }()
	if err := unpack(ctx, &reader.Reader, to, limits); err != nil {
		return fmt.Errorf("unpack the distribution: %w", err)
	}
	return nil
}

func unpack(ctx context.Context, reader *zip.Reader, to string, limits Limits) (err error) {
	if err := check(reader.File, limits); err != nil {
		return err
	}
	root, err := os.OpenRoot(to)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	u := &unpacker{root: root, limits: limits, left: limits.Bytes}
	for _, file := range reader.File {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := u.entry(file); err != nil {
			return fmt.Errorf("entry %q: %w", file.Name, err)
		}
	}
	return u.finish()
}

// check refuses an archive before anything of it is written.
func check(files []*zip.File, limits Limits) error {
	if len(files) > limits.Files {
		return fmt.Errorf("it has %d entries (at most %d)", len(files), limits.Files)
	}
	kinds := make(map[string]bool, len(files)) // true for a directory
	var problems []error
	for _, file := range files {
		name, err := cleanName(file)
		if err != nil {
			problems = append(problems, fmt.Errorf("entry %q: %w", file.Name, err))
			continue
		}
		isDirectory, twice := kinds[name]
		if twice && (!isDirectory || !file.Mode().IsDir()) {
			problems = append(problems, fmt.Errorf("entry %q: is there twice", file.Name))
		}
		kinds[name] = file.Mode().IsDir()
	}
	for _, file := range files {
		name, err := cleanName(file)
		if err != nil {
			continue
		}
		for parent := path.Dir(name); parent != "."; parent = path.Dir(parent) {
			if isDirectory, there := kinds[parent]; there && !isDirectory {
				problems = append(problems, fmt.Errorf("entry %q: %q is no directory", file.Name, parent))
				break
			}
		}
	}
	return errors.Join(problems...)
}

func cleanName(file *zip.File) (string, error) {
	name := strings.TrimSuffix(file.Name, "/")
	switch mode := file.Mode(); {
	case name == "" || strings.ContainsAny(name, "\\\x00") || strings.HasPrefix(name, "/"):
		return "", errors.New("is no relative path")
	case len(name) > 1 && name[1] == ':':
		return "", errors.New("names a drive")
	case !filepath.IsLocal(name) || path.Clean(name) != name:
		return "", errors.New("leaves the distribution, or is not written plainly")
	case file.Flags&1 != 0:
		return "", errors.New("is encrypted")
	case !mode.IsRegular() && !mode.IsDir() && mode&fs.ModeSymlink == 0:
		return "", fmt.Errorf("is a %s", kindOf(mode))
	}
	return name, nil
}

type unpacker struct {
	root   *os.Root
	limits Limits
	left   int64
	// links are made last, so that nothing is ever written through one.
	links       []link
	directories []directoryMode
}

type link struct{ path, destination string }

func (u *unpacker) entry(file *zip.File) error {
	name := strings.TrimSuffix(file.Name, "/")
	mode := file.Mode()
	if mode.IsDir() {
		u.directories = append(u.directories, directoryMode{name, mode.Perm()})
		return u.root.MkdirAll(name, 0o700)
	}
	if err := u.root.MkdirAll(path.Dir(name), 0o700); err != nil {
		return err
	}
	if mode&fs.ModeSymlink != 0 {
		return u.link(file, name)
	}
	return u.file(file, name, mode.Perm())
}

// maxLink bounds a link's destination, as Linux does.
const maxLink = 4096

func (u *unpacker) link(file *zip.File, name string) (err error) {
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	destination, err := io.ReadAll(io.LimitReader(content, maxLink+1))
	switch {
	case err != nil:
		return err
	case len(destination) == 0 || len(destination) > maxLink:
		return errors.New("is a link without a possible destination")
	case leaves(name, string(destination)):
		return fmt.Errorf("is a link to %q, outside the distribution", destination)
	}
	u.links = append(u.links, link{name, string(destination)})
	return nil
}

func (u *unpacker) file(file *zip.File, name string, mode fs.FileMode) (err error) {
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	to, err := u.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close()) }()
	// Count what is really written: a header may lie.
	bound := min(u.left, int64(file.CompressedSize64)*u.limits.Ratio+1024)
	written, err := io.Copy(to, io.LimitReader(content, bound+1))
	u.left -= written
	switch {
	case err != nil:
		return err
	case u.left < 0:
		return fmt.Errorf("the archive unpacks to more than %d bytes", u.limits.Bytes)
	case written > bound:
		return fmt.Errorf("unpacks to more than %d times its size", u.limits.Ratio)
	}
	// An archive made elsewhere may know no modes: keep the file readable.
	return to.Chmod(mode | 0o400)
}

func (u *unpacker) finish() error {
	for _, l := range u.links {
		if err := u.root.Symlink(l.destination, l.path); err != nil {
			return err
		}
	}
	for _, l := range u.links {
		if err := staysInside(u.root, l.path); err != nil {
			return err
		}
	}
	for i := len(u.directories) - 1; i >= 0; i-- {
		if err := u.root.Chmod(u.directories[i].path, u.directories[i].mode|0o700); err != nil {
			return err
		}
	}
	return nil
}
