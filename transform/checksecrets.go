package transform

import (
	"cmp"
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// checkValues reports values that do not reach a Runner, or that others can read
// there. All its properties become those of a custom resource.
func checkValues(runner *schema.Runner, known *cfn.StaticValues) problem.List {
	v := runnerValues{runner: runner, known: known}
	v.walk(runner.Resource.Get("Properties"), runner.Path.Key("Properties"))
	return v.problems
}

type runnerValues struct {
	runner   *schema.Runner
	known    *cfn.StaticValues
	problems problem.List
}

func (v *runnerValues) report(severity problem.Severity, rule string, at cfn.Path, n *cfn.Node, message, advice string) {
	where := cmp.Or(at.From(v.runner.Path.Key("Properties")), at.String())
	v.problems.Add(problem.Problem{
		Severity: severity, Rule: rule, Path: at.String(), Place: n.Place,
		Message: fmt.Sprintf("Runner %s: %s: %s", wording.Quote(v.runner.Name), where, message), Advice: advice,
	})
}

func (v *runnerValues) walk(n *cfn.Node, at cfn.Path) {
	cfn.Walk(n, at, func(n *cfn.Node, at cfn.Path) bool {
		if n.IsString() {
			v.text(n, at)
		} else if name, argument, ok := cfn.Intrinsic(n); ok {
			v.function(name, argument, at)
			v.found(name, n, at)
		}
		return true
	})
}

// found checks what stands elsewhere in the template: in a mapping, or as a Default.
func (v *runnerValues) found(name string, n *cfn.Node, at cfn.Path) {
	if v.known == nil || name != "Fn::FindInMap" {
		return
	}
	for _, value := range v.known.Possible(n) {
		v.references(cfn.DynamicReferences(value.AsString()), n, at)
	}
}

func (v *runnerValues) text(n *cfn.Node, at cfn.Path) {
	v.references(cfn.DynamicReferences(n.Text), n, at)
}

// references reports secure dynamic references (AWS CloudFormation user guide, "Using
// dynamic references": not in custom resources).
func (v *runnerValues) references(all []string, n *cfn.Node, at cfn.Path) {
	for _, reference := range all {
		if !cfn.IsSecretReference(reference) {
			continue
		}
		service, read := cfn.ReferenceService(reference), "aws ssm get-parameter --with-decryption"
		if service == cfn.ServiceSecrets {
			read = "aws secretsmanager get-secret-value"
		}
		v.report(problem.Error, plan.RuleDynamicReference, at, n,
			"CloudFormation resolves no dynamic reference to a secret ("+service+") in a custom resource, which a Runner becomes",
			"Read it where it is needed with "+read+", on a Runner whose RoleArn may.")
		return
	}
}

// function reports parameters whose values are hidden.
func (v *runnerValues) function(name string, argument *cfn.Node, at cfn.Path) {
	switch name {
	case "Ref":
		if argument.IsString() {
			v.hidden(argument.Text, argument, at)
		}
	case "Fn::Sub":
		sub, err := cfn.ParseSub(argument)
		if err != nil {
			return
		}
		for _, name := range sub.References() {
			v.hidden(name, sub.Text, at)
		}
	}
}

func (v *runnerValues) hidden(parameter string, n *cfn.Node, at cfn.Path) {
	if v.known != nil && v.known.IsNoEcho(parameter) {
		v.report(problem.Warning, RuleSecret, at, n,
			fmt.Sprintf("parameter %s is NoEcho, but its value will stand readable in the Runner's configuration", wording.Quote(parameter)),
			"Keep it in Secrets Manager and read it in the command, on a Runner whose RoleArn may.")
	}
	if v.known != nil {
		v.references(v.known.References(parameter), n, at)
	}
}

// checkUserData reports dynamic references in what becomes a part of the host's
// user data, where CloudFormation resolves none.
func checkUserData(one runnerCase) problem.List {
	if one.runner.Ec2Configuration == nil {
		return nil
	}
	cluster := one.runner.EcsCluster.Node
	if cluster != nil && one.known != nil {
		cluster = one.known.ResolveIf(cluster)
	}
	found := dynamicReference(cluster, one.known)
	if found == nil {
		return nil
	}
	return problem.List{{
		Severity: problem.Error, Rule: plan.RuleDynamicReference,
		Path: one.runner.Path.Keys("Properties", "EcsCluster").String(), Place: found.Place,
		Message: fmt.Sprintf("Runner %s: EcsCluster: CloudFormation resolves no dynamic reference in the user data of the EC2 host, which would join no cluster",
			wording.Quote(one.runner.Name)),
		Advice: "Declare a parameter of Type AWS::SSM::Parameter::Value<String> and Ref it.",
	}}
}

// dynamicReference is what in a tree holds a dynamic reference, or refers to a parameter
// that does; nil without.
func dynamicReference(n *cfn.Node, known *cfn.StaticValues) *cfn.Node {
	for inside := range n.All() {
		if inside.IsString() && cfn.IsDynamicReference(inside.Text) {
			return inside
		}
		name, argument, _ := cfn.Intrinsic(inside)
		var parameters []string
		switch name {
		case "Ref":
			parameters = []string{argument.AsString()}
		case "Fn::Sub":
			sub, _ := cfn.ParseSub(argument)
			parameters = sub.References()
		}
		for _, parameter := range parameters {
			if known != nil && len(known.References(parameter)) > 0 {
				return inside
			}
		}
	}
	return nil
}
