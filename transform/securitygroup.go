package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/ec2"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

func securityGroupID(runner *schema.Runner) string {
	return "AttiniRunnerSecurityGroup" + runner.Name
}

// securityGroup is the network of a Runner without AwsVpcConfiguration: in the
// default VPC, nothing in, everything out (the documentation's section
// AwsVpcConfiguration). A group without rules is just that: CloudFormation
// allows all outgoing traffic unless it is given an egress rule.
func securityGroup(runner *schema.Runner) *cfn.Node {
	t := new(typed)
	return t.resource(&ec2.SecurityGroup{
		GroupDescription: t.placeholder(cfn.Sub("${AWS::StackName} [ " + runner.Name + " ] Security group")),
	})
}

// securityGroups are those of a Runner's EC2 host, always as a list; without
// any, the host has the VPC's default group. AwsVpcConfiguration also takes ids
// separated by commas, which a launch template does not.
func (x *expansion) securityGroups(runner *schema.Runner) *cfn.Node {
	return x.choose(runner.Resource.At("Properties", "AwsVpcConfiguration"), func(network *cfn.Node) *cfn.Node {
		if network == nil {
			return cfn.Seq(cfn.GetAtt(securityGroupID(runner), "GroupId"))
		}
		return x.choose(network.Get("SecurityGroups"), x.groupList)
	})
}

// groupList makes a list of SecurityGroups.
func (x *expansion) groupList(n *cfn.Node) *cfn.Node {
	switch {
	case n == nil:
		return noValue()
	case n.IsList():
		return n
	case n.IsString() && !cfn.IsDynamicReference(n.Text):
		return stringList(schema.IDs(n.Text))
	case x.isText(n):
		return function("Fn::Split", cfn.Str(","), n)
	default:
		return n
	}
}

// isText reports whether a value is one text and not a list.
func (x *expansion) isText(n *cfn.Node) bool {
	if values := x.chooser.known.Possible(n); len(values) > 0 {
		return values[0].IsString()
	}
	name, argument, _ := cfn.Intrinsic(n)
	switch name {
	case "Fn::Split", "Fn::If":
		return false
	case "Ref":
		return !x.known.IsList(argument.Text)
	}
	return true
}
