package plangraph

import (
	"fmt"
	"io"
	"strings"
)

// WriteText writes a tree for terminals: steps in their order, branches and iterations
// below their step.
func (g *Graph) WriteText(w io.Writer, paint func(status, text string) string) error {
	var text strings.Builder
	t := &tree{text: &text, paint: paint}
	t.graph(g, "")
	_, err := io.WriteString(w, text.String())
	return err
}

type tree struct {
	text  *strings.Builder
	paint func(status, text string) string
}

func (t *tree) graph(g *Graph, indent string) {
	for i, n := range g.Nodes {
		branch, below := "├─ ", "│  "
		if i == len(g.Nodes)-1 {
			branch, below = "└─ ", "   "
		}
		name := oneLine(n.Name)
		if n.Status != "" {
			name = t.paint(n.Status, classOf(n.Status).mark+" "+name)
		}
		line := name + "  " + n.Type
		if len(n.Details) > 0 {
			line += ", " + oneLine(strings.Join(n.Details, ", "))
		}
		fmt.Fprintf(t.text, "%s%s%s\n", indent, branch, line)
		for _, e := range g.Edges {
			if e.From != n || e.Label == "" && g.follows(i, e.To) {
				continue // the next line shows it
			}
			fmt.Fprintf(t.text, "%s%s     %s\n", indent, below, describe(e))
		}
		for _, part := range n.Parts {
			fmt.Fprintf(t.text, "%s%s  %s\n", indent, below, part.Title)
			t.graph(part, indent+below+"  ")
		}
	}
}

// follows reports whether a node is the next one in the text.
func (g *Graph) follows(i int, to *Node) bool { return i+1 < len(g.Nodes) && g.Nodes[i+1] == to }

func describe(e Edge) string {
	to := oneLine(e.To.Name)
	switch {
	case e.Failure:
		return fmt.Sprintf("on %s → %s", oneLine(e.Label), to)
	case e.Label == "else":
		return "else → " + to
	case e.Label != "":
		return fmt.Sprintf("if %s → %s", oneLine(e.Label), to)
	default:
		return "→ " + to
	}
}

// oneLine keeps a name on one line and harmless to a terminal.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}
