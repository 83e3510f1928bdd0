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
	c.conditions()
	for _, section := range []string{"Resources", "Outputs"} {
		for _, field := range c.template.Get(section).Entries() {
			if strings.HasPrefix(field.Key, "Fn::") {
				c.loop(field, cfn.NewPath(section, field.Key))
				continue // a loop has names of its own
			}
			at := cfn.NewPath(section, field.Key)
			c.conditionName(field.Value.Get("Condition"), at.Key("Condition"))
			c.dependsOn(field.Value.Get("DependsOn"), at.Key("DependsOn"))
			for _, attribute := range field.Value.Entries() {
				if attribute.Key != "Condition" && attribute.Key != "DependsOn" {
					c.walk(attribute.Value, at.Key(attribute.Key))
				}
			}
		}
	}
}

// walk checks all intrinsic functions of a value. Loops, and what transforms make,
// have names of their own.
func (c *checker) walk(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, inside cfn.Path) bool {
		if inside != at && inside.LastKey() == cfn.TransformKey {
			return false
		}
		for _, field := range n.Entries() {
			c.loop(field, inside.Key(field.Key))
		}
		if inside != at && strings.HasPrefix(inside.LastKey(), cfn.LoopPrefix) {
			return false
		}
		return c.function(n, inside)
	})
}

// loop reports a loop that CloudFormation does not know. One in a Runner or a plan is
// reported with that.
func (c *checker) loop(field cfn.Field, at cfn.Path) {
	if strings.HasPrefix(field.Key, cfn.LoopPrefix) && c.ownerOf(at) != planType && c.ownerOf(at) != runnerType {
		c.needsExtensions(field.Key, field.Place, at)
	}
}

// function checks an intrinsic function, and reports whether there is more to
// check in its argument.
func (c *checker) function(n *cfn.Node, at cfn.Path) bool {
	name, argument, ok := cfn.Intrinsic(n)
	if ok {
		c.checkCall(name, n, argument, at)
	}
	switch name {
	case "Ref":
		c.ref(argument, at)
	case "Fn::GetAtt":
		c.getAtt(n, argument, at)
	case "Fn::Sub":
		c.sub(argument, at)
	case "Fn::If":
		if argument.IsList() && len(argument.Items) > 0 {
			c.conditionName(argument.Items[0], at.Key(name).Index(0))
		}
	case "Fn::FindInMap":
		c.findInMap(argument, at)
	case "Fn::Select":
		c.selects(argument, at)
	case "Fn::And", "Fn::Or", "Fn::Not":
		c.condition(n, at)
		return false
	}
	return true
}

func (c *checker) ref(argument *cfn.Node, at cfn.Path) {
	if !argument.IsString() || c.names.isReferable(argument.Text) {
		return
	}
	c.unknown("Ref", argument.Text, at, argument.Place, "")
}

// unknown reports a name that is neither a parameter's nor a resource's.
func (c *checker) unknown(function, name string, at cfn.Path, place problem.Place, advice string) {
	message := fmt.Sprintf("%s: the template has no parameter or resource %s", function, wording.Quote(name))
	if strings.HasPrefix(name, "AWS::") {
		message = fmt.Sprintf("%s: there is no pseudo parameter %s", function, wording.Brief(name))
	}
	c.missing(RuleReference, at, place, message, name, c.names.candidates, advice)
}

// missing reports a name that is not there, with the one that was probably meant.
func (c *checker) missing(rule string, at cfn.Path, place problem.Place, message, name string, candidates []string, advice string) {
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
	c.report(c.names.severity(), rule, at, place, message, advice)
	c.fix(name, near)
}

func (c *checker) getAtt(n, argument *cfn.Node, at cfn.Path) {
	resource, attribute, ok := cfn.GetAttArgument(argument)
	switch {
	case !ok && argument.IsString():
		c.report(problem.Error, RuleShape, at, n.Place, fmt.Sprintf(
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

func (c *checker) sub(argument *cfn.Node, at cfn.Path) {
	sub, err := cfn.ParseSub(argument)
	if sub.Text == nil {
		return
	}
	text := sub.Text
	if err != nil {
		switch c.ownerOf(at) {
		case planType: // it is reported with the step
		case runnerType:
			c.report(problem.Error, RuleShape, at, text.Place, err.Error(), "")
		default:
			c.report(problem.Warning, RuleShape, at, text.Place, err.Error(), "")
		}
		return
	}
	seen := map[string]bool{}
	for _, name := range sub.References() {
		if seen[name] {
			continue
		}
		seen[name] = true
		if owner := c.ownerOf(at); owner == runnerType && c.isListParameter(name) {
			c.wrongKind(at, text, fmt.Sprintf("Fn::Sub: ${%s}: the parameter is a list, and a text takes only texts", name),
				fmt.Sprintf("Join it: {\"Fn::Join\": [\",\", {\"Ref\": %s}]}.", wording.Quote(name)))
		}
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

// ownerOf is the type of the resource that a path leads into.
func (c *checker) ownerOf(at cfn.Path) string {
	return c.names.typeOf(at.KeyAt(1))
}

func (c *checker) conditionName(n *cfn.Node, at cfn.Path) {
	if !n.IsString() || c.names.conditions[n.Text] != nil || c.template.Get("Conditions").Has(n.Text) {
		return
	}
	c.missing(RuleCondition, at, n.Place, "the template has no condition "+wording.Quote(n.Text), n.Text, cfn.Candidates(c.template.Get("Conditions")), "")
}

func (c *checker) dependsOn(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		switch {
		case n.IsString() && n.Text == at.KeyAt(1):
			c.report(problem.Error, RuleReference, at, n.Place, "a resource cannot depend on itself", "")
		case n.IsString() && !c.names.isResource(n.Text):
			c.missing(RuleReference, at, n.Place, "the template has no resource "+wording.Quote(n.Text), n.Text, c.resourceNames(), "")
		}
		return !n.IsMap()
	})
}
