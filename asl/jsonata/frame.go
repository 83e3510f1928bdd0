package jsonata

import "slices"

// frame is a scope: the variables that a block, a function or a tuple binds.
type frame struct {
	parent *frame
	names  []string
	values []any
	shared bool // names and values are those of a tuple, which stays as it is
}

func (f *frame) bind(name string, value any) {
	if f.shared {
		f.names, f.values, f.shared = slices.Clone(f.names), slices.Clone(f.values), false
	}
	for i, bound := range f.names {
		if bound == name {
			f.values[i] = value
			return
		}
	}
	f.names = append(f.names, name)
	f.values = append(f.values, value)
}

func (f *frame) lookup(name string) (any, bool) {
	for ; f != nil; f = f.parent {
		for i, bound := range f.names {
			if bound == name {
				return f.values[i], true
			}
		}
	}
	return nil, false
}
