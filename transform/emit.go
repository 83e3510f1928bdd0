package transform

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// typed turns a goformation resource into a node. Its string fields may hold
// what hold returned: the nodes themselves stand in the result, untouched.
//
// goformation's own way, base64 text that its processor expands, is not used:
// it would also expand a user's string that happens to look like that.
type typed struct{ held []*cfn.Node }

// marker cannot stand in a template: YAML and JSON both refuse a bare NUL.
const marker = "\x00node:"

// hold returns a text that stands for the node until resource is called.
func (t *typed) hold(node *cfn.Node) string {
	t.held = append(t.held, node)
	return marker + strconv.Itoa(len(t.held)-1)
}

// resource converts a goformation resource.
func (t *typed) resource(resource json.Marshaler) *cfn.Node {
	text, err := resource.MarshalJSON()
	if err != nil {
		panic(fmt.Sprintf("marshal a generated %T: %v", resource, err)) // only a mistake in this package can cause it
	}
	node, err := cfn.ReadJSON(text)
	if err != nil {
		panic(fmt.Sprintf("read a generated %T: %v", resource, err))
	}
	return t.release(node)
}

func (t *typed) release(node *cfn.Node) *cfn.Node {
	if node.Kind == cfn.String {
		if text, ok := strings.CutPrefix(node.Text, marker); ok {
			index, err := strconv.Atoi(text)
			if err == nil && index < len(t.held) {
				return t.held[index].Clone()
			}
		}
	}
	for i, item := range node.Items {
		node.Items[i] = t.release(item)
	}
	for i := range node.Fields {
		node.Fields[i].Value = t.release(node.Fields[i].Value)
	}
	return node
}
