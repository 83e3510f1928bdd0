package lifecycle

import (
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/schema"
)

// configuration is the version that jobs are run with. What the Runner does not
// give is left to the task definition or the agent, so that a default that
// changes there is no other configuration.
func (r RunnerRequest) configuration(runner *schema.Runner, definition compat.TaskDefinition) configuration.Configuration {
	c := configuration.Configuration{
		StackName: r.StackName, RunnerName: r.RunnerName, QueueURL: r.QueueURL,
		Task: configuration.Task{
			Definition: given(runner.TaskDefinitionArn), Container: given(runner.ContainerName), Cluster: runner.EcsCluster.Literal,
			RoleARN: given(runner.RoleArn), CPU: given(runner.Cpu), Memory: given(runner.Memory),
		},
		Runner: configuration.RunnerConfiguration{
			MaxConcurrentJobs: given(runner.RunnerConfiguration.MaxConcurrentJobs),
			IdleTimeToLive:    given(runner.RunnerConfiguration.IdleTimeToLive),
			JobTimeout:        given(runner.RunnerConfiguration.JobTimeout),
			LogLevel:          given(runner.RunnerConfiguration.LogLevel),
		},
		Startup: configuration.Startup{Commands: given(runner.Startup.Commands), CommandsTimeout: given(runner.Startup.CommandsTimeout)},
	}
	if c.Task.Definition == "" {
		c.Task.Definition = defaultDefinition
	}
	if c.Task.Container == "" {
		c.Task.Container, _ = definition.OnlyContainer()
	}
	if network := runner.AwsVpcConfiguration; network != nil {
		c.Network = configuration.Network{Subnets: given(network.Subnets), SecurityGroups: given(network.SecurityGroups)}
		// A task on a host has the host's addresses.
		if runner.Ec2Configuration == nil {
			c.Network.AssignPublicIP = network.AssignPublicIp.Literal
		}
	}
	if host := runner.Ec2Configuration; host != nil {
		c.Host = &configuration.Host{
			LaunchTemplateID: r.LaunchTemplateID, LaunchTemplateVersion: r.LaunchTemplateVersion,
			InstanceType: host.InstanceType.Literal, AMI: host.Ami.Literal,
			InstanceProfile: given(host.InstanceProfileName), LogGroup: r.EcsClientLogGroup,
		}
	}
	return c
}

// given is a property's value; zero when the Runner does not give it.
func given[T any](value schema.Value[T]) (literal T) {
	if value.Given() {
		literal = value.Literal
	}
	return literal
}
