package cfn

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// Path leads from the root of a template to a value. The zero Path is the root.
// To extend a path is cheap, since it becomes a text only when String is called.
type Path struct{ last *step }

// step is one key of an object, or one position in a list.
type step struct {
	above *step
	key   string
	index int32 // -1 for a key
	depth int32 // the number of steps up to this one
}

const (
	// longestKey is the longest key in bytes that a text repeats, more than any
	// name of CloudFormation has; longestPath ends a text.
	longestKey  = 1024
	longestPath = 4096
)

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_:-]+$`)

// NewPath returns the path from the root through several keys.
func NewPath(keys ...string) Path { return Path{}.Keys(keys...) }

// Key extends the path by a Map's key.
func (p Path) Key(key string) Path {
	return Path{&step{above: p.last, key: key, index: -1, depth: p.depth() + 1}}
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
	return Path{&step{above: p.last, index: int32(i), depth: p.depth() + 1}}
}

// IsRoot reports whether the path leads to the whole template.
func (p Path) IsRoot() bool { return p.last == nil }

// LastKey returns the last key of the path, behind which only positions follow;
// "" without one.
func (p Path) LastKey() string {
	s := p.last
	for s != nil && s.index >= 0 {
		s = s.above
	}
	if s == nil {
		return ""
	}
	return s.key
}

// KeyAt returns the key of a step, counted from 0 at the root; "" for a position,
// and where the path is shorter.
func (p Path) KeyAt(depth int) string {
	s := p.ancestor(int32(depth) + 1)
	if s == nil || s.depth != int32(depth)+1 {
		return ""
	}
	return s.key
}

// String returns the path as problems print it:
// Resources.Build.Properties.Startup.Commands[2]. Very long keys, and very long
// paths, are shortened.
func (p Path) String() string { return p.text(0) }

// From returns the text of what follows base: Startup.Commands[2]. It is empty
// when the two paths are equal, and when base does not lead to p.
func (p Path) From(base Path) string {
	if p.depth() <= base.depth() || !sameSteps(p.ancestor(base.depth()), base.last) {
		return ""
	}
	return p.text(base.depth())
}

func (p Path) depth() int32 {
	if p.last == nil {
		return 0
	}
	return p.last.depth
}

// ancestor returns the step at a depth, at most the path's own.
func (p Path) ancestor(depth int32) *step {
	s := p.last
	for s != nil && s.depth > depth {
		s = s.above
	}
	return s
}

// sameSteps compares two paths of one length.
func sameSteps(a, b *step) bool {
	for a != b {
		if a.key != b.key || a.index != b.index {
			return false
		}
		a, b = a.above, b.above
	}
	return true
}

// text writes the steps below a depth.
func (p Path) text(above int32) string {
	steps := make([]*step, p.depth()-above)
	for s := p.last; s != nil && s.depth > above; s = s.above {
		steps[s.depth-above-1] = s
	}
	var text strings.Builder
	for _, s := range steps {
		if text.Len() > longestPath {
			break
		}
		s.write(&text)
	}
	return text.String()
}

func (s *step) write(text *strings.Builder) {
	if s.index >= 0 {
		text.WriteString("[" + strconv.Itoa(int(s.index)) + "]")
		return
	}
	key := s.key
	if len(key) > longestKey {
		key = wording.Brief(key)
	}
	switch {
	case !plainKey.MatchString(key):
		text.WriteString("[" + strconv.Quote(key) + "]")
	case text.Len() > 0:
		text.WriteString("." + key)
	default:
		text.WriteString(key)
	}
}
