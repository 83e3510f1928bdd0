package templatecheck

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// references reports names that are nowhere, in all sections whose intrinsic
// functions CloudFormation resolves.
func (c *checker) references() {
	var root *location
	for _, field := range c.template.Get("Conditions").Entries() {
		if strings.HasPrefix(field.Key, loopPrefix) {
			continue
		}
		c.condition(field.Value, root.key("Conditions").key(field.Key))
	}
	for _, section := range []string{"Resources", "Outputs"} {
		for _, field := range c.template.Get(section).Entries() {
			if strings.HasPrefix(field.Key, "Fn::") {
				continue // a loop has names of its own
			}
			at := root.key(section).key(field.Key)
			c.conditionName(field.Value.Get("Condition"), at.key("Condition"))
			c.dependsOn(field.Value.Get("DependsOn"), at.key("DependsOn"))
			for _, attribute := range field.Value.Entries() {
				if attribute.Key != "Condition" && attribute.Key != "DependsOn" {
					c.walk(attribute.Value, at.key(attribute.Key))
				}
			}
		}
	}
}

// walk looks at all intrinsic functions of a value.
func (c *checker) walk(n *cfn.Node, at *location) {
	if n == nil {
		return
	}
	name, argument, _ := cfn.Intrinsic(n)
	switch name {
	case "Ref":
		c.ref(argument, at)
	case "Fn::GetAtt":
		c.getAtt(n, argument, at)
	case "Fn::Sub":
		c.sub(argument, at)
	case "Fn::If":
		if argument.IsList() && len(argument.Items) > 0 {
			c.conditionName(argument.Items[0], at.key(name).index(0))
		}
	case "Fn::FindInMap":
		c.findInMap(argument, at)
	case "Fn::And", "Fn::Or", "Fn::Not":
		c.condition(n, at)
		return
	}
	for i, item := range n.Items {
		c.walk(item, at.index(i))
	}
	for _, field := range n.Fields {
		if strings.HasPrefix(field.Key, loopPrefix) {
			continue // it has names of its own
		}
		if field.Key == cfn.TransformKey {
			continue // its parameters are its own
		}
		c.walk(field.Value, at.key(field.Key))
	}
}

func (c *checker) ref(argument *cfn.Node, at *location) {
	if !argument.IsString() || c.names.isReferable(argument.Text) {
		return
	}
	c.unknown("Ref", argument.Text, at, argument.Place, "")
}

// unknown reports a name that is neither a parameter's nor a resource's.
func (c *checker) unknown(function, name string, at *location, place problem.Place, advice string) {
	message := fmt.Sprintf("%s: the template has no parameter or resource %s", function, wording.Quote(name))
	if strings.HasPrefix(name, "AWS::") {
		message = fmt.Sprintf("%s: there is no pseudo parameter %s", function, wording.Brief(name))
	}
	c.missing(RuleReference, at, place, message, name, c.names.candidates, advice)
}

// missing reports a name that is not there, with the one that was probably meant.
func (c *checker) missing(rule string, at *location, place problem.Place, message, name string, candidates []string, advice string) {
	near := ""
	if !c.problems.Full() {
		near = nearest(name, candidates)
	}
	if near != "" {
		message += "; did you mean " + near + "?"
	}
	if c.names.open {
		advice = strings.TrimSpace("Another transform may add it; that cannot be checked here. " + advice)
	}
	c.report(c.names.severity(), rule, at.path(), place, message, advice)
	c.fix(name, near)
}

func (c *checker) getAtt(n, argument *cfn.Node, at *location) {
	resource, attribute, ok := cfn.GetAttArgument(argument)
	switch {
	case !ok && argument.IsString():
		c.report(problem.Error, RuleShape, at.path(), n.Place, fmt.Sprintf(
			"Fn::GetAtt: %s has no attribute; write resource.attribute%s", wording.Quote(argument.Text), c.exampleOf(argument.Text)), "")
	case !ok:
	case !c.names.isResource(resource):
		c.missing(RuleReference, at, argument.Place, fmt.Sprintf("Fn::GetAtt: the template has no resource %s", wording.Quote(resource)),
			resource, c.resourceNames(), "")
	case attribute != "":
		c.attribute("Fn::GetAtt", resource, attribute, at, argument.Place)
	}
}

