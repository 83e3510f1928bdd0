package workspace

import (
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// maxHops is the number of links after which a path counts as going round in
// circles. Linux itself gives up after 40.
const maxHops = 255

// readLink says where the link at a path leads, and whether there is one. The
// path is clean, slash-separated, and has no links above its last name.
type readLink func(path string) (destination string, isLink bool, err error)

// checkLink follows the link at start name by name as the kernel would, since
// links that each look harmless may leave the tree together. What is missing
// counts as a directory: a job may make it one. A link that goes round in
// circles leads nowhere, so it is harmless.
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
