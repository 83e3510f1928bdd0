package asl

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/theory/jsonpath/spec"
)

// maxSelected bounds what one path may select on its way: chained descendant searches multiply.
const maxSelected = 1_000_000

// find evaluates p in s. A singular path gives the value it selects; any other gives the list of all values it selects, perhaps an empty one.
// The error is a [*missingError] if the place that the path's definite part names does not exist.
func (p *path) find(s *scope) (any, error) {
	root := s.input
	if p.context {
		root = s.context
	}
	nodes := []any{root}
	for i, segment := range p.segments {
		if i == p.definite && wantsArray(segment) {
			if _, array := nodes[0].([]any); !array {
				return nil, &missingError{p}
			}
		}
		selected := []any{}
		for _, node := range nodes {
			if selected = search(selected, segment, node, root); len(selected) > maxSelected {
				return nil, failure(DataLimitExceeded, "path %q selects more than %d values", p.text, maxSelected)
			}
		}
		if nodes = selected; i < p.definite && len(nodes) == 0 {
			return nil, &missingError{p}
		}
	}
	if p.singular() {
		return nodes[0], nil
	}
	return nodes, nil
}

// search appends to selected what segment selects from node. An object's fields come in the order of their names, not in an order that
// changes from run to run.
func search(selected []any, segment *spec.Segment, node, root any) []any {
	for _, selector := range segment.Selectors() {
		switch selector := selector.(type) {
		case spec.WildcardSelector:
			selected = slices.AppendSeq(selected, children(node))
		case *spec.FilterSelector:
			for child := range children(node) {
				if selector.Eval(child, root) {
					selected = append(selected, child)
				}
			}
		default:
			selected = append(selected, selector.Select(node, root)...)
		}
	}
	if segment.IsDescendant() && len(selected) <= maxSelected {
		for child := range children(node) {
			selected = search(selected, segment, child, root)
		}
	}
	return selected
}

// children are the elements of an array, or the values of an object in the order of their names.
func children(node any) iter.Seq[any] {
	return func(yield func(any) bool) {
		switch node := node.(type) {
		case []any:
			for _, child := range node {
				if !yield(child) {
					return
				}
			}
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(node)) {
				if !yield(node[name]) {
					return
				}
			}
		}
	}
}

// wantsArray reports a segment that Step Functions applies to arrays only: a slice or a list of indexes.
func wantsArray(segment *spec.Segment) bool {
	return !segment.IsDescendant() && !slices.ContainsFunc(segment.Selectors(), func(selector spec.Selector) bool {
		switch selector.(type) {
		case spec.Index, spec.SliceSelector:
			return false
		default:
			return true
		}
	})
}

// missingError reports a path that selects nothing. Which error name that becomes depends on the field the path stands in.
type missingError struct{ path *path }

func (e *missingError) Error() string {
	where := "the state's data"
	if e.path.context {
		where = "the context object"
	}
	return fmt.Sprintf("path %q was not found in %s", e.path.text, where)
}

// read finds p for a field that fails with States.Runtime if there is nothing.
func (p *path) read(field string, s *scope) (any, error) {
	value, err := p.find(s)
	var missing *missingError
	if errors.As(err, &missing) {
		return nil, failure(Runtime, "%s: %s", field, missing)
	}
	return value, err
}
