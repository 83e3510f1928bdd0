package plangraph

import (
	"fmt"
	"io"
	"strings"
)

// WriteMermaid writes a Mermaid flowchart. Names stand only in labels.
func (g *Graph) WriteMermaid(w io.Writer) error {
	m := &mermaid{}
	m.text.WriteString("flowchart TD\n")
	m.graph(g, "  ")
	for _, c := range classes() {
		if len(m.ended[c.status]) > 0 {
			fmt.Fprintf(&m.text, "  classDef %s fill:%s,stroke:%s,color:#000\n  class %s %s\n",
				strings.ToLower(c.status), c.fill, c.line, strings.Join(m.ended[c.status], ","), strings.ToLower(c.status))
		}
	}
	_, err := io.WriteString(w, m.text.String())
	return err
}

// class is how steps of a status look.
type class struct{ status, fill, line, mark string }

func classes() []class {
	return []class{
		{"SUCCEEDED", "#c8f0d0", "#1a7f37", "✓"},
		{"FAILED", "#ffd0d0", "#b42318", "✗"},
		{"CAUGHT", "#fff0c0", "#9a6700", "!"},
		{"STOPPED", "#e0e0e8", "#57606a", "■"},
	}
}

func classOf(status string) class {
	for _, c := range classes() {
		if c.status == status {
			return c
		}
	}
	return class{fill: "#ffffff", line: "#57606a", mark: " "}
}

type mermaid struct {
	text   strings.Builder
	groups int
	ended  map[string][]string
}

func (m *mermaid) graph(g *Graph, indent string) {
	for _, n := range g.Nodes {
		opening, closing := n.shape()
		label := escape(n.Name) + "<br/><i>" + escape(n.Type) + "</i>"
		for _, line := range n.Details {
			label += "<br/>" + escape(line)
		}
		fmt.Fprintf(&m.text, "%s%s%s\"%s\"%s\n", indent, n.ID, opening, label, closing)
		if n.Status != "" {
			if m.ended == nil {
				m.ended = map[string][]string{}
			}
			m.ended[n.Status] = append(m.ended[n.Status], n.ID)
		}
	}
	for _, n := range g.Nodes {
		for _, part := range n.Parts {
			m.groups++
			id := fmt.Sprintf("g%d", m.groups)
			fmt.Fprintf(&m.text, "%ssubgraph %s[\"%s: %s\"]\n", indent, id, escape(n.Name), escape(part.Title))
			m.graph(part, indent+"  ")
			fmt.Fprintf(&m.text, "%send\n%s%s -.-> %s\n", indent, indent, n.ID, id)
		}
	}
	for _, e := range g.Edges {
		arrow := "-->"
		if e.Failure {
			arrow = "-.->"
		}
		if e.Label != "" {
			arrow += "|\"" + escape(e.Label) + "\"|"
		}
		fmt.Fprintf(&m.text, "%s%s %s %s\n", indent, e.From.ID, arrow, e.To.ID)
	}
}

func (n *Node) shape() (opening, closing string) {
	switch n.Type {
	case "Choice":
		return "{", "}"
	case "AttiniRunnerJob":
		return "[[", "]]"
	case "Succeed", "Fail":
		return "([", "])"
	default:
		return "[", "]"
	}
}

func escape(text string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;", "\n", " ").Replace(text)
}
