package cfn

import "iter"

// Walk calls visit for a value and for all values in it: parents first, then
// items and entries in their order. at leads to n, until visit returns: the walk
// uses its paths again. visit returns false to leave out what is inside its value.
// A nil value is not visited.
func Walk(n *Node, at Path, visit func(n *Node, at Path) bool) {
	if n == nil || !visit(n, at) || len(n.Items) == 0 && len(n.Fields) == 0 {
		return
	}
	inside := at.Index(0)
	for i, item := range n.Items {
		inside.last.index = int32(i)
		Walk(item, inside, visit)
	}
	for _, field := range n.Fields {
		inside.last.key, inside.last.index = field.Key, -1
		Walk(field.Value, inside, visit)
	}
}

// All yields a value and all values in it, in the order of Walk, for callers
// that need neither paths nor pruning.
func (n *Node) All() iter.Seq[*Node] {
	return func(yield func(*Node) bool) { n.yieldAll(yield) }
}

func (n *Node) yieldAll(yield func(*Node) bool) bool {
	if n == nil {
		return true
	}
	if !yield(n) {
		return false
	}
	for _, item := range n.Items {
		if !item.yieldAll(yield) {
			return false
		}
	}
	for _, field := range n.Fields {
		if !field.Value.yieldAll(yield) {
			return false
		}
	}
	return true
}

// Rebuild returns n with what replace returns in place of each item and each entry's
// value; those for which it returns nil are left out. n stays as it is: what changes is
// a copy, which shares the rest with n.
func (n *Node) Rebuild(replace func(child *Node) *Node) *Node {
	items, newItems := replaced(n.Items, func(item *Node) (*Node, bool) {
		value := replace(item)
		return value, value != nil
	})
	fields, newFields := replaced(n.Fields, func(field Field) (Field, bool) {
		field.Value = replace(field.Value)
		return field, field.Value != nil
	})
	if !newItems && !newFields {
		return n
	}
	result := *n
	result.Items, result.Fields = items, fields
	return &result
}

// replaced is what replace makes of all, without those that it leaves out, and whether
// that is something else.
func replaced[T comparable](all []T, replace func(one T) (other T, ok bool)) (result []T, changed bool) {
	result = all
	for i, one := range all {
		other, ok := replace(one)
		if !changed && (!ok || other != one) {
			result, changed = append(make([]T, 0, len(all)), all[:i]...), true
		}
		if changed && ok {
			result = append(result, other)
		}
	}
	return result, changed
}
