package plangraph

import (
	"fmt"
	"io"
	"strings"
)

// WriteDOT writes a graph for Graphviz.
func (g *Graph) WriteDOT(w io.Writer) error {
	d := &dot{}
	d.text.WriteString("digraph plan {\n  compound=true; node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"]; edge [fontname=\"sans-serif\", fontsize=10];\n")
	d.graph(g, "  ")
	d.text.WriteString("}\n")
	_, err := io.WriteString(w, d.text.String())
	return err
}

type dot struct {
	text   strings.Builder
	groups int
}

func (d *dot) graph(g *Graph, indent string) {
	for _, n := range g.Nodes {
		c := classOf(n.Status)
		shape := ""
		if n.Type == "Choice" {
			shape = ", shape=diamond, style=filled"
		}
		fmt.Fprintf(&d.text, "%s%s [label=%s, fillcolor=\"%s\", color=\"%s\"%s];\n",
			indent, n.ID, quoteDOT(strings.Join(append([]string{n.Name, n.Type}, n.Details...), "\n")), c.fill, c.line, shape)
		for _, part := range n.Parts {
			d.groups++
			group := d.groups
			fmt.Fprintf(&d.text, "%ssubgraph cluster_%d {\n%s  label=%s;\n", indent, group, indent, quoteDOT(n.Name+": "+part.Title))
			d.graph(part, indent+"  ")
			fmt.Fprintf(&d.text, "%s}\n", indent)
			if len(part.Nodes) > 0 {
				fmt.Fprintf(&d.text, "%s%s -> %s [style=dotted, lhead=cluster_%d];\n", indent, n.ID, part.Nodes[0].ID, group)
			}
		}
	}
	for _, e := range g.Edges {
		style := ""
		if e.Failure {
			style = ", style=dashed, color=\"#b42318\""
		}
		fmt.Fprintf(&d.text, "%s%s -> %s [label=%s%s];\n", indent, e.From.ID, e.To.ID, quoteDOT(e.Label), style)
	}
}

// quoteDOT is a string of the DOT language.
func quoteDOT(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", " ").Replace(text) + `"`
}
