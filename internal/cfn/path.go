package cfn

import (
	"regexp"
	"strconv"
)

// Path leads from the root of a template to a value, as problems print it:
// Resources.Build.Properties.Startup.Commands[2]. The zero Path is the root.
type Path string

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// Key extends the path by a Map's key.
func (p Path) Key(key string) Path {
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
func (p Path) Index(i int) Path { return p + Path("["+strconv.Itoa(i)+"]") }
