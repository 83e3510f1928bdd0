package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/templatecheck"
	"github.com/attini-go/runner/transform"
)

type graphCommand struct {
	templateArgument
	Format string `help:"The drawing's format." enum:"mermaid" default:"mermaid"`
}

// Run implements kong's command.
func (c graphCommand) Run(s streams) error {
	text, template, problems, err := c.read(s)
	if err != nil {
		return err
	}
	var inventory *transform.Contents
	if template != nil {
		var found problem.List
		inventory, found = transform.ReadTemplate(template, c.values())
		problems.Add(found...)
		problems.Add(templatecheck.Parameters(template, c.values())...)
	}
	if err := text.report(s, problems); err != nil {
		return err
	}
	if inventory.Plan == nil {
		return errPartial
	}
	drawing := &mermaid{ids: map[*plan.State]string{}}
	drawing.text.WriteString("flowchart TD\n")
	drawing.machine(inventory.Plan.Machine, "  ")
	_, err = s.stdout.Write(drawing.text.Bytes())
	return err
}

// mermaid draws a plan as a Mermaid flowchart. Names stand only in labels:
// identifiers are made up, since names may hold anything.
type mermaid struct {
	text   bytes.Buffer
	ids    map[*plan.State]string
	groups int
}

func (m *mermaid) machine(machine *plan.Machine, indent string) {
	for _, state := range machine.States {
		id := fmt.Sprintf("s%d", len(m.ids)+1)
		m.ids[state] = id
		opening, closing := shape(state)
		fmt.Fprintf(&m.text, "%s%s%s\"%s\"%s\n", indent, id, opening, label(state), closing)
	}
	for _, state := range machine.States {
		for i, nested := range state.Machines {
			m.groups++
			fmt.Fprintf(&m.text, "%ssubgraph g%d[\"%s %d\"]\n", indent, m.groups, escape(state.Name), i+1)
			m.machine(nested, indent+"  ")
			fmt.Fprintf(&m.text, "%send\n", indent)
			fmt.Fprintf(&m.text, "%s%s -.-> g%d\n", indent, m.ids[state], m.groups)
		}
		m.arrows(machine, state, indent)
	}
}

func (m *mermaid) arrows(machine *plan.Machine, state *plan.State, indent string) {
	arrow := func(to, words string) {
		for _, target := range machine.States {
			if target.Name == to && words == "" {
				fmt.Fprintf(&m.text, "%s%s --> %s\n", indent, m.ids[state], m.ids[target])
			} else if target.Name == to {
				fmt.Fprintf(&m.text, "%s%s -->|%s| %s\n", indent, m.ids[state], words, m.ids[target])
			}
		}
	}
	text := func(key string) string {
		if n := state.Node.Get(key); n.IsString() {
			return n.Text
		}
		return ""
	}
	arrow(text("Next"), "")
	m.rules(state, "Choices", func(to string) { arrow(to, "if") })
	arrow(text("Default"), "else")
	m.rules(state, "Catch", func(to string) { arrow(to, "on error") })
}

// rules calls arrow for the Next of each rule under key.
func (m *mermaid) rules(state *plan.State, key string, arrow func(to string)) {
	rules := state.Node.Get(key)
	if !rules.IsList() {
		return
	}
	for _, rule := range rules.Items {
		if next := rule.Get("Next"); next.IsString() {
			arrow(next.Text)
		}
	}
}

func shape(state *plan.State) (opening, closing string) {
	switch state.Type {
	case "Choice":
		return "{", "}"
	case plan.JobType:
		return "[[", "]]"
	case "Succeed", "Fail":
		return "([", "])"
	default:
		return "[", "]"
	}
}

func label(state *plan.State) string {
	return escape(state.Name) + "<br/><i>" + escape(state.Type) + "</i>"
}

func escape(text string) string {
	return strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;", "#", "#35;").Replace(text)
}
