package transform

import (
	_ "embed"

	"github.com/awslabs/goformation/v7/cloudformation/ec2"
	"github.com/awslabs/goformation/v7/cloudformation/tags"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

func launchTemplateID(runner *schema.Runner) string { return runner.Name + "LaunchTemplate" }

// hopLimit lets a container reach the instance metadata: its answers cross one
// network more than the host's.
const hopLimit = 2

// launchTemplate is the EC2 host of a Runner (section Ec2Configuration): how an
// instance is made that joins the runner's cluster.
func (x *expansion) launchTemplate(runner *schema.Runner) *cfn.Node {
	t := new(typed)
	host := x.present(runner.Resource.At("Properties", "Ec2Configuration"))
	image := x.machineImage(host, runner.Name+"Ami")
	profile := x.chooseIn(host, "InstanceProfileName", or(defaultInstanceProfile()))
	data := &ec2.LaunchTemplate_LaunchTemplateData{
		BlockDeviceMappings: make([]ec2.LaunchTemplate_BlockDeviceMapping, 1), // image.devices takes its place
		ImageId:             new(t.placeholder(image.id)),
		InstanceType:        new(t.placeholder(x.chooseIn(host, "InstanceType", orNothing))),
		IamInstanceProfile:  &ec2.LaunchTemplate_IamInstanceProfile{Name: new(t.placeholder(profile))},
		MetadataOptions: &ec2.LaunchTemplate_MetadataOptions{
			HttpEndpoint: new("enabled"), HttpTokens: new("required"), HttpPutResponseHopLimit: new(hopLimit),
		},
		// A host that shuts itself down is gone.
		InstanceInitiatedShutdownBehavior: new("terminate"),
		UserData:                          new(t.placeholder(x.userData(runner))),
		TagSpecifications: []ec2.LaunchTemplate_TagSpecification{
			{ResourceType: new("instance"), Tags: x.hostTags(runner, t)},
			{ResourceType: new("volume"), Tags: x.hostTags(runner, t)},
		},
	}
	template := &ec2.LaunchTemplate{LaunchTemplateData: data}
	if !cfn.IsNoValue(image.origin) {
		template.AWSCloudFormationMetadata = map[string]any{"AttiniAmi": t.placeholder(image.origin)}
	}
	return t.resource(
		template,
		whole(image.devices, "LaunchTemplateData", "BlockDeviceMappings"),
		whole(x.securityGroups(runner), "LaunchTemplateData", "SecurityGroupIds"),
	)
}

// defaultInstanceProfile is that of a Runner without InstanceProfileName
// (section InstanceProfileName).
func defaultInstanceProfile() *cfn.Node {
	return cfn.Sub("attini-runner-default-instance-profile-${AWS::Region}")
}

// watchdog is the part of the user data that ends a host which no runner uses.
//
//go:embed watchdog.sh
var watchdog string

// userData makes the host's ECS agent join the runner's own cluster, with the
// attribute by which the launcher places the task. The agent's configuration
// goes through the shell as base64, so nothing in it can be taken for a
// command. It begins on a line of its own, whatever the AMI's file ends with.
func (x *expansion) userData(runner *schema.Runner) *cfn.Node {
	configuration := cfn.Obj(cfn.F("Fn::Base64", cfn.Obj(cfn.F("Fn::Join", cfn.Seq(cfn.Str(""), cfn.Seq(
		cfn.Str("\nECS_CLUSTER="), x.cluster(runner),
		cfn.Str("\nECS_ENABLE_CONTAINER_METADATA=true\nECS_INSTANCE_ATTRIBUTES={\"runnerResourceName\":\""),
		cfn.Ref("AWS::StackName"), cfn.Str("-"+runner.Name),
		cfn.Str("\"}\nECS_LOG_DRIVER=awslogs\nECS_LOG_OPTS={\"awslogs-group\":\""),
		cfn.Ref(ecsClientLogGroupID(runner)), cfn.Str("\",\"awslogs-region\":\""), cfn.Ref("AWS::Region"),
		cfn.Str("\"}\n"),
	))))))
	return cfn.Obj(cfn.F("Fn::Base64", cfn.Obj(cfn.F("Fn::Join", cfn.Seq(cfn.Str(""), cfn.Seq(
		cfn.Str("#!/bin/sh\nbase64 -d >>/etc/ecs/ecs.config <<'END'\n"), configuration, cfn.Str("\nEND\n"+watchdog),
	))))))
}

// cluster is the Runner's (section EcsCluster).
func (x *expansion) cluster(runner *schema.Runner) *cfn.Node {
	return x.choose(runner.Resource.At("Properties", "EcsCluster"), or(cfn.Str(schema.DefaultCluster)))
}

// hostTags tell people, and the permission to terminate, whose host it is.
func (x *expansion) hostTags(runner *schema.Runner, t *typed) []tags.Tag {
	result := []tags.Tag{
		{Key: "Name", Value: runner.Name},
		{Key: "AttiniResourceType", Value: "RunnerInstance"},
		{Key: "AttiniRunner", Value: t.placeholder(cfn.Sub("${AWS::StackName}-" + runner.Name))},
		{Key: "EcsCluster", Value: t.placeholder(x.cluster(runner))},
	}
	for _, name := range []string{protocol.ParameterDistribution, protocol.ParameterEnvironment} {
		if x.known.Declares(name) {
			result = append(result, tags.Tag{Key: name, Value: t.placeholder(cfn.Ref(name))})
		}
	}
	return result
}
