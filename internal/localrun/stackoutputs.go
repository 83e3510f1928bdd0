package localrun

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/stacks"
)

// evaluate works out a template's Outputs. What only AWS knows of a resource is
// STACK.RESOURCE or STACK.RESOURCE.ATTRIBUTE; an output that is more than that is
// STACK.OUTPUT.
func (p *localStacks) evaluate(stack *stacks.Stack, template *cfn.Node, parameters map[string]string) map[string]string {
	facts := p.facts
	facts.Parameters, facts.StackName = parameters, stack.Name
	if stack.Region != "" {
		facts.Region = stack.Region
	}
	evaluator, _ := cfn.NewEvaluator(template, facts.standIns(template, template.Get("Outputs"), nil)) // what is not known stays so
	outputs := map[string]string{}
	for _, output := range template.Get("Outputs").Entries() {
		at := cfn.NewPath("Outputs", output.Key)
		if condition := output.Value.Get("Condition"); condition.IsString() {
			if holds, unknown := evaluator.Condition(condition.Text, at); !holds && !unknown.HasErrors() {
				continue
			}
		}
		value, unknown := evaluator.Evaluate(output.Value.Get("Value"), at)
		if unknown.HasErrors() || !value.IsScalar() {
			outputs[output.Key] = stack.Name + "." + output.Key
			continue
		}
		outputs[output.Key] = value.Text
	}
	return outputs
}

// standIns are the facts, and STACK.RESOURCE or STACK.RESOURCE.ATTRIBUTE for what only AWS
// knows of the resources that a part of a template names.
func (f Facts) standIns(template, part *cfn.Node, runners []string) cfn.Values {
	values := f.values(runners)
	for _, name := range referencesIn(part) {
		if _, known := values.References[name]; !known && !template.Get("Parameters").Has(name) {
			values.References[name] = f.StackName + "." + name
		}
	}
	return values
}

// referencesIn are the names of resources, and of their attributes, that functions in a tree
// ask for.
func referencesIn(n *cfn.Node) (names []string) {
	if n == nil {
		return nil
	}
	if name, argument, ok := cfn.Intrinsic(n); ok {
		switch {
		case name == "Ref" && argument.IsString():
			names = append(names, argument.Text)
		case name == "Fn::GetAtt" && argument.IsString():
			names = append(names, argument.Text)
		case name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2:
			names = append(names, argument.Items[0].Text+"."+argument.Items[1].Text)
		case name == "Fn::Sub":
			if text, err := cfn.ParseSub(argument); err == nil { // one that cannot be read has no value
				names = append(names, text.References()...)
			}
		}
	}
	for _, item := range n.Items {
		names = append(names, referencesIn(item)...)
	}
	for _, field := range n.Fields {
		names = append(names, referencesIn(field.Value)...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" || strings.HasPrefix(name, "AWS::") })
}
