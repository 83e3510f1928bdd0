package templatecheck

import "github.com/attini-go/runner/internal/cfn"

// location leads to a value: a key of an object, or a position in a list, below
// another location; nil is the whole template. A path is made of it only for a
// problem.
type location struct {
	above    *location
	name     string
	position int
}

func (l *location) key(name string) *location { return &location{above: l, name: name, position: -1} }

func (l *location) index(position int) *location { return &location{above: l, position: position} }

func (l *location) path() cfn.Path {
	var steps []*location
	for ; l != nil; l = l.above {
		steps = append(steps, l)
	}
	path := cfn.Path("")
	for i := len(steps) - 1; i >= 0; i-- {
		if steps[i].position >= 0 {
			path = path.Index(steps[i].position)
		} else {
			path = path.Key(steps[i].name)
		}
	}
	return path
}
