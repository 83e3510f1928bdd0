package workspace

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

const (
	// maxPath and maxLink bound a name and a link's destination, as on Linux.
	maxPath = 4096
	maxLink = 4096
	// maxProblems is how many refused entries an error names.
	maxProblems = 20
	// encrypted are the flags of an encrypted content or header: bits 0, 6 and 13 of
	// the general purpose flag.
	encrypted = 1<<0 | 1<<6 | 1<<13
	// sizeTolerance is the size up to which Limits.Ratio does not apply.
	sizeTolerance = 1024
)

// checker checks an archive before any of it is written.
type checker struct {
	limits Limits
	// kinds has the type bits of every entry, by clean name; implied the directories
	// that have no entry.
	kinds   map[string]fs.FileMode
	implied map[string]struct{}
	// destinations are of the links, by name.
	destinations map[string]string
	links        *links
	problems     []error
	refused      int
}

// check checks all entries and returns the destinations of links by name. size is the
// archive's own, in bytes.
func check(ctx context.Context, files []*zip.File, size int64, limits Limits) (map[string]string, error) {
	if len(files) > limits.Files {
		return nil, fmt.Errorf("it has %d entries (at most %d)", len(files), limits.Files)
	}
	c := &checker{
		limits: limits, kinds: make(map[string]fs.FileMode, len(files)), implied: map[string]struct{}{},
		destinations: map[string]string{}, links: newLinks(),
	}
	if err := c.sizes(files, size); err != nil {
		return nil, err
	}
	for _, step := range []func(*zip.File) error{c.name, c.parents, c.readLink} {
		for _, file := range files {
			if ctx.Err() != nil {
				return nil, context.Cause(ctx)
			}
			if err := step(file); err != nil {
				c.refuse(fmt.Errorf("entry %q: %w", file.Name, err))
			}
			if all := len(c.kinds) + len(c.implied); all > limits.Files {
				return nil, fmt.Errorf("it has %d files and directories or more (at most %d)", all, limits.Files)
			}
		}
	}
	err := c.links.check(ctx, func(name string, err error) { c.refuse(fmt.Errorf("entry %q: %w", name, err)) })
	if err != nil {
		return nil, err
	}
	return c.destinations, c.err()
}

// sizes checks the stated sizes. They are binding, because reading an entry fails
// beyond its stated size. Overlapping entries would let a small archive unpack to
// any size.
func (c *checker) sizes(files []*zip.File, size int64) error {
	left, compressed := uint64(max(c.limits.Bytes, 0)), uint64(max(size, 0))
	for _, file := range files {
		if file.CompressedSize64 > compressed {
			return fmt.Errorf("entry %q: overlaps with others, or is longer than the archive", file.Name)
		}
		compressed -= file.CompressedSize64
		if file.UncompressedSize64 > left {
			return fmt.Errorf("it unpacks to more than %d bytes", c.limits.Bytes)
		}
		left -= file.UncompressedSize64
		if file.UncompressedSize64 > sizeTolerance && (file.UncompressedSize64-sizeTolerance)/uint64(max(c.limits.Ratio, 1)) > file.CompressedSize64 {
			return fmt.Errorf("entry %q: unpacks to more than %d times its size", file.Name, c.limits.Ratio)
		}
	}
	return nil
}

func (c *checker) name(file *zip.File) error {
	name, err := cleanName(file)
	if err != nil {
		return err
	}
	kind := file.Mode().Type()
	if before, twice := c.kinds[name]; twice && !(before.IsDir() && kind.IsDir()) {
		return errors.New("occurs twice")
	}
	c.kinds[name] = kind
	return nil
}

// parents refuses an entry below a file or a link.
func (c *checker) parents(file *zip.File) error {
	name := strings.TrimSuffix(file.Name, "/")
	if _, accepted := c.kinds[name]; !accepted {
		return nil
	}
	for at := strings.LastIndexByte(name, '/'); at > 0; at = strings.LastIndexByte(name[:at], '/') {
		parent := name[:at]
		kind, there := c.kinds[parent]
		_, checked := c.implied[parent]
		switch {
		case there && !kind.IsDir():
			return fmt.Errorf("%q is not a directory", parent)
		case there, checked:
			return nil // its own parents are checked once
		}
		c.implied[parent] = struct{}{}
	}
	return nil
}

func (c *checker) isLink(file *zip.File) (name string, is bool) {
	return file.Name, file.Mode().Type() == fs.ModeSymlink && c.kinds[file.Name] == fs.ModeSymlink
}

func (c *checker) readLink(file *zip.File) (err error) {
	name, is := c.isLink(file)
	if !is {
		return nil
	}
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, content.Close()) }()
	destination, err := io.ReadAll(io.LimitReader(content, maxLink+1))
	switch {
	case err != nil:
		return err
	case len(destination) == 0 || len(destination) > maxLink || strings.ContainsRune(string(destination), 0):
		return errors.New("is a link with an impossible destination")
	}
	c.destinations[name] = string(destination)
	return c.links.add(name, c.destinations[name])
}

func (c *checker) refuse(err error) {
	c.refused++
	if len(c.problems) < maxProblems {
		c.problems = append(c.problems, err)
	}
}

func (c *checker) err() error {
	if more := c.refused - len(c.problems); more > 0 {
		c.problems = append(c.problems, fmt.Errorf("and %d more", more))
	}
	return errors.Join(c.problems...)
}

var driveLetter = regexp.MustCompile(`^[A-Za-z]:`)

func cleanName(file *zip.File) (string, error) {
	name := strings.TrimSuffix(file.Name, "/")
	switch kind := file.Mode().Type(); {
	case name == "" || strings.ContainsAny(name, "\\\x00") || strings.HasPrefix(name, "/"):
		return "", errors.New("is not a relative path")
	case len(name) > maxPath:
		return "", fmt.Errorf("is longer than %d bytes", maxPath)
	case driveLetter.MatchString(name):
		return "", errors.New("names a drive")
	case name == "." || !filepath.IsLocal(name) || path.Clean(name) != name:
		return "", errors.New("leads out of the distribution, or is not a clean path")
	case file.Flags&encrypted != 0:
		return "", errors.New("is encrypted")
	case file.Method != zip.Store && file.Method != zip.Deflate:
		return "", fmt.Errorf("is compressed by method %d; only stored and deflated entries can be read", file.Method)
	case kind != 0 && kind != fs.ModeDir && kind != fs.ModeSymlink:
		return "", fmt.Errorf("is a %s", kindOf(kind))
	}
	return name, nil
}
