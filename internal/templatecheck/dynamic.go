package templatecheck

import (
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// RuleDynamicReference is the rule of {{resolve:…}} that cannot be resolved.
const RuleDynamicReference = "dynamic-reference"

// dynamicReferences reports dynamic references that CloudFormation can resolve in no
// place. What other resources have may be meant for something else.
func (c *checker) dynamicReferences() {
	if !hasBraces(c.template) {
		return
	}
	for _, field := range c.template.Get("Parameters").Entries() {
		value := field.Value.Get("Default")
		at := cfn.NewPath("Parameters", field.Key, "Default")
		c.referencesIn(value, at, problem.Error, false)
		for _, reference := range cfn.DynamicReferences(value.AsString()) {
			if cfn.LacksVersion(reference) {
				c.report(problem.Warning, RuleDynamicReference, at, value.Place,
					"CloudFormation resolves no ssm reference without a version in the section Parameters", "Give the parameter the Type AWS::SSM::Parameter::Value<String>, and the name alone as its Default.")
			}
		}
	}
	for _, section := range []string{"Mappings", "Resources", "Outputs"} {
		for _, field := range c.template.Get(section).Entries() {
			severity := problem.Warning
			if strings.HasPrefix(field.Value.Get("Type").AsString(), "Attini::Deploy::") {
				severity = problem.Error
			}
			if field.Value.IsList() { // a loop
				c.referencesIn(field.Value, cfn.NewPath(section, field.Key), severity, false)
			}
			for _, attribute := range field.Value.Entries() {
				if attribute.Key != "Metadata" {
					c.referencesIn(attribute.Value, cfn.NewPath(section, field.Key, attribute.Key), severity, false)
				}
			}
		}
	}
}

// referencesIn checks the texts of a value. A piece is put together with others, so that
// its last reference may end in another.
func (c *checker) referencesIn(n *cfn.Node, at cfn.Path, severity problem.Severity, piece bool) {
	cfn.Walk(n, at, func(n *cfn.Node, inside cfn.Path) bool {
		if text, whole := assembled(n); whole {
			c.referencesOf(text, n, inside, severity, piece)
		}
		name, argument, isFunction := cfn.Intrinsic(n)
		if !isFunction || name == "Fn::If" {
			return true
		}
		for i, item := range argument.Elements() {
			if _, whole := assembled(item); !whole {
				c.referencesIn(item, inside.Key(name).Index(i), severity, true)
			} else if name != "Fn::Sub" && name != "Fn::Join" {
				c.referencesOf(item.AsString(), item, inside.Key(name).Index(i), severity, true)
			}
		}
		return false
	})
}

// assembled is the text of a value, and of what Fn::Sub and Fn::Join make, with ${} where
// it is not known.
func assembled(n *cfn.Node) (text string, ok bool) {
	name, argument, isFunction := cfn.Intrinsic(n)
	switch {
	case n.IsString():
		return n.Text, true
	case isFunction && name == "Fn::Sub":
		sub, _ := cfn.ParseSub(argument)
		return sub.Text.AsString(), true
	case isFunction && name == "Fn::Join" && len(argument.Elements()) == 2 && argument.Items[0].IsString() && argument.Items[1].IsList():
		const longest = 100_000 // bytes of delimiters
		items := argument.Items[1].Items
		if len(items)*len(argument.Items[0].Text) > longest {
			return "", false
		}
		pieces := make([]string, len(items))
		for i, item := range items {
			if pieces[i], ok = assembled(item); !ok {
				pieces[i] = "${}"
			}
		}
		return strings.Join(pieces, argument.Items[0].Text), true
	}
	return "", false
}

// almostReference is what was probably meant for {{resolve:.
var almostReference = regexp.MustCompile(`(?i)\{\{\s*resolve\s*:`)

func (c *checker) referencesOf(text string, n *cfn.Node, at cfn.Path, severity problem.Severity, piece bool) {
	if !strings.Contains(text, "{{") {
		return
	}
	for _, reference := range cfn.DynamicReferences(text) {
		if wrong := cfn.WrongReference(reference); wrong != "" && (!piece || strings.HasSuffix(reference, "}}")) {
			c.report(severity, RuleDynamicReference, at, n.Place, wrong, "")
			return
		}
	}
	if almost := almostReference.FindString(text); almost != "" && !cfn.IsDynamicReference(text) && severity == problem.Error {
		c.report(problem.Warning, RuleDynamicReference, at, n.Place, almost+" stays as it is written; a dynamic reference begins with {{resolve:", "")
	}
}

// hasBraces reports whether any text may have a dynamic reference; most templates have none.
func hasBraces(n *cfn.Node) bool {
	for inside := range n.All() {
		if strings.Contains(inside.Text, "{{") {
			return true
		}
	}
	return false
}
