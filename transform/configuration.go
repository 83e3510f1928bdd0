package transform

import (
	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/schema"
)

// The names of our functions; template.yaml gives them.
const (
	lifecycleFunction = "attini-runner-lifecycle"
	launcherFunction  = "attini-runner-launcher"
)

// configuration is the Runner as CloudFormation resolves it: its lifecycle
// function checks the values, keeps them as one version and answers with
// ConfigurationId. So every intrinsic function works in every property, and
// no configuration travels through a state machine as text.
//
// Configuration holds the documented properties, with what the macro made in
// their places; a reader of it needs nothing but schema.Read.
func configuration(runner *schema.Runner) *cfn.Node {
	properties := runner.Resource.Get("Properties").Clone()
	if properties == nil {
		properties = cfn.Obj()
	}
	if needsTaskDefinition(runner) {
		properties.Delete("Image")
		properties.Set("TaskDefinitionArn", cfn.Ref(taskDefinitionID(runner)))
		properties.Set("ContainerName", cfn.Str(containerName))
	}
	if runner.AwsVpcConfiguration == nil {
		properties.Set("AwsVpcConfiguration", defaultNetwork(runner))
	}
	fields := []cfn.Field{
		cfn.F("ServiceToken", functionARN(lifecycleFunction)),
		cfn.F("StackName", cfn.Ref("AWS::StackName")),
		cfn.F("RunnerName", cfn.Str(runner.Name)),
		cfn.F("QueueUrl", cfn.Ref(queueID(runner))),
		cfn.F("Configuration", properties),
	}
	if runner.Ec2Configuration != nil {
		fields = append(fields, cfn.F("EcsClientLogGroup", cfn.Ref(ecsClientLogGroupID(runner))))
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.ConfigurationType)), cfn.F("Properties", cfn.Obj(fields...)))
	// What the user wrote beside Properties is meant for the Runner itself.
	for _, field := range runner.Resource.Fields {
		if field.Key != "Type" && field.Key != "Properties" {
			resource.Set(field.Key, field.Value.Clone())
		}
	}
	return resource
}

// defaultNetwork is what AwsVpcConfiguration says when the template does not:
// the new security group, a public address. The subnets are the default VPC's,
// which the lifecycle function looks up when the stack is deployed: so the
// macro's output is the same in every account. Tasks on an EC2 host use the
// host's network, where ECS refuses AssignPublicIp.
func defaultNetwork(runner *schema.Runner) *cfn.Node {
	network := cfn.Obj(cfn.F("SecurityGroups", cfn.Seq(cfn.GetAtt(securityGroupID(runner), "GroupId"))))
	if runner.Ec2Configuration == nil {
		network.Set("AssignPublicIp", cfn.Str("ENABLED"))
	}
	return network
}

// functionARN names one of our functions in the stack's own account.
func functionARN(name string) *cfn.Node {
	return cfn.Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + name)
}
