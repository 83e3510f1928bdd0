package schema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/attini-go/runner/internal/test/golden"
)

// TestReferencePage writes the page of all properties from their description.
func TestReferencePage(t *testing.T) {
	t.Parallel()
	var page strings.Builder
	page.WriteString("# Properties of a Runner\n\n`make golden` writes this page from `schema/describe.go`.\n\n" +
		"A value can also be an intrinsic function or a dynamic reference. The same rules then apply when the stack is deployed.\n")
	var table func(object property, path string)
	table = func(object property, path string) {
		page.WriteString("\n| property | type | default | |\n|---|---|---|---|\n")
		for _, p := range object.of {
			fmt.Fprintf(&page, "| `%s` | %s | %s | %s |\n", p.name, typeWords(p), defaultWords(p), p.description)
		}
		for _, p := range object.of {
			if p.kind == object.kind {
				fmt.Fprintf(&page, "\n## %s%s\n\n%s\n", path, p.name, p.description)
				table(p, path+p.name+".")
			}
		}
	}
	table(runnerDescription(), "")
	golden.Assert(t, "../../docs/runner.md", []byte(page.String()))
}

func typeWords(p property) string {
	words := map[kind]string{text: "string", integer: "integer", object: "object", textList: "list of strings", idList: "list, or a string with commas"}[p.kind]
	switch {
	case p.kind == integer:
		words += fmt.Sprintf(", %d to %d %s", p.least, p.most, p.unit)
	case len(p.allowed) > 0:
		words = "`" + strings.Join(p.allowed, "`, `") + "`"
		if p.shape != "" {
			words += ", or " + p.shape
		}
	case p.maxItems > 0:
		words += fmt.Sprintf(", 1 to %d items", p.maxItems)
	}
	return words
}

func defaultWords(p property) string {
	switch fallback := p.fallback.(type) {
	case nil:
		if p.required {
			return "required"
		}
		return ""
	case []string:
		return "none"
	default:
		return fmt.Sprintf("`%v`", fallback)
	}
}
