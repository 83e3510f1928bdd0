// Package plangraph draws a deployment plan: its steps and the ways between them, with
// conditions, error names, retries, Runners and iterations, coloured by how a run went.
package plangraph

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// Graph is a state machine: the plan's own, a branch's or an iteration's.
type Graph struct {
	// Title says which part of a Parallel or Map it is; "" for the plan itself.
	Title string
	Nodes []*Node
	Edges []Edge
}

// Node is a step.
type Node struct {
	// ID is made up, since a name may hold anything.
	ID, Name, Type string
	// Details are what else is worth a line: the Runner, retries, what a Map is over.
	Details []string
	Parts   []*Graph
	// Status is how the step ended in a run; "" without one.
	Status string
}

// Edge is a way from one step to another.
type Edge struct {
	From, To *Node
	// Label is the condition or the errors; "" for Next.
	Label string
	// Failure says that an error takes this way.
	Failure bool
}

// Of makes the graph of a plan. status has how steps ended by name; it may be nil.
func Of(p *plan.Plan, status map[string]string) *Graph {
	b := &builder{plan: p, status: status}
	return b.graph(p.Machine, "")
}

type builder struct {
	plan   *plan.Plan
	status map[string]string
	nodes  int
}

func (b *builder) graph(machine *plan.Machine, title string) *Graph {
	g := &Graph{Title: title}
	byName := map[string]*Node{}
	for _, state := range machine.States {
		b.nodes++
		node := &Node{ID: fmt.Sprintf("s%d", b.nodes), Name: state.Name, Type: state.Type, Details: b.details(state), Status: b.status[state.Name]}
		byName[state.Name] = node
		g.Nodes = append(g.Nodes, node)
	}
	for _, state := range machine.States {
		node := byName[state.Name]
		for i, nested := range state.Machines {
			node.Parts = append(node.Parts, b.graph(nested, partTitle(state, i)))
		}
		g.edges(state, node, byName)
	}
	return g
}

func partTitle(state *plan.State, i int) string {
	if state.Type != "Map" && state.Type != "AttiniMap" {
		return fmt.Sprintf("branch %d", i+1)
	}
	return "for each item"
}

// details are the lines below a step's name.
func (b *builder) details(state *plan.State) []string {
	var lines []string
	if state.Job != nil {
		runner := state.Job.Runner
		if runner == "" {
			runner = b.plan.DefaultRunner
		}
		if runner != "" {
			lines = append(lines, "on "+runner)
		}
	}
	if items := text(state.Node.Get("ItemsPath")); items != "" {
		lines = append(lines, "for each "+items)
	}
	if most := text(state.Node.Get("MaxConcurrency")); most != "" && most != "0" {
		lines = append(lines, most+" at a time")
	}
	for _, key := range []string{"Seconds", "SecondsPath", "Timestamp", "TimestampPath"} {
		if value := text(state.Node.Get(key)); value != "" && state.Type == "Wait" {
			lines = append(lines, strings.TrimSuffix("waits "+value+map[string]string{"Seconds": " s"}[key], " "))
		}
	}
	if name := text(state.Node.Get("Error")); name != "" && state.Type == "Fail" {
		lines = append(lines, name)
	}
	for _, rule := range items(state.Node.Get("Retry")) {
		attempts := text(rule.Get("MaxAttempts"))
		if attempts == "" {
			attempts = "3" // the States Language's default
		}
		lines = append(lines, fmt.Sprintf("retries %s × on %s", attempts, errorNames(rule)))
	}
	return lines
}

func (g *Graph) edges(state *plan.State, from *Node, byName map[string]*Node) {
	add := func(to *cfn.Node, label string, failure bool) {
		if target := byName[text(to)]; target != nil {
			g.Edges = append(g.Edges, Edge{from, target, label, failure})
		}
	}
	add(state.Node.Get("Next"), "", false)
	for _, rule := range items(state.Node.Get("Choices")) {
		add(rule.Get("Next"), condition(rule), false)
	}
	add(state.Node.Get("Default"), "else", false)
	for _, rule := range items(state.Node.Get("Catch")) {
		add(rule.Get("Next"), errorNames(rule), true)
	}
}

func errorNames(rule *cfn.Node) string {
	var names []string
	for _, name := range items(rule.Get("ErrorEquals")) {
		names = append(names, text(name))
	}
	return strings.Join(names, ", ")
}

// condition is a Choice's rule in words.
func condition(rule *cfn.Node) string {
	for _, field := range rule.Entries() {
		switch field.Key {
		case "Condition":
			return text(field.Value)
		case "And", "Or":
			var parts []string
			for _, part := range items(field.Value) {
				parts = append(parts, condition(part))
			}
			return strings.Join(parts, " "+strings.ToLower(field.Key)+" ")
		case "Not":
			return "not (" + condition(field.Value) + ")"
		}
	}
	for _, field := range rule.Entries() {
		switch field.Key {
		case "Variable", "Next", "Comment", "Assign", "Output":
			continue
		}
		return strings.TrimSpace(text(rule.Get("Variable")) + " " + comparison(field.Key, field.Value))
	}
	return "if"
}

// comparison is an operator with its value: NumericLessThan: 3 is "< 3".
func comparison(operator string, value *cfn.Node) string {
	operand := text(value)
	if kind, isTest := strings.CutPrefix(operator, "Is"); isTest {
		is := "is"
		if operand == "false" {
			is = "is not"
		}
		return is + " " + strings.ToLower(kind)
	}
	operator, isPath := strings.CutSuffix(operator, "Path")
	for _, kind := range []string{"String", "Numeric", "Boolean", "Timestamp"} {
		rest, found := strings.CutPrefix(operator, kind)
		if !found {
			continue
		}
		sign := map[string]string{
			"Equals": "=", "LessThan": "<", "GreaterThan": ">", "LessThanEquals": "≤", "GreaterThanEquals": "≥", "Matches": "matches",
		}[rest]
		if sign != "" && kind == "String" && !isPath {
			operand = strconv.Quote(operand)
		}
		if sign != "" {
			return sign + " " + operand
		}
	}
	return operator + " " + operand
}

// text is a scalar's text; of an intrinsic function, its form.
func text(n *cfn.Node) string {
	switch {
	case n == nil:
		return ""
	case n.IsScalar():
		return n.Text
	}
	if name, argument, ok := cfn.Intrinsic(n); ok {
		return "!" + strings.TrimPrefix(name, "Fn::") + " " + text(argument)
	}
	return "…"
}

func items(n *cfn.Node) []*cfn.Node {
	if n == nil || !n.IsList() {
		return nil
	}
	return n.Items
}
