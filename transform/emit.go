package transform

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// typed makes one of AWS's own resources from goformation's struct, which has its
// type, the names of its properties and their shapes. A value that is a node, as
// all that intrinsic functions give, reaches it in one of two ways: as a
// placeholder where the struct has a string, and as a whole property where the
// struct has a list or an object that a function may replace.
//
// goformation's own way, base64 text that its processor expands, is not used:
// it would also expand a user's string that happens to look like that.
type typed struct{ nodes []*cfn.Node }

// property is a property that is a node as a whole; path leads to it.
type property struct {
	node *cfn.Node
	path []string
}

// whole gives a resource the node in place of what its struct has at the path
// below Properties; with AWS::NoValue, the resource has nothing there.
func whole(node *cfn.Node, path ...string) property { return property{node, path} }

// placeholderPrefix cannot be in a template: YAML and JSON both refuse a bare NUL.
const placeholderPrefix = "\x00node:"

// placeholder returns a text that resource replaces by the node.
func (t *typed) placeholder(node *cfn.Node) string {
	if node == nil {
		panic("a generated resource holds no value") // only a mistake in this package can cause it
	}
	t.nodes = append(t.nodes, node)
	return placeholderPrefix + strconv.Itoa(len(t.nodes)-1)
}

// resource converts a goformation resource.
func (t *typed) resource(resource json.Marshaler, properties ...property) *cfn.Node {
	text, err := resource.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("marshal a generated %T: %v", resource, err)) // only a mistake in this package can cause it
	}
	node, err := cfn.ReadJSON(text)
	if err != nil {
		panic(fmt.Sprintf("read a generated %T: %v", resource, err))
	}
	node = t.resolve(node)
	for _, p := range properties {
		last := len(p.path) - 1
		setUnlessAbsent(node.Get("Properties").At(p.path[:last]...), p.path[last], p.node)
	}
	return node
}

func (t *typed) resolve(node *cfn.Node) *cfn.Node {
	if node.Kind == cfn.String {
		if text, ok := strings.CutPrefix(node.Text, placeholderPrefix); ok {
			index, err := strconv.Atoi(text)
			if err == nil && index < len(t.nodes) {
				return t.nodes[index].Clone()
			}
		}
	}
	return node.Rebuild(t.resolve)
}
