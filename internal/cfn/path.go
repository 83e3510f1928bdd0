package cfn

import (
	"regexp"
	"strconv"

	"github.com/attini-go/runner/internal/wording"
)

// Path leads from the root of a template to a value, as problems print it:
// Resources.Build.Properties.Startup.Commands[2]. The zero Path is the root. A
// path is for people to read: very long keys, and very long paths, are shortened.
type Path string

const (
	// longestKey is the longest key in bytes that a path repeats, more than any
	// name of CloudFormation has; longestPath ends a path.
	longestKey  = 1024
	longestPath = 4096
)

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// Key extends the path by a Map's key.
func (p Path) Key(key string) Path {
	if len(key) > longestKey {
		key = wording.Brief(key)
	}
	if len(p) > longestPath {
		return p
	}
	if !plainKey.MatchString(key) {
		return p + Path("["+strconv.Quote(key)+"]")
	}
	if p == "" {
		return Path(key)
	}
	return p + Path("."+key)
}

// Keys extends the path by several keys.
func (p Path) Keys(keys ...string) Path {
	for _, key := range keys {
		p = p.Key(key)
	}
	return p
}

// Index extends the path by a List's position, counted from 0.
func (p Path) Index(i int) Path {
	if len(p) > longestPath {
		return p
	}
	return p + Path("["+strconv.Itoa(i)+"]")
}
