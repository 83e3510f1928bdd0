package transform

import (
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// RuleYAMLValue is the rule of a plain scalar that CloudFormation reads as another
// value than the text that is written: yes, 0644, 12:30:00, 1.10.
const RuleYAMLValue = "yaml-value"

// checkMisread warns of such scalars where a text may have been meant. What is wrong
// already is not said again.
func checkMisread(template *cfn.Node, found problem.List) problem.List {
	m := &misreadings{reported: map[problem.Place]bool{}}
	for _, p := range found {
		if p.Severity == problem.Error {
			m.reported[p.Place] = true
		}
	}
	for _, section := range template.Entries() {
		at := cfn.NewPath(section.Key)
		switch section.Key {
		case "Resources":
			for _, resource := range section.Value.Entries() {
				m.resource(resource.Value, at.Key(resource.Key))
			}
		case "Parameters":
			for _, parameter := range section.Value.Entries() {
				m.parameter(parameter.Value, at.Key(parameter.Key))
			}
		case "Conditions", "Mappings", "Outputs", "Rules":
			m.walk(section.Value, at, wantsTexts)
		case "Metadata": // for other tools
		default:
			m.walk(section.Value, at, wantsAnything)
		}
	}
	return m.problems
}

type misreadings struct {
	reported map[problem.Place]bool
	problems problem.List
}

// wanted is the kind of value that a key wants; String where a text could be meant.
type wanted func(key string) cfn.Kind

// anything is the kind of what is wanted where that is not known.
const anything = cfn.Null

func wantsAnything(string) cfn.Kind { return anything }

func wantsTexts(string) cfn.Kind { return cfn.String }

func wants(kinds map[string]cfn.Kind) wanted {
	return func(key string) cfn.Kind {
		if kind, special := kinds[key]; special {
			return kind
		}
		return cfn.String
	}
}

func (m *misreadings) resource(n *cfn.Node, at cfn.Path) {
	kinds := wanted(wantsAnything)
	switch n.Get("Type").AsString() {
	case schema.RunnerType:
		kinds = wants(schema.WantedKinds())
	case plan.Type:
		kinds = wants(plan.WantedKinds())
	}
	for _, field := range n.Entries() {
		if field.Key != "Metadata" {
			m.walk(field.Value, at.Key(field.Key), kinds)
		}
	}
}

// parameter looks into the declaration of a parameter.
func (m *misreadings) parameter(n *cfn.Node, at cfn.Path) {
	kinds := map[string]cfn.Kind{"NoEcho": cfn.Bool, "MinLength": cfn.Number, "MaxLength": cfn.Number, "MinValue": cfn.Number, "MaxValue": cfn.Number}
	if n.Get("Type").AsString() == "Number" {
		kinds["Default"], kinds["AllowedValues"] = cfn.Number, cfn.Number
	}
	m.walk(n, at, wants(kinds))
}

func (m *misreadings) walk(n *cfn.Node, at cfn.Path, kinds wanted) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		m.value(n, at, kinds(at.LastKey()))
		return true
	})
}

func (m *misreadings) value(n *cfn.Node, at cfn.Path, kind cfn.Kind) {
	if n.Misread() == "" || m.reported[n.Place] || !misleads(n, kind) {
		return
	}
	m.reported[n.Place] = true // an alias has the place of its anchor
	m.problems.Add(problem.Problem{
		Severity: problem.Warning, Rule: RuleYAMLValue, Path: at.String(), Place: n.Place,
		Message: n.Misread() + "; " + n.KeepText(), Fix: problem.Fix{Old: n.Written, New: `"` + n.Written + `"`},
	})
}

// sameNumber is a number that people read as YAML does, but for its spelling.
var sameNumber = regexp.MustCompile(`^[-+]?(0|0?\.[0-9_]+|[1-9][0-9_]*\.?[0-9_]*|0\.[0-9_]*)([eE][-+]?[0-9]+)?$`)

// misleads reports whether what is written is likely to be taken for another value
// than CloudFormation does, where a value of a kind is wanted.
func misleads(n *cfn.Node, kind cfn.Kind) bool {
	switch {
	case n.Kind == cfn.Bool:
		return kind != cfn.Bool && kind != anything && !strings.EqualFold(n.Written, n.Text)
	case sameNumber.MatchString(n.Written):
		return kind == cfn.String
	default: // 0644, 12:30:00
		return true
	}
}
