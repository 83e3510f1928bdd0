package cfn

import "iter"

// Walk calls visit for a value and for all values in it: parents first, then
// items and entries in their order. at leads to n. visit returns false to leave
// out what is inside its value. A nil value is not visited.
func Walk(n *Node, at Path, visit func(n *Node, at Path) bool) {
	if n == nil || !visit(n, at) {
		return
	}
	for i, item := range n.Items {
		Walk(item, at.Index(i), visit)
	}
	for _, field := range n.Fields {
		Walk(field.Value, at.Key(field.Key), visit)
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

// Rebuild returns a copy of n that has what replace returns in place of each item
// and each entry's value; those for which it returns nil are left out.
func (n *Node) Rebuild(replace func(child *Node) *Node) *Node {
	result := *n
	result.Items, result.Fields = nil, nil
	for _, item := range n.Items {
		if value := replace(item); value != nil {
			result.Items = append(result.Items, value)
		}
	}
	for _, field := range n.Fields {
		if field.Value = replace(field.Value); field.Value != nil {
			result.Fields = append(result.Fields, field)
		}
	}
	return &result
}
