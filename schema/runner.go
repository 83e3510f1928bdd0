// Package schema describes the resource type Attini::Deploy::Runner: every
// property with its type, range, default and rules. It reads a Runner from a
// template, reports all its problems, and publishes the same rules as a JSON
// Schema.
//
// In place of every value there may be an intrinsic function or a dynamic
// reference: then the value is not known before the stack is deployed, and the
// same rules are applied again when it is.
package schema

import (
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// RunnerType is the resource type of a Runner.
const RunnerType = "Attini::Deploy::Runner"

// ConfigurationType is the custom resource that a Runner becomes. Its property
// Configuration is a Runner's Properties with resolved values; Read reads it.
const ConfigurationType = "Custom::AttiniRunner"

// The documented defaults of EcsCluster and Ami.
const (
	DefaultCluster = "attini-default"
	DefaultAmi     = "AmazonLinux2"
)

// The documented task definition (section Image), which Cpu and Memory override when
// the task is run: CPU units and MiB.
const (
	TaskCPU    = 512
	TaskMemory = 3072
	// DefaultImage runs the jobs of a Runner that names neither an Image nor a task
	// definition.
	DefaultImage = "public.ecr.aws/amazonlinux/amazonlinux:2023"
)

// Value is a property: what the template says and, where that can be known
// before the stack is deployed, what it is.
type Value[T any] struct {
	// Node is the property as written; nil when it is absent, or
	// {"Ref": "AWS::NoValue"}, which CloudFormation takes for absent.
	Node *cfn.Node
	// Literal is the value if Known: written out, or the documented default.
	Literal T
	// Known is false for an intrinsic function or a dynamic reference, for
	// a list with one in it, for an absent property without a default, and
	// for a property with an Error.
	Known bool
}

// Given reports whether the template gives the property.
func (v Value[T]) Given() bool { return v.Node != nil && !cfn.IsNoValue(v.Node) }

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
	// EcsCluster is attini-default when absent.
	EcsCluster Value[string]
	RoleArn    Value[string]
	// Image excludes TaskDefinitionArn.
	Image Value[string]
	// Memory is in MiB, 512-25165824; Cpu in CPU units of 1/1024 vCPU,
	// 256-98304. Without them the task definition's are used.
	Memory Value[int]
	Cpu    Value[int]
	// Ec2Configuration and AwsVpcConfiguration are nil when absent.
	Ec2Configuration *Ec2Configuration
	// RunnerConfiguration and Startup have their defaults when absent.
	RunnerConfiguration RunnerConfiguration
	AwsVpcConfiguration *AwsVpcConfiguration
	Startup             Startup
	// Isolation is none or job; none when absent.
	Isolation Value[string]
	// SharedWith are names of stacks, or their beginnings with "*" at the end.
	SharedWith Value[[]string]

	// properties are all of them as they were read.
	properties parsedProperty
}

// Ec2Configuration is the host of a Runner with launch type EC2 (section
// Ec2Configuration).
type Ec2Configuration struct {
	// Node is the object as written. When it is an intrinsic function,
	// nothing in it is Known.
	Node *cfn.Node
	// Ami is an AMI id or one of the documented names; AmazonLinux2 when
	// absent.
	Ami          Value[string]
	InstanceType Value[string]
	// FallbackInstanceTypes are 1-4 types in the order in which they are tried, or
	// absent.
	FallbackInstanceTypes Value[[]string]
	// InstanceProfileName has a default that depends on the region, so it
	// is not Known when absent.
	InstanceProfileName Value[string]
}

// RunnerConfiguration is how a Runner takes and runs jobs (section
// RunnerConfiguration). Times are seconds.
type RunnerConfiguration struct {
	// Node is the object as written, nil when absent. When it is an
	// intrinsic function, nothing in it is Known, not even the defaults.
	Node *cfn.Node
	// MaxConcurrentJobs is 1-20, 5 when absent. The documentation heads it
	// "RunnerConfiguration" by mistake.
	MaxConcurrentJobs Value[int]
	// IdleTimeToLive is 60-86400, 3600 when absent.
	IdleTimeToLive Value[int]
	// JobTimeout is 5-172800, 3600 when absent.
	JobTimeout Value[int]
	// LogLevel is DEBUG, INFO, WARN, ERROR, OFF or ALL; INFO when absent.
	LogLevel Value[string]
}

