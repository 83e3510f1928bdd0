package transform

import (
	"github.com/awslabs/goformation/v7/cloudformation/ec2"

	"github.com/attini-go/runner/cfn"
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
		GroupDescription: t.hold(cfn.Sub("${AWS::StackName} [ " + runner.Name + " ] Security group")),
	})
}
