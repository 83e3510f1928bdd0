package cfn

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// resolve replaces the dynamic references in all texts of a function's result.
func (v *evaluation) resolve(n *Node, at Path) (*Node, bool) {
	switch {
	case n.IsString() && IsDynamicReference(n.Text):
		return v.dynamic(n, at)
	case n == nil || n.IsScalar():
		return n, true
	}
	result := *n
	result.Items, result.Fields = nil, nil
	complete := true
	for i, item := range n.Items {
		value, known := v.resolve(item, at.Index(i))
		complete = complete && known
		result.Items = append(result.Items, value)
	}
	for _, field := range n.Fields {
		value, known := v.resolve(field.Value, at.Key(field.Key))
		complete = complete && known
		result.Fields = append(result.Fields, Field{Key: field.Key, Value: value, Place: field.Place})
	}
	return &result, complete
}

// dynamic resolves the references in one text. What they bring in is not
// looked at again.
func (v *evaluation) dynamic(n *Node, at Path) (*Node, bool) {
	var text strings.Builder
	complete := true
	rest := n.Text
	for {
		before, reference, after, found := CutDynamicReference(rest)
		if !found || !strings.HasSuffix(reference, "}}") {
			break
		}
		value, known := v.values.Resolved[reference]
		if !known {
			complete = false
			v.report(n, at, "unknown-value", "the value of "+wording.Brief(reference)+" is known only to AWS", lookup("Resolved", reference))
			value = reference
		}
		if complete && !v.fits(n, at, len(value)) {
			return n, false
		}
		text.WriteString(before)
		text.WriteString(value)
		rest = after
	}
	text.WriteString(rest)
	result := *n
	result.Text = text.String()
	return &result, complete
}

// longestReference is how many bytes the longest name or ARN has that a
// reference can hold.
const longestReference = 2500

// lookup says how to give a value in the --lookups file.
func lookup(section, name string) string {
	if len(name) > longestReference {
		name = wording.Brief(name)
	}
	return fmt.Sprintf("Give it in the --lookups file: {%s: {%s: \"value\"}}.", appendText(nil, section), appendText(nil, name))
}
