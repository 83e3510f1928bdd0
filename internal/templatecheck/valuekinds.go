package templatecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

// valueKind is the kind of value that a property takes.
type valueKind uint8

const (
	textValue valueKind = iota
	numberValue
	choiceValue // one of a few texts
	listValue
	idsValue // a list, or a text with commas
	objectValue
)

func (k valueKind) String() string {
	return [...]string{"a text", "a number", "one of its values", "a list", "a list", "an object"}[k]
}

// runnerKinds are the kinds of a Runner's properties, by their paths.
func runnerKinds() map[string]valueKind {
	return map[string]valueKind{
		"TaskDefinitionArn": textValue, "ContainerName": textValue, "EcsCluster": textValue, "RoleArn": textValue, "Image": textValue,
		"Memory": numberValue, "Cpu": numberValue,
		"Ec2Configuration": objectValue, "Ec2Configuration.Ami": textValue, "Ec2Configuration.InstanceType": textValue,
		"Ec2Configuration.InstanceProfileName": textValue,
		"RunnerConfiguration":                  objectValue, "RunnerConfiguration.MaxConcurrentJobs": numberValue,
		"RunnerConfiguration.IdleTimeToLive": numberValue, "RunnerConfiguration.JobTimeout": numberValue,
		"RunnerConfiguration.LogLevel": choiceValue,
		"AwsVpcConfiguration":          objectValue, "AwsVpcConfiguration.Subnets": idsValue, "AwsVpcConfiguration.SecurityGroups": idsValue,
		"AwsVpcConfiguration.AssignPublicIp": choiceValue,
		"Isolation":                          choiceValue,
		"Startup":                            objectValue, "Startup.Commands": listValue, "Startup.CommandsTimeout": numberValue,
	}
}

// valueKinds reports functions that certainly give another kind of value than a
// property of a Runner or a plan takes.
func (c *checker) valueKinds() {
	ofRunner, ofPlan := runnerKinds(), map[string]valueKind{"RoleArn": textValue, "PermissionsBoundary": textValue}
	for _, resource := range c.template.Get("Resources").Entries() {
		var kinds map[string]valueKind
		switch resource.Value.Get("Type").AsString() {
		case runnerType:
			kinds = ofRunner
		case planType:
			kinds = ofPlan
		}
		at := cfn.NewPath("Resources", resource.Key, "Properties")
		for _, property := range resource.Value.Get("Properties").Entries() {
			c.valueKind(kinds, property.Key, property.Value, at.Key(property.Key))
		}
	}
}

// valueKind checks the value of the property called name, and those inside.
func (c *checker) valueKind(kinds map[string]valueKind, name string, n *cfn.Node, at cfn.Path) {
	kind, known := kinds[name]
	_, branches, isChoice := cfn.If(n)
	switch {
	case !known:
	case isChoice:
		for i, branch := range branches {
			c.valueKind(kinds, name, branch, at.Key("Fn::If").Index(i+1))
		}
	case n.IsIntrinsic():
		c.givenKind(kind, n, at)
	case kind == objectValue:
		for _, inside := range n.Entries() {
			c.valueKind(kinds, name+"."+inside.Key, inside.Value, at.Key(inside.Key))
		}
	case kind == listValue || kind == idsValue:
		for i, item := range n.Elements() {
			c.itemKind(item, at.Index(i))
		}
	}
}

// itemKind reports a list as an item of a list.
func (c *checker) itemKind(n *cfn.Node, at cfn.Path) {
	name, argument, isFunction := cfn.Intrinsic(n)
	if isList, _ := c.gives(name, argument); isFunction && isList {
		c.wrongKind(at, n, c.subject(name, argument)+" gives a list, and this is an item of a list", "Put it in place of the whole list.")
	}
}

// givenKind reports a function that gives another kind than is wanted.
func (c *checker) givenKind(wanted valueKind, n *cfn.Node, at cfn.Path) {
	name, argument, _ := cfn.Intrinsic(n)
	isList, isText := c.gives(name, argument)
	switch {
	case wanted == objectValue && (isList || isText):
		c.wrongKind(at, n, name+" gives no object, which this takes", "Write the object out, and use functions for its values.")
	case isList && wanted != listValue && wanted != idsValue && wanted != objectValue:
		c.wrongKind(at, n, c.subject(name, argument)+" gives a list, and this takes "+wanted.String(), "Take an item with Fn::Select, or join it with Fn::Join.")
	case isText && wanted == listValue:
		c.wrongKind(at, n, c.subject(name, argument)+" gives a text, and this takes a list", "Write it as an item of a list, or split it with Fn::Split.")
	case name == "Fn::GetAZs" && wanted == idsValue:
		c.wrongKind(at, n, "Fn::GetAZs gives availability zones, and this takes ids", "")
	case name == "Ref" && (wanted == numberValue || wanted == choiceValue) && isCertain(c.names.typeOf(argument.AsString())):
		c.wrongKind(at, n, fmt.Sprintf("Ref of %s gives the name or id of an %s, and this takes %s", wording.Quote(argument.Text), c.names.typeOf(argument.Text), wanted), "")
	}
}

func (c *checker) subject(function string, argument *cfn.Node) string {
	if function == "Ref" {
		return "parameter " + wording.Quote(argument.AsString())
	}
	return function
}

// gives says what is certain of a function's value.
func (c *checker) gives(name string, argument *cfn.Node) (isList, isText bool) {
	switch name {
	case "Ref":
		declared := c.names.parameters[argument.AsString()].Get("Type").AsString()
		isList = cfn.IsListType(declared) || argument.AsString() == "AWS::NotificationARNs"
		return isList, !isList && argument.AsString() != "AWS::NoValue" && (declared != "" || c.names.typeOf(argument.AsString()) != "" || strings.HasPrefix(argument.AsString(), "AWS::"))
	case "Fn::GetAZs", "Fn::Cidr", "Fn::Split":
		return true, false
	default:
		return false, slices.Contains([]string{"Fn::Sub", "Fn::Join", "Fn::Base64", "Fn::ImportValue", "Fn::ToJsonString", "Fn::Length"}, name)
	}
}
