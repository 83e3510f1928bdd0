package templatecheck

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// wanted is what a property of a Runner or a plan takes: of which resource, and by
// which references.
type wanted struct {
	path []string
	// what names it, such as: the ARN of a role.
	what string
	kind string
	// ref is whether Ref gives it, refGives what it gives otherwise. attributes
	// are those of Fn::GetAtt that give it.
	ref        bool
	refGives   string
	attributes []string
	// also are other types, with the attribute that gives it.
	also map[string]string
	// list says that it takes several, arn that a text must be an ARN; those of a
	// Runner are checked with its other properties.
	list, arn bool
}

const repositoryType = "AWS::ECR::Repository"

func wantedByRunner() []wanted {
	groups := map[string]string{"AWS::EC2::VPC": "DefaultSecurityGroup"}
	return []wanted{
		{path: []string{"TaskDefinitionArn"}, what: "a task definition", kind: "AWS::ECS::TaskDefinition", ref: true, attributes: []string{"TaskDefinitionArn"}},
		{path: []string{"EcsCluster"}, what: "a cluster", kind: "AWS::ECS::Cluster", ref: true, attributes: []string{"Arn"}},
		{path: []string{"RoleArn"}, what: "the ARN of a role", kind: "AWS::IAM::Role", refGives: "its name", attributes: []string{"Arn"}},
		{path: []string{"Image"}, what: "a container image", kind: repositoryType, refGives: "its name, without the registry", attributes: []string{"RepositoryUri"}},
		{path: []string{"Ec2Configuration", "InstanceProfileName"}, what: "the name of an instance profile", kind: "AWS::IAM::InstanceProfile", ref: true},
		{path: []string{"AwsVpcConfiguration", "Subnets"}, what: "subnets", kind: "AWS::EC2::Subnet", ref: true, attributes: []string{"SubnetId"}, list: true},
		{path: []string{"AwsVpcConfiguration", "SecurityGroups"}, what: "security groups", kind: "AWS::EC2::SecurityGroup", ref: true, attributes: []string{"GroupId", "Id"}, also: groups, list: true},
	}
}

func wantedByPlan() []wanted {
	return []wanted{{path: []string{"RoleArn"}, what: "the ARN of a role", kind: "AWS::IAM::Role", refGives: "its name", attributes: []string{"Arn"}, arn: true}}
}

// kinds reports references to a resource of which the value is certainly not what
// the property takes.
func (c *checker) kinds() {
	for _, field := range c.template.Get("Resources").Entries() {
		var all []wanted
		switch field.Value.Get("Type").AsString() {
		case runnerType:
			all = wantedByRunner()
		case planType:
			all = wantedByPlan()
		}
		at := cfn.NewPath("Resources", field.Key, "Properties")
		for _, w := range all {
			c.wants(w, w.path, field.Value.Get("Properties"), at)
		}
	}
}

// wants follows the path through objects, Fn::If and lists to each value.
func (c *checker) wants(w wanted, path []string, n *cfn.Node, at cfn.Path) {
	name, argument, isFunction := cfn.Intrinsic(n)
	_, branches, isChoice := cfn.If(n)
	switch {
	case isChoice:
		for i, branch := range branches {
			c.wants(w, path, branch, at.Key(name).Index(i+1))
		}
	case len(path) > 0:
		if inside := n.Get(path[0]); inside != nil {
			c.wants(w, path[1:], inside, at.Key(path[0]))
		}
	case n.IsList() && w.list:
		for i, item := range n.Items {
			c.wants(w, nil, item, at.Index(i))
		}
	case name == "Ref" && argument.IsString():
		c.wantsRef(w, argument, at)
	case name == "Fn::GetAtt":
		c.wantsAttribute(w, argument, at)
	case name == "Fn::Sub":
		c.wantsSub(w, argument, at)
	case !isFunction && n.IsString():
		c.wantsText(w, n, at)
	}
}

