package lifecycle

import (
	"cmp"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/schema"
)

// configuration returns the version that jobs are run with. What the Runner does
// not give is left to the task definition or the agent, so that a default that
// changes there is no other configuration.
func (r RunnerRequest) configuration(runner *schema.Runner, definition compat.TaskDefinition) configuration.Configuration {
	c := configuration.Configuration{StackName: r.StackName, RunnerName: r.RunnerName, QueueURL: r.QueueURL}
	host, network := runner.Ec2Configuration, runner.AwsVpcConfiguration
	if host != nil {
		c.Host = &configuration.Host{LaunchTemplateID: r.LaunchTemplateID, LaunchTemplateVersion: r.LaunchTemplateVersion, LogGroup: r.EcsClientLogGroup}
	}
	runner.CopyTo(c.Fields())
	c.Task.Cluster = runner.EcsCluster.Literal
	c.Task.Definition = cmp.Or(c.Task.Definition, defaultDefinition)
	if c.Task.Container == "" {
		c.Task.Container, _ = definition.OnlyContainer()
	}
	switch {
	case host != nil:
		c.Host.AMI = host.Ami.Literal
		c.Network.AssignPublicIP = "" // ECS gives tasks on EC2 none
		if definition.NetworkMode.Value == configuration.NetworkModeAWSVPC {
			c.Task.NetworkMode = configuration.NetworkModeAWSVPC
		}
	case network != nil:
		c.Network.AssignPublicIP = network.AssignPublicIp.Literal
	}
	return c
}