// AwsVpcConfiguration is the network of a Runner's task (section
// AwsVpcConfiguration).
type AwsVpcConfiguration struct {
	// Node is the object as written. When it is an intrinsic function,
	// nothing in it is Known.
	Node *cfn.Node
	// Subnets are 1-16 ids, SecurityGroups 1-5 or absent.
	Subnets        Value[[]string]
	SecurityGroups Value[[]string]
	// AssignPublicIp is ENABLED or DISABLED; ENABLED when absent.
	AssignPublicIp Value[string]
}

// Startup is what a Runner does before its first job (section
// StartupConfiguration).
type Startup struct {
	// Node is the object as written, nil when absent. When it is an
	// intrinsic function, nothing in it is Known, not even the defaults.
	Node *cfn.Node
	// Commands run in their order; none when absent.
	Commands Value[[]string]
	// CommandsTimeout is seconds, 5-172800, 3600 when absent.
	CommandsTimeout Value[int]
}

// Read reads the Runner of the given logical id and reports everything that is
// wrong with it. resource is the whole resource, at leads to it. known says what
// intrinsic functions in it return; nil leaves them all to the deployment. The
// Runner is never nil; with an Error its broken properties are not Known.
func Read(name string, resource *cfn.Node, at cfn.Path, known Known) (*Runner, problem.List) {
	r := &reader{name: name, base: at, known: known}
	properties := r.resource(resource).properties[propertiesKey]
	top := properties.properties
	runner := &Runner{
		Name: name, Resource: resource, Path: at, properties: properties,
		TaskDefinitionArn:   textOf(top["TaskDefinitionArn"]),
		ContainerName:       textOf(top["ContainerName"]),
		EcsCluster:          textOf(top["EcsCluster"]),
		RoleArn:             textOf(top["RoleArn"]),
		Image:               textOf(top["Image"]),
		Memory:              integerOf(top["Memory"]),
		Cpu:                 integerOf(top["Cpu"]),
		Ec2Configuration:    ec2Of(top["Ec2Configuration"]),
		RunnerConfiguration: configurationOf(top["RunnerConfiguration"]),
		AwsVpcConfiguration: vpcOf(top["AwsVpcConfiguration"]),
		Startup:             startupOf(top["Startup"]),
		Isolation:           textOf(top["Isolation"]),
		SharedWith:          listOf(top["SharedWith"]),
	}
	return runner, r.problems.WithoutMissing(RuleRequired).Sorted()
}

func ec2Of(o parsedProperty) *Ec2Configuration {
	if o.node == nil {
		return nil
	}
	return &Ec2Configuration{
		Node:                  o.node,
		Ami:                   textOf(o.properties["Ami"]),
		InstanceType:          textOf(o.properties["InstanceType"]),
		FallbackInstanceTypes: listOf(o.properties["FallbackInstanceTypes"]),
		InstanceProfileName:   textOf(o.properties["InstanceProfileName"]),
	}
}

func configurationOf(o parsedProperty) RunnerConfiguration {
	return RunnerConfiguration{
		Node:              o.node,
		MaxConcurrentJobs: integerOf(o.properties["MaxConcurrentJobs"]),
		IdleTimeToLive:    integerOf(o.properties["IdleTimeToLive"]),
		JobTimeout:        integerOf(o.properties["JobTimeout"]),
		LogLevel:          textOf(o.properties["LogLevel"]),
	}
}

func vpcOf(o parsedProperty) *AwsVpcConfiguration {
	if o.node == nil {
		return nil
	}
	return &AwsVpcConfiguration{
		Node:           o.node,
		Subnets:        listOf(o.properties["Subnets"]),
		SecurityGroups: listOf(o.properties["SecurityGroups"]),
		AssignPublicIp: textOf(o.properties["AssignPublicIp"]),
	}
}

func startupOf(o parsedProperty) Startup {
	return Startup{
		Node:            o.node,
		Commands:        listOf(o.properties["Commands"]),
		CommandsTimeout: integerOf(o.properties["CommandsTimeout"]),
	}
}
