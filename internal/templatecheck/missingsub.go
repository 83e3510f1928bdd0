package templatecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// missingSubs warns of texts that look as if Fn::Sub was forgotten: in a Runner,
// and in the Environment and the Commands of steps.
func (c *checker) missingSubs() {
	for _, field := range c.template.Get("Resources").Entries() {
		if !strings.HasPrefix(field.Value.Get("Type").AsString(), "Attini::Deploy::") {
			continue
		}
		at := cfn.NewPath("Resources", field.Key, "Properties")
		properties := field.Value.Get("Properties")
		s := subFinder{checker: c, own: cfn.Candidates(properties.Get("DefinitionSubstitutions"))}
		for _, property := range properties.Entries() {
			s.walk(property.Value, at.Key(property.Key), property.Key == "Startup" || property.Key == "DeploymentPlan")
		}
	}
}

// subFinder checks the texts of one resource.
type subFinder struct {
	*checker
	// own are the plan's DefinitionSubstitutions, which need no Fn::Sub.
	own []string
}

// walk checks the texts of a value. shell says that a shell may read them, to
// which ${Name} is a variable of its own.
func (s subFinder) walk(n *cfn.Node, at cfn.Path, shell bool) {
	cfn.Walk(n, at, func(n *cfn.Node, inside cfn.Path) bool {
		name, _, _ := cfn.Intrinsic(n)
		switch {
		case name == "Fn::Sub":
			return false
		case shell && inside != at && inside.LastKey() == "Environment":
			s.walk(n, inside, false)
			return false
		case n.IsString():
			s.text(n, inside, shell)
		}
		return true
	})
}

func (s subFinder) text(n *cfn.Node, at cfn.Path, shell bool) {
	for _, piece := range strings.Split(n.Text, "${")[1:] {
		name, _, closed := strings.Cut(piece, "}")
		resource, _, _ := strings.Cut(name, ".")
		switch {
		case !closed || slices.Contains(s.own, name):
			continue
		case strings.HasPrefix(name, "AWS::"):
		case shell || s.names.parameters[name] == nil && s.names.resources[resource] == nil:
			continue
		}
		s.report(problem.Warning, RuleSub, at, n.Place,
			fmt.Sprintf("${%s} stays as it is written: only Fn::Sub puts a value in its place", wording.Brief(name)), "Write !Sub before the text.")
		return
	}
}
