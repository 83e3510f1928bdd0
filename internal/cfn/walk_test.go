package cfn_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/cfn"
)

const walked = "a: {b: [1, {c: 2}], d: 3}\ne: [[4]]\n"

func TestWalk(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, prune string
		want        []string
	}{
		{"everything", "-", []string{"", "a", "a.b", "a.b[0]", "a.b[1]", "a.b[1].c", "a.d", "e", "e[0]", "e[0][0]"}},
		{"without an object", "a", []string{"", "a", "e", "e[0]", "e[0][0]"}},
		{"without a list", "b", []string{"", "a", "a.b", "a.d", "e", "e[0]", "e[0][0]"}},
	} {
		var visited []string
		cfn.Walk(read(t, walked), cfn.Path{}, func(_ *cfn.Node, at cfn.Path) bool {
			visited = append(visited, at.String())
			return at.LastKey() != test.prune
		})
		assert.Equal(t, test.want, visited, test.name)
	}
	cfn.Walk(nil, cfn.Path{}, func(*cfn.Node, cfn.Path) bool { t.Error("nil is no value"); return true })
}

// TestRebuildCopiesWhatChanges: the tree stays as it is, and shares what does not change.
func TestRebuildCopiesWhatChanges(t *testing.T) {
	t.Parallel()
	tree := read(t, walked)
	var without func(text string) func(*cfn.Node) *cfn.Node
	without = func(text string) func(*cfn.Node) *cfn.Node {
		return func(n *cfn.Node) *cfn.Node {
			if n.Text == text {
				return nil
			}
			return n.Rebuild(without(text))
		}
	}
	assert.Same(t, tree, tree.Rebuild(without("nowhere")))
	for text, want := range map[string]string{
		"1": `{"a":{"b":[{"c":2}],"d":3},"e":[[4]]}`,
		"2": `{"a":{"b":[1,{}],"d":3},"e":[[4]]}`,
		"3": `{"a":{"b":[1,{"c":2}]},"e":[[4]]}`,
		"4": `{"a":{"b":[1,{"c":2}],"d":3},"e":[[]]}`,
	} {
		rebuilt := tree.Rebuild(without(text))
		written, err := rebuilt.MarshalJSON()
		assert.NoError(t, err)
		assert.Equal(t, want, string(written))
		assert.Equal(t, read(t, walked), tree, text)
		assert.Equal(t, text != "4", rebuilt.Get("e") == tree.Get("e"), text)
	}
}

func TestAllIsWalkWithoutPaths(t *testing.T) {
	t.Parallel()
	tree := read(t, walked)
	tree.Fields = append(tree.Fields, cfn.F("none", nil))
	var walk, all []*cfn.Node
	cfn.Walk(tree, cfn.Path{}, func(n *cfn.Node, _ cfn.Path) bool { walk = append(walk, n); return true })
	for n := range tree.All() {
		all = append(all, n)
	}
	assert.Equal(t, walk, all)
	for most := range len(all) {
		var some []*cfn.Node
		for n := range tree.All() {
			if some = append(some, n); len(some) > most {
				break
			}
		}
		assert.Equal(t, all[:most+1], some)
	}
}
