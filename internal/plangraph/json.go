package plangraph

import (
	"encoding/json"
	"fmt"
)

// graphJSON is a graph in JSON. Its edges name nodes by their place in the list.
type graphJSON struct {
	Title string     `json:"title,omitempty"`
	Nodes []nodeJSON `json:"nodes"`
	Edges []edgeJSON `json:"edges,omitempty"`
}

type nodeJSON struct {
	ID      string   `json:"id"`
	Name    string   `json:"name"`
	Type    string   `json:"type"`
	Details []string `json:"details,omitempty"`
	Parts   []*Graph `json:"parts,omitempty"`
}

type edgeJSON struct {
	From    int    `json:"from"`
	To      int    `json:"to"`
	Label   string `json:"label,omitempty"`
	Failure bool   `json:"failure,omitempty"`
}

// MarshalJSON implements json.Marshaler. What a run adds, the status, is left out.
func (g *Graph) MarshalJSON() ([]byte, error) {
	out := graphJSON{Title: g.Title, Nodes: []nodeJSON{}}
	place := map[*Node]int{}
	for i, n := range g.Nodes {
		place[n] = i
		out.Nodes = append(out.Nodes, nodeJSON{n.ID, n.Name, n.Type, n.Details, n.Parts})
	}
	for _, e := range g.Edges {
		out.Edges = append(out.Edges, edgeJSON{place[e.From], place[e.To], e.Label, e.Failure})
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements json.Unmarshaler.
func (g *Graph) UnmarshalJSON(text []byte) error {
	var in graphJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*g = Graph{Title: in.Title}
	for _, n := range in.Nodes {
		for _, part := range n.Parts {
			if part == nil {
				return fmt.Errorf("read a graph: a part of %q is null", n.Name)
			}
		}
		g.Nodes = append(g.Nodes, &Node{ID: n.ID, Name: n.Name, Type: n.Type, Details: n.Details, Parts: n.Parts})
	}
	for _, e := range in.Edges {
		if min(e.From, e.To) < 0 || max(e.From, e.To) >= len(g.Nodes) {
			return fmt.Errorf("read a graph: an edge goes from node %d to %d of %d", e.From, e.To, len(g.Nodes))
		}
		g.Edges = append(g.Edges, Edge{g.Nodes[e.From], g.Nodes[e.To], e.Label, e.Failure})
	}
	return nil
}

// All yields each node, also those of branches and iterations, in the plan's order.
func (g *Graph) All(yield func(*Node) bool) { g.all(yield) }

func (g *Graph) all(yield func(*Node) bool) bool {
	for _, n := range g.Nodes {
		if !yield(n) {
			return false
		}
		for _, part := range n.Parts {
			if !part.all(yield) {
				return false
			}
		}
	}
	return true
}
