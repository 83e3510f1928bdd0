package configuration

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// RuleConfiguration names problems of what the macro and CloudFormation put
// beside the documented properties.
const Rule = "configuration"

// maxGroup is the greatest length of a task's group in ECS.
const maxGroup = 255

// Validate checks a resolved configuration with the rules of package schema,
// and so in the words of runnerctl validate, and what a start needs besides.
func (c Configuration) Validate() problem.List {
	at := cfn.Path("Resources." + c.RunnerName)
	_, problems := schema.Read(c.RunnerName, c.resource(), at, nil)
	missing := func(value, what string) {
		if value == "" {
			problems.Add(problem.Problem{
				Severity: problem.Error, Rule: Rule, Path: string(at),
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
	if len(c.Network.Subnets) == 0 {
		missing("", "subnet")
	}
	if size := len(Group(c.ResourceName())); size > maxGroup {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: Rule, Path: string(at),
			Message: fmt.Sprintf("Runner %q: the names of its stack and its own have %d characters together, and %d are allowed; shorten one of them",
				c.RunnerName, len(c.StackName)+len(c.RunnerName), maxGroup-len(Group(ResourceName("", "")))),
		})
	}
	if c.Host != nil {
		missing(c.Host.LaunchTemplateID, "launch template")
		missing(c.Host.LaunchTemplateVersion, "version of its launch template")
	}
	return problems.Sorted()
}

// resource is the configuration as the template's author would write it.
func (c Configuration) resource() *cfn.Node {
	network := cfn.Obj()
	setTexts(network, "Subnets", c.Network.Subnets)
	setTexts(network, "SecurityGroups", c.Network.SecurityGroups)
	setText(network, "AssignPublicIp", c.Network.AssignPublicIP)
	runner := cfn.Obj()
	setNumber(runner, "MaxConcurrentJobs", c.Runner.MaxConcurrentJobs)
	setNumber(runner, "IdleTimeToLive", c.Runner.IdleTimeToLive)
	setNumber(runner, "JobTimeout", c.Runner.JobTimeout)
	setText(runner, "LogLevel", c.Runner.LogLevel)
	startup := cfn.Obj()
	setTexts(startup, "Commands", c.Startup.Commands)
	setNumber(startup, "CommandsTimeout", c.Startup.CommandsTimeout)

	properties := cfn.Obj()
	setText(properties, "TaskDefinitionArn", c.Task.Definition)
	setText(properties, "ContainerName", c.Task.Container)
	setText(properties, "EcsCluster", c.Task.Cluster)
	setText(properties, "RoleArn", c.Task.RoleARN)
	setNumber(properties, "Memory", c.Task.Memory)
	setNumber(properties, "Cpu", c.Task.CPU)
	if c.Host != nil {
		host := cfn.Obj()
		setText(host, "Ami", c.Host.AMI)
		setText(host, "InstanceType", c.Host.InstanceType)
		setText(host, "InstanceProfileName", c.Host.InstanceProfile)
		properties.Set("Ec2Configuration", host)
	}
	if len(network.Fields) > 0 {
		properties.Set("AwsVpcConfiguration", network)
	}
	properties.Set("RunnerConfiguration", runner)
	properties.Set("Startup", startup)
	return cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", properties))
}

func setText(object *cfn.Node, key, value string) {
	if value != "" {
		object.Set(key, cfn.Str(value))
	}
}

// setNumber leaves out 0, which stands for an absent number: no property
// allows it.
func setNumber(object *cfn.Node, key string, value int) {
	if value != 0 {
		object.Set(key, cfn.Int(value))
	}
}

func setTexts(object *cfn.Node, key string, values []string) {
	if len(values) == 0 {
		return
	}
	list := cfn.Seq()
	for _, value := range values {
		list.Items = append(list.Items, cfn.Str(value))
	}
	object.Set(key, list)
}
