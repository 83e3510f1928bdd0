package templatecheck

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// RuleDependencyCycle is the rule of a resource that needs itself.
const RuleDependencyCycle = "dependency-cycle"

// cycles returns the ways from an entry of a section back to itself, one for each cycle
// that is met first.
func cycles(section *cfn.Node, needs func(name string) []string) (found [][]string) {
	const open, done = 1, 2
	state := map[string]int{}
	var path []string
	var visit func(name string)
	visit = func(name string) {
		switch {
		case state[name] == done:
			return
		case state[name] == open:
			found = append(found, append(slices.Clone(path[slices.Index(path, name):]), name))
			return
		}
		state[name], path = open, append(path, name)
		for _, needed := range needs(name) {
			visit(needed)
		}
		state[name], path = done, path[:len(path)-1]
	}
	for _, field := range section.Entries() {
		visit(field.Key)
	}
	return found
}

// dependencyCycles reports Runners and plans that CloudFormation would have to make before
// themselves: by DependsOn, or by what they refer to. What conditions decide may not be
// there, and is left out.
func (c *checker) dependencyCycles() {
	resources := c.template.Get("Resources")
	for _, cycle := range cycles(resources, c.needs) {
		if first := slices.IndexFunc(cycle, c.isOurs); first >= 0 {
			around := slices.Concat(cycle[first:len(cycle)-1], cycle[:first+1])
			c.report(c.names.severity(), RuleDependencyCycle, cfn.NewPath("Resources", around[0]), resources.KeyPlace(around[0]),
				"the resource depends on itself: "+strings.Join(briefly(around), " > "), "")
		}
	}
}

func (c *checker) isOurs(name string) bool {
	return strings.HasPrefix(c.names.resources[name].Get("Type").AsString(), "Attini::Deploy::")
}

// needs are the resources that one certainly depends on.
func (c *checker) needs(name string) (needed []string) {
	resource := c.names.resources[name]
	if resource.Has("Condition") {
		return nil
	}
	add := func(name string) {
		name, _, _ = strings.Cut(name, ".")
		if plan := strings.TrimPrefix(name, "AttiniDeploymentPlanSfn"); c.names.resources[name] == nil && c.isOurs(plan) {
			name = plan
		}
		if c.names.resources[name] != nil {
			needed = append(needed, name)
		}
	}
	for inside := range resource.Get("DependsOn").All() {
		if inside.AsString() != name { // reported with its references
			add(inside.AsString())
		}
	}
	cfn.Walk(resource.Get("Properties"), cfn.Path{}, func(n *cfn.Node, _ cfn.Path) bool {
		switch name, argument, _ := cfn.Intrinsic(n); name {
		case "Ref":
			add(argument.AsString())
		case "Fn::GetAtt":
			attribute, _, _ := cfn.GetAttArgument(argument)
			add(attribute)
		case "Fn::Sub":
			sub, _ := cfn.ParseSub(argument)
			for _, reference := range sub.References() {
				add(reference)
			}
		case "Fn::If":
			return false
		}
		return true
	})
	return needed
}
