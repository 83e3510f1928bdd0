package workspace

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
)

// maxHops is the number of links after which a path counts as circular. Linux gives
// up after 40.
const maxHops = 255

// readLink returns the destination of the link at a path, and whether it is a link. The
// path is clean and slash-separated, and no directory in it is a link.
type readLink func(path string) (destination string, isLink bool, err error)

// CheckLink returns an error if the link at path, slash-separated below root, leads out
// of root, alone or together with others.
func CheckLink(root *os.Root, path string) error {
	return checkLink(path, func(path string) (destination string, isLink bool, err error) {
		info, err := root.Lstat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENAMETOOLONG):
			return "", false, nil // a missing path is no link
		case err != nil:
			return "", false, err
		case info.Mode()&fs.ModeSymlink == 0:
			return "", false, nil
		}
		destination, err = root.Readlink(path)
		return destination, true, err
	})
}

// checkLink follows the link at start name by name as the kernel does, because links
// that are harmless alone may together lead out of the tree. A missing name counts
// as a directory, because a job may create it. A circular link is harmless.
func checkLink(start string, read readLink) error {
	rest := strings.Split(start, "/")
	var at []string
	for hops := 0; len(rest) > 0; {
		name := rest[0]
		rest = rest[1:]
		switch name {
		case "", ".":
			continue
		case "..":
			if len(at) == 0 {
				return errOutside(start, read)
			}
			at = at[:len(at)-1]
			continue
		}
		at = append(at, name)
		destination, isLink, err := read(strings.Join(at, "/"))
		if err != nil {
			return err
		}
		if !isLink {
			continue
		}
		if hops++; hops > maxHops {
			return nil
		}
		if filepath.IsAbs(destination) || strings.Contains(destination, `\`) {
			return errOutside(start, read)
		}
		at = at[:len(at)-1]
		rest = append(strings.Split(destination, "/"), rest...)
	}
	return nil
}

func errOutside(start string, read readLink) error {
	destination, _, err := read(path.Clean(start))
	return errors.Join(fmt.Errorf("%q is a link to %q, outside the distribution", start, destination), err)
}
