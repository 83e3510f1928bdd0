package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// shape says under which conditions a Runner becomes which resources.
type shape struct {
	// host is when it has an EC2 host, network when it names its network.
	host, network formula
	// definition is when a task definition is made for it: Image asks for one;
	// EC2 needs one of its own kind.
	definition formula
}

func (c chooser) shapeOf(runner *schema.Runner) shape {
	properties := runner.Resource.Get("Properties")
	at := func(property string) formula { return c.presence(properties.Get(property)) }
	host := at("Ec2Configuration")
	return shape{
		host: host, network: at("AwsVpcConfiguration"),
		definition: at("Image").or(host.and(at("TaskDefinitionArn").not())),
	}
}

// either chooses a value by a formula, which gets the wished name if it needs
// one.
func (x *expansion) either(f formula, wish string, yes, no *cfn.Node) *cfn.Node {
	switch {
	case f.isAlways():
		return yes
	case f.isNever():
		return no
	}
	return merged(x.conditions.of(f, wish), yes, no)
}

// onHost chooses a value for a Runner with a host, and without.
func (x *expansion) onHost(runner *schema.Runner, yes, no *cfn.Node) *cfn.Node {
	return x.either(x.shapeOf(runner).host, runner.Name+"HasHost", yes, no)
}