func (c *checker) wantsRef(w wanted, argument *cfn.Node, at cfn.Path) {
	resource := argument.Text
	kind := c.names.typeOf(resource)
	switch {
	case kind == w.kind && !w.ref:
		c.wrongKind(at, argument, fmt.Sprintf("Ref of %s gives %s, and this takes %s", wording.Quote(resource), w.refGives, w.what),
			fmt.Sprintf("Write !GetAtt %s.%s.", wording.Brief(resource), w.attributes[0]))
	case w.also[kind] != "":
		c.wrongKind(at, argument, fmt.Sprintf("%s is an %s, and this takes %s", wording.Quote(resource), kind, w.what),
			fmt.Sprintf("Write !GetAtt %s.%s.", wording.Brief(resource), w.also[kind]))
	case kind != w.kind && isCertain(kind):
		c.wrongKind(at, argument, fmt.Sprintf("%s is an %s, and this takes %s (%s)", wording.Quote(resource), kind, w.what, w.kind), "")
	}
}

// wantsSub takes Fn::Sub of one variable for the reference that it is. What an image's
// name begins with is the registry.
func (c *checker) wantsSub(w wanted, argument *cfn.Node, at cfn.Path) {
	sub, err := cfn.ParseSub(argument)
	names := sub.References()
	if err != nil || len(names) == 0 || sub.Parts[0].Variable != names[0] || len(sub.Parts) > 1 && w.kind != repositoryType {
		return
	}
	reference := &cfn.Node{Kind: cfn.String, Text: names[0], Place: sub.Text.Place}
	switch isAttribute := strings.Contains(names[0], "."); {
	case len(sub.Parts) == 1 && isAttribute:
		c.wantsAttribute(w, reference, at)
	case !isAttribute && (len(sub.Parts) == 1 || c.names.typeOf(names[0]) == repositoryType):
		c.wantsRef(w, reference, at)
	}
}

func (c *checker) wantsAttribute(w wanted, argument *cfn.Node, at cfn.Path) {
	resource, attribute, ok := cfn.GetAttArgument(argument)
	kind := c.names.typeOf(resource)
	if !ok || attribute == "" || kind == "" || w.also[kind] == attribute {
		return
	}
	if kind != w.kind {
		if isCertain(kind) {
			c.wrongKind(at, argument, fmt.Sprintf("%s is an %s, and this takes %s (%s)", wording.Quote(resource), kind, w.what, w.kind), "")
		}
		return
	}
	for _, right := range w.attributes {
		if attribute == right {
			return
		}
	}
	for _, known := range attributesOf(kind) {
		if known != attribute {
			continue
		}
		advice := fmt.Sprintf("Write !Ref %s.", wording.Brief(resource))
		if !w.ref {
			advice = fmt.Sprintf("Write !GetAtt %s.%s.", wording.Brief(resource), w.attributes[0])
		}
		c.wrongKind(at, argument, fmt.Sprintf("attribute %s of %s is not what this takes: %s", attribute, wording.Quote(resource), w.what), advice)
	}
}

func (c *checker) isListParameter(name string) bool {
	return cfn.IsListType(c.names.parameters[name].Get("Type").AsString())
}

// wantsText reports a text that is no ARN.
func (c *checker) wantsText(w wanted, n *cfn.Node, at cfn.Path) {
	if w.arn && !strings.HasPrefix(n.Text, "arn:") && !cfn.IsDynamicReference(n.Text) {
		c.wrongKind(at, n, fmt.Sprintf("%s is not %s", wording.Quote(n.Text), w.what), "")
	}
}

// isCertain reports whether the value of a type's references is known to be its
// own. Those of stacks, custom resources and stored values may be anything.
func isCertain(kind string) bool {
	for _, other := range []string{"AWS::CloudFormation::", "AWS::Serverless::", "AWS::SSM::", "AWS::SecretsManager::", "AWS::ServiceCatalog"} {
		if strings.HasPrefix(kind, other) {
			return false
		}
	}
	return (strings.HasPrefix(kind, "AWS::") || strings.HasPrefix(kind, "Attini::")) && !strings.HasSuffix(kind, "::MODULE")
}

func (c *checker) wrongKind(at cfn.Path, n *cfn.Node, message, advice string) {
	c.report(problem.Error, RuleKind, at, n.Place, message, advice)
}
