// Package schema knows what an Attini::Deploy::Runner is: every documented
// property with its type, range, default and rules. It reads a Runner from a
// template, reports all that is wrong with it, and publishes the same rules as
// a JSON Schema.
package schema

import (
	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
)

// RunnerType is the resource type of a Runner.
const RunnerType = "Attini::Deploy::Runner"

// Value is a property: what the template says and, where that can be known
// before the stack is deployed, what it is.
type Value[T any] struct {
	// Node is the property as written; nil when it is absent.
	Node *cfn.Node
	// Literal is the value if Known: written out, or the documented default.
	Literal T
	// Known is false for an intrinsic function or a dynamic reference, and
	// for an absent property without a default.
	Known bool
}

// Given reports whether the template gives the property.
func (v Value[T]) Given() bool { return v.Node != nil }

// Runner is a Runner of a template (the documentation's section
// Attini::Deploy::Runner).
type Runner struct {
	// Name is its logical id.
	Name string
	// Resource is the whole resource, Path leads to it.
	Resource *cfn.Node
	Path     cfn.Path

	TaskDefinitionArn Value[string]
	ContainerName     Value[string]
	EcsCluster        Value[string]
	RoleArn           Value[string]
	Image             Value[string]
	// Memory is in MiB, Cpu in CPU units of 1/1024 vCPU.
	Memory Value[int]
	Cpu    Value[int]
	// Ec2Configuration and AwsVpcConfiguration are nil when absent.
	Ec2Configuration    *Ec2Configuration
	RunnerConfiguration RunnerConfiguration
	AwsVpcConfiguration *AwsVpcConfiguration
	Startup             Startup
}

// Ec2Configuration is the host of a Runner with launch type EC2.
type Ec2Configuration struct {
	Ami                 Value[string]
	InstanceType        Value[string]
	InstanceProfileName Value[string]
}

// RunnerConfiguration is how a Runner takes and runs jobs. Times are seconds.
type RunnerConfiguration struct {
	MaxConcurrentJobs Value[int]
	IdleTimeToLive    Value[int]
	JobTimeout        Value[int]
	LogLevel          Value[string]
}

// AwsVpcConfiguration is the network of a Runner's task.
type AwsVpcConfiguration struct {
	Subnets        Value[[]string]
	SecurityGroups Value[[]string]
	AssignPublicIp Value[string]
}

// Startup is what a Runner does before its first job. CommandsTimeout is
// seconds.
type Startup struct {
	Commands        Value[[]string]
	CommandsTimeout Value[int]
}

// Read reads the Runner of the given logical id and reports everything that is
// wrong with it. resource is the whole resource, at leads to it. The Runner is
// never nil; with an Error its broken properties are not Known.
func Read(name string, resource *cfn.Node, at cfn.Path) (*Runner, problem.List) {
	r := &reader{name: name, base: at.Key("Properties")}
	r.attributes(resource, at)
	properties := resource.Get("Properties")
	top := r.object(properties, runnerProperties(), "", resource.KeyPlace("Properties"))
	r.exclusive(properties)

	runner := &Runner{
		Name: name, Resource: resource, Path: at,
		TaskDefinitionArn:   textOf(top, "TaskDefinitionArn"),
		ContainerName:       textOf(top, "ContainerName"),
		EcsCluster:          textOf(top, "EcsCluster"),
		RoleArn:             textOf(top, "RoleArn"),
		Image:               textOf(top, "Image"),
		Memory:              integerOf(top, "Memory"),
		Cpu:                 integerOf(top, "Cpu"),
		RunnerConfiguration: configurationOf(top.inside("RunnerConfiguration", configurationProperties())),
		Startup:             startupOf(top.inside("Startup", startupProperties())),
	}
	if top.has("Ec2Configuration") {
		inside := top.inside("Ec2Configuration", ec2Properties())
		runner.Ec2Configuration = &Ec2Configuration{
			Ami:                 textOf(inside, "Ami"),
			InstanceType:        textOf(inside, "InstanceType"),
			InstanceProfileName: textOf(inside, "InstanceProfileName"),
		}
	}
	if top.has("AwsVpcConfiguration") {
		inside := top.inside("AwsVpcConfiguration", vpcProperties())
		runner.AwsVpcConfiguration = &AwsVpcConfiguration{
			Subnets:        listOf(inside, "Subnets"),
			SecurityGroups: listOf(inside, "SecurityGroups"),
			AssignPublicIp: textOf(inside, "AssignPublicIp"),
		}
	}
	return runner, r.problems.Sorted()
}

func configurationOf(o values) RunnerConfiguration {
	return RunnerConfiguration{
		MaxConcurrentJobs: integerOf(o, "MaxConcurrentJobs"),
		IdleTimeToLive:    integerOf(o, "IdleTimeToLive"),
		JobTimeout:        integerOf(o, "JobTimeout"),
		LogLevel:          textOf(o, "LogLevel"),
	}
}

func startupOf(o values) Startup {
	return Startup{Commands: listOf(o, "Commands"), CommandsTimeout: integerOf(o, "CommandsTimeout")}
}
