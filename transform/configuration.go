package transform

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// The functions' names are the original framework's, so that a live stack that
// moves here keeps its trigger: CloudFormation does not let a custom resource
// change its ServiceToken. template.yaml gives them.
const (
	lifecycleFunction = "attini-deployment-plan-setup"
	launcherFunction  = "attini-action"
)

// configuration is the Runner as CloudFormation resolves it: its lifecycle
// function checks the values, keeps them as one version and answers with
// ConfigurationId. So every intrinsic function works in every property, and
// no configuration travels through a state machine as text.
//
// Configuration holds the documented properties, with what the macro made in
// their places; a reader of it needs nothing but schema.Read.
func (x *expansion) configuration(runner *schema.Runner) *cfn.Node {
	properties := runner.Resource.Get("Properties").Clone()
	if properties == nil {
		properties = cfn.Obj()
	}
	if needsTaskDefinition(runner) {
		properties.Delete("Image")
		properties.Set("TaskDefinitionArn", cfn.Ref(taskDefinitionID(runner)))
		properties.Set("ContainerName", cfn.Str(containerName))
	} else if name, found := x.definitions.of(runner).OnlyContainer(); found && !runner.ContainerName.Given() {
		properties.Set("ContainerName", cfn.Str(name))
	}
	if runner.AwsVpcConfiguration == nil {
		properties.Set("AwsVpcConfiguration", x.defaultNetwork(runner))
	}
	fields := []cfn.Field{
		cfn.F("ServiceToken", functionARN(lifecycleFunction)),
		cfn.F("StackName", cfn.Ref("AWS::StackName")),
		cfn.F("RunnerName", cfn.Str(runner.Name)),
		cfn.F("QueueUrl", cfn.Ref(queueID(runner))),
		cfn.F("Configuration", properties),
	}
	if runner.Ec2Configuration != nil {
		fields = append(
			fields,
			cfn.F("EcsClientLogGroup", cfn.Ref(ecsClientLogGroupID(runner))),
			cfn.F("LaunchTemplateId", cfn.Ref(launchTemplateID(runner))),
			// A new version makes a new configuration, and so a new host.
			cfn.F("LaunchTemplateVersion", cfn.GetAtt(launchTemplateID(runner), "LatestVersionNumber")),
		)
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.ConfigurationType)), cfn.F("Properties", cfn.Obj(fields...)))
	copyAttributes(resource, runner.Resource, "DependsOn", "Metadata")
	return resource
}

// defaultNetwork is what AwsVpcConfiguration says when the template does not:
// the default VPC's subnets, the new security group, a public address. Tasks
// on an EC2 host use the host's network, where ECS refuses AssignPublicIp.
func (x *expansion) defaultNetwork(runner *schema.Runner) *cfn.Node {
	network := cfn.Obj()
	if x.facts.subnets != nil {
		network.Set("Subnets", stringList(x.facts.subnets))
	}
	network.Set("SecurityGroups", cfn.Seq(cfn.GetAtt(securityGroupID(runner), "GroupId")))
	if runner.Ec2Configuration == nil {
		network.Set("AssignPublicIp", cfn.Str("ENABLED"))
	}
	return network
}

func stringList(values []string) *cfn.Node {
	list := cfn.Seq()
	for _, value := range values {
		list.Items = append(list.Items, cfn.Str(value))
	}
	return list
}

// functionARN names one of our functions in the stack's own account.
func functionARN(name string) *cfn.Node {
	return cfn.Sub("arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:" + name)
}
