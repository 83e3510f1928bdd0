package cfn

// builder makes Nodes from blocks of many, and their parts of stacks that are used
// again: half of the time of reading a large template is allocation.
type builder struct {
	unused []Node
	// items and fields are those of the collections that are being read.
	items  []*Node
	fields []Field
}

func (b *builder) node() *Node {
	if len(b.unused) == 0 {
		b.unused = make([]Node, 128)
	}
	n := &b.unused[0]
	b.unused = b.unused[1:]
	return n
}

// list gives n the items from a position on.
func (b *builder) list(n *Node, first int) *Node {
	n.Items = append(make([]*Node, 0, len(b.items)-first), b.items[first:]...)
	b.items = b.items[:first]
	return n
}

// object gives n the fields from a position on.
func (b *builder) object(n *Node, first int) *Node {
	n.Fields = append(make([]Field, 0, len(b.fields)-first), b.fields[first:]...)
	b.fields = b.fields[:first]
	return n
}

// has reports whether the fields from a position on, which will be n's, have a key. All
// keys of n are asked for, in their order.
func (b *builder) has(n *Node, first int, seen *keys, key string) bool {
	n.Fields = b.fields[first:]
	return seen.find(n, key) >= 0
}

// keys finds an object's duplicate keys: by comparing while there are few,
// with an index once there are many.
type keys struct{ index map[string]int }

const fewKeys = 16

// find returns the position of key among n's entries, or -1 for a new key,
// which the caller appends.
func (k *keys) find(n *Node, key string) int {
	if len(n.Fields) < fewKeys {
		return n.index(key)
	}
	if k.index == nil {
		k.index = make(map[string]int, 4*fewKeys)
		for i, field := range n.Fields {
			k.index[field.Key] = i
		}
	}
	if i, found := k.index[key]; found {
		return i
	}
	k.index[key] = len(n.Fields)
	return -1
}
