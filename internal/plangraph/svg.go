package plangraph

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sizes of the drawing, in pixels.
const (
	letter   = 7.2 // the width of one, about
	lineHigh = 16.0
	padding  = 12.0
	gapX     = 28.0
	gapY     = 52.0
	minWide  = 110.0
)

// WriteSVG draws the graph without any other program: steps from top to bottom, each
// below those that lead to it.
func (g *Graph) WriteSVG(w io.Writer) error {
	return g.write(w, ` font-family="system-ui, sans-serif" font-size="12" role="img"`,
		`<title>Deployment plan</title>`+"\n", `<rect width="100%" height="100%" fill="#ffffff"/>`+"\n", &drawing{})
}

// WriteInlineSVG draws the graph for an HTML page, whose style sheet has the colours
// by class: node, around (a node with parts), edge, detail, failure, and a node's status.
// A node can be activated; its data-node is its ID.
func (g *Graph) WriteInlineSVG(w io.Writer) error {
	return g.write(w, ` class="plan" role="group" aria-label="Deployment plan"`, "", "", &drawing{active: true})
}

func (g *Graph) write(w io.Writer, attributes, title, background string, d *drawing) error {
	l := layOut(g)
	d.graph(l, padding, padding)
	wide, high := l.wide+2*padding, l.high+2*padding
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f"%s>
%s<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" fill="context-stroke"/></marker></defs>
%s%s</svg>
`, wide, high, wide, high, attributes, title, background, d.text.String())
	return err
}

// layout is a graph with its place for each node.
type layout struct {
	graph      *Graph
	boxes      map[*Node]*box
	wide, high float64
}

// box is a node's place, relative to its graph's.
type box struct {
	x, y, wide, high float64
	// head is the height of the node's own lines, above its parts.
	head  float64
	parts []*layout
	layer int
}

// layOut puts each node into the layer below its lowest predecessor, and centres the
// layers.
func layOut(g *Graph) *layout {
	l := &layout{graph: g, boxes: map[*Node]*box{}}
	for _, n := range g.Nodes {
		l.boxes[n] = boxOf(n)
	}
	order := map[*Node]int{}
	for i, n := range g.Nodes {
		order[n] = i
	}
	for range g.Nodes { // as often as the longest way is long; ways back do not count
		changed := false
		for _, e := range g.Edges {
			if from, to := l.boxes[e.From], l.boxes[e.To]; order[e.To] > order[e.From] && to.layer <= from.layer {
				to.layer, changed = from.layer+1, true
			}
		}
		if !changed {
			break
		}
	}
	l.place()
	return l
}

func (l *layout) place() {
	var layers [][]*box
	for _, n := range l.graph.Nodes {
		b := l.boxes[n]
		for len(layers) <= b.layer {
			layers = append(layers, nil)
		}
		layers[b.layer] = append(layers[b.layer], b)
	}
	y := 0.0
	widths := make([]float64, len(layers))
	for i, layer := range layers {
		high := 0.0
		for j, b := range layer {
			if j > 0 {
				widths[i] += gapX
			}
			b.x, b.y = widths[i], y
			widths[i] += b.wide
			high = max(high, b.high)
		}
		l.wide = max(l.wide, widths[i])
		y += high + gapY
	}
	for i, layer := range layers {
		for _, b := range layer {
			b.x += (l.wide - widths[i]) / 2
		}
	}
	l.high = max(y-gapY, 0)
	for _, e := range l.graph.Edges {
		if l.isLong(e) {
			l.wide += gapX * 2 // room for the ways beside the nodes
			break
		}
	}
}

// isLong reports whether an edge passes other layers, or leads back.
func (l *layout) isLong(e Edge) bool { return l.boxes[e.To].layer != l.boxes[e.From].layer+1 }

func boxOf(n *Node) *box {
	b := &box{wide: minWide, high: padding*2 + lineHigh*float64(2+len(n.Details))}
	for _, line := range append([]string{n.Name, n.Type}, n.Details...) {
		b.wide = max(b.wide, letter*float64(utf8.RuneCountInString(line))+2*padding)
	}
	b.head = b.high
	wide, high := padding, 0.0
	for _, part := range n.Parts {
		inner := layOut(part)
		b.parts = append(b.parts, inner)
		wide += inner.wide + padding
		high = max(high, inner.high+lineHigh)
	}
	if len(n.Parts) > 0 {
		b.wide, b.high = max(b.wide, wide), b.high+high+padding
	}
	return b
}

type drawing struct {
	text strings.Builder
	// active makes buttons of nodes.
	active bool
}

func (d *drawing) graph(l *layout, x, y float64) {
	for _, e := range l.graph.Edges {
		d.edge(l, e, x, y)
	}
	for _, n := range l.graph.Nodes {
		d.node(n, l.boxes[n], x, y)
	}
}

func (d *drawing) node(n *Node, b *box, x, y float64) {
	c := classOf(n.Status)
	radius := 6
	if n.Type == "Succeed" || n.Type == "Fail" {
		radius = 18
	}
	group := ""
	if d.active {
		label := strings.Join(append([]string{n.Name, n.Type}, n.Details...), ", ")
		if n.Status != "" {
			label += ", " + strings.ToLower(n.Status)
		}
		class := "node"
		if len(n.Parts) > 0 {
			class = "node around"
		}
		group = fmt.Sprintf(` class="%s %s" data-node="%s" role="button" tabindex="-1" aria-label="%s"`, class, escapeXML(n.Status), escapeXML(n.ID), escapeXML(visible(label)))
	}
	fmt.Fprintf(&d.text, `<g%s><rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="%d" fill="%s" stroke="%s"/>`+"\n", group, x+b.x, y+b.y, b.wide, b.high, radius, c.fill, c.line)
	name := n.Name
	if n.Status != "" {
		name = c.mark + " " + name
	}
	middle, top := x+b.x+b.wide/2, y+b.y+padding+lineHigh*0.8
	d.line(middle, top, "middle", `font-weight="600"`, name)
	for i, line := range append([]string{n.Type}, n.Details...) {
		d.line(middle, top+lineHigh*float64(i+1), "middle", `class="detail" fill="#57606a"`, line)
	}
	d.text.WriteString("</g>\n")
	at := x + b.x + padding
	for i, part := range b.parts {
		d.line(at, y+b.y+b.head+lineHigh*0.4, "start", `class="detail" fill="#57606a" font-style="italic"`, n.Parts[i].Title)
		d.graph(part, at, y+b.y+b.head+lineHigh)
		at += part.wide + padding
	}
}

func (d *drawing) line(x, y float64, anchor, attributes, text string) {
	fmt.Fprintf(&d.text, `<text x="%.1f" y="%.1f" text-anchor="%s" %s>%s</text>`+"\n", x, y, anchor, attributes, escapeXML(visible(text)))
}

func (d *drawing) edge(l *layout, e Edge, x, y float64) {
	from, to := l.boxes[e.From], l.boxes[e.To]
	colour, class, dash := "#57606a", "edge", ""
	if e.Failure {
		colour, class, dash = "#b42318", "edge failure", ` stroke-dasharray="4 3"`
	}
	x1, y1 := x+from.x+from.wide/2, y+from.y+from.high
	x2, y2 := x+to.x+to.wide/2, y+to.y
	path := fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, x1, y1+gapY/2, x2, y2-gapY/2, x2, y2)
	labelX, labelY := (x1+x2)/2, (y1+y2)/2
	if l.isLong(e) { // around the nodes between, on the right
		x1, y1 = x+from.x+from.wide, y+from.y+from.head/2
		x2, y2 = x+to.x+to.wide, y+to.y+to.head/2
		side := x + l.wide - gapX/2
		path = fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", x1, y1, side, y1, side, y2, x2, y2)
		labelX, labelY = x1+gapX/2, y1-4
	}
	fmt.Fprintf(&d.text, `<path class="%s" d="%s" fill="none" stroke="%s"%s marker-end="url(#arrow)"/>`+"\n", class, path, colour, dash)
	if e.Label != "" {
		d.line(labelX, labelY, "middle", fmt.Sprintf(`class="%s" fill="%s" font-size="11" paint-order="stroke" stroke="#ffffff" stroke-width="4"`, class, colour), e.Label)
	}
}

func escapeXML(text string) string {
	var escaped strings.Builder
	_ = xml.EscapeText(&escaped, []byte(text)) // a builder takes all
	return escaped.String()
}

// visible shows what would change the order of the letters around it, or nothing.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
