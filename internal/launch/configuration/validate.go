package configuration

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/schema"
)

// Rule is the rule of values that the macro and CloudFormation add to the documented
// properties.
const Rule = "configuration"

// Validate checks the values of a Runner's properties, by the rules and in the words
// of runnerctl validate, and what a start needs besides.
func (c Configuration) Validate() problem.List {
	at := cfn.NewPath("Resources", c.RunnerName)
	problems := c.Fields().Check(c.RunnerName, at)
	missing := func(value, what string) {
		if value == "" {
			problems.Add(problem.Problem{
				Severity: problem.Error, Rule: Rule, Path: at.String(),
				Message: fmt.Sprintf("Runner %q: its configuration has no %s; deploy the stack again", c.RunnerName, what),
			})
		}
	}
	missing(c.StackName, "stack name")
	missing(c.RunnerName, "runner name")
	missing(c.QueueURL, "queue")
	missing(c.Task.Definition, "task definition")
	missing(c.Task.Container, "container")
	missing(c.Task.Cluster, "cluster")
	if most := c.longestName(); len(c.ResourceName()) > most {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: Rule, Path: at.String(),
			Message: fmt.Sprintf("Runner %q: the names of its stack and its own have %d characters together, and %d are allowed; shorten one of them",
				c.RunnerName, len(c.StackName)+len(c.RunnerName), most-len(ResourceName("", ""))),
		})
	}
	if c.Host != nil {
		missing(c.Host.LaunchTemplateID, "launch template")
		missing(c.Host.LaunchTemplateVersion, "version of its launch template")
	}
	return problems.Sorted()
}

// longestName is how long the runner's resource name can be: it is part of its tasks'
// group and, on EC2, the value of its host's attribute.
func (c Configuration) longestName() int {
	most := quota.TaskGroup - len(Group(""))
	if c.Host != nil {
		most = min(most, quota.Attribute)
	}
	return most
}

// Fields returns where the configuration keeps the properties of a Runner: all but
// Image, of which the macro makes a task definition. Those of Ec2Configuration are
// there only with a Host.
func (c *Configuration) Fields() schema.Fields {
	fields := schema.Fields{
		"TaskDefinitionArn": &c.Task.Definition,
		"ContainerName":     &c.Task.Container,
		"EcsCluster":        &c.Task.Cluster,
		"RoleArn":           &c.Task.RoleARN,
		"Memory":            &c.Task.Memory,
		"Cpu":               &c.Task.CPU,

		"RunnerConfiguration.MaxConcurrentJobs": &c.Runner.MaxConcurrentJobs,
		"RunnerConfiguration.IdleTimeToLive":    &c.Runner.IdleTimeToLive,
		"RunnerConfiguration.JobTimeout":        &c.Runner.JobTimeout,
		"RunnerConfiguration.LogLevel":          &c.Runner.LogLevel,

		"AwsVpcConfiguration.Subnets":        &c.Network.Subnets,
		"AwsVpcConfiguration.SecurityGroups": &c.Network.SecurityGroups,
		"AwsVpcConfiguration.AssignPublicIp": &c.Network.AssignPublicIP,

		"Isolation":  &c.Isolation,
		"SharedWith": &c.SharedWith,

		"Startup.Commands":        &c.Startup.Commands,
		"Startup.CommandsTimeout": &c.Startup.CommandsTimeout,
	}
	if c.Host != nil {
		fields["Ec2Configuration.Ami"] = &c.Host.AMI
		fields["Ec2Configuration.InstanceType"] = &c.Host.InstanceType
		fields["Ec2Configuration.FallbackInstanceTypes"] = &c.Host.FallbackInstanceTypes
		fields["Ec2Configuration.InstanceProfileName"] = &c.Host.InstanceProfile
	}
	return fields
}