// exampleOf is an attribute that the resource has, for a message.
func (c *checker) exampleOf(resource string) string {
	known := attributesOf(c.names.typeOf(resource))
	switch {
	case len(known) == 0:
		return ""
	case slices.Contains(known, "Arn"):
		return ", such as " + resource + ".Arn"
	}
	return ", such as " + resource + "." + known[0]
}

func (c *checker) resourceNames() []string {
	names := make([]string, 0, len(c.names.resources)+len(c.names.added))
	for _, field := range c.template.Get("Resources").Entries() {
		names = append(names, field.Key)
	}
	return append(names, slices.Sorted(maps.Keys(c.names.added))...)
}

func (c *checker) sub(argument *cfn.Node, at *location) {
	text, variables := cfn.SubArgument(argument)
	if !text.IsString() {
		return
	}
	parts, err := cfn.SubParts(text.Text)
	if err != nil {
		switch c.ownerOf(at) {
		case "Attini::Deploy::DeploymentPlan": // it is reported with the step
		case "Attini::Deploy::Runner":
			c.report(problem.Error, RuleShape, at.path(), text.Place, err.Error(), "")
		default:
			c.report(problem.Warning, RuleShape, at.path(), text.Place, err.Error(), "")
		}
		return
	}
	seen := map[string]bool{}
	for _, part := range parts {
		name := part.Variable
		if name == "" || seen[name] || variables[name] != nil {
			continue
		}
		seen[name] = true
		resource, attribute, isAttribute := strings.Cut(name, ".")
		switch {
		case !isAttribute && c.names.isReferable(name):
		case isAttribute && c.names.isResource(resource):
			c.attribute("Fn::Sub", resource, attribute, at, text.Place)
		default:
			c.unknown("Fn::Sub: ${"+wording.Brief(name)+"}", resource, at, text.Place, shellAdvice(name))
		}
	}
}

// shellAdvice is for a name that may be meant for the shell.
func shellAdvice(name string) string {
	if strings.ContainsAny(name, ".:") {
		return ""
	}
	return fmt.Sprintf("If it is a variable of the shell, write ${!%s}, or leave out Fn::Sub.", wording.Brief(name))
}

// ownerOf is the type of the resource that a location leads into.
func (c *checker) ownerOf(at *location) string {
	for at.above != nil && at.above.above != nil {
		at = at.above
	}
	return c.names.typeOf(at.name)
}

// condition looks at a condition function: the conditions that it names, and the
// values that it compares.
func (c *checker) condition(n *cfn.Node, at *location) {
	name, argument, _ := cfn.Intrinsic(n)
	switch name {
	case "Condition":
		c.conditionName(argument, at.key(name))
	case "Fn::And", "Fn::Or", "Fn::Not":
		if !argument.IsList() {
			return
		}
		for i, item := range argument.Items {
			c.condition(item, at.key(name).index(i))
		}
	default:
		c.walk(n, at)
	}
}

func (c *checker) conditionName(n *cfn.Node, at *location) {
	if !n.IsString() || c.names.conditions[n.Text] != nil || c.template.Get("Conditions").Has(n.Text) {
		return
	}
	c.missing(RuleCondition, at, n.Place, "the template has no condition "+wording.Quote(n.Text), n.Text, keysOf(c.template.Get("Conditions")), "")
}

func (c *checker) dependsOn(n *cfn.Node, at *location) {
	report := func(n *cfn.Node, at *location) {
		if n.IsString() && !c.names.isResource(n.Text) {
			c.missing(RuleReference, at, n.Place, "the template has no resource "+wording.Quote(n.Text), n.Text, c.resourceNames(), "")
		}
	}
	report(n, at)
	if n.IsList() {
		for i, item := range n.Items {
			report(item, at.index(i))
		}
	}
}
