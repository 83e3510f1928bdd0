package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/lifecycle"
)

// Attributes of a runner item that the lifecycle function writes
// (docs/wire.md, "Runner item").
const (
	attributeStackID         = "stackId"
	attributeStackName       = "stackName"
	attributeRunnerName      = "runnerName"
	attributeConfigurationID = "configurationId"
	attributeEnvironment     = "environment"
	attributeDistribution    = "distributionName"
	attributeDistributionID  = "distributionId"
	attributeObject          = "attiniObjectIdentifier"
	attributeStartupCommands = "startupCommands"
)

// RunnerItems are the runners' items in the resource-state table, as stacks
// write them.
type RunnerItems struct {
	client tableClient
	table  string
}

var _ lifecycle.Runners = (*RunnerItems)(nil)

// NewRunnerItems writes the table of the given name.
func NewRunnerItems(config aws.Config, table string) *RunnerItems {
	return &RunnerItems{client: dynamodb.NewFromConfig(config), table: table}
}

// PutRunner implements lifecycle.Runners.
func (r *RunnerItems) PutRunner(ctx context.Context, runner lifecycle.Runner) error {
	c := runner.Configuration
	u := newUpdate().remove(attributeDeleted)
	put := func(attribute string, value types.AttributeValue) {
		if value == nil {
			u.remove(attribute)
		} else {
			u.set(attribute, value)
		}
	}
	put(attributeStackID, stringAttr(runner.StackID))
	put(attributeConfigurationID, stringAttr(runner.ConfigurationID))
	put(attributeStackName, stringAttr(c.StackName))
	put(attributeRunnerName, stringAttr(c.RunnerName))
	put(attributeQueue, stringAttr(c.QueueURL))
	put("taskDefinitionArn", stringAttr(c.Task.Definition))
	put("cluster", stringAttr(c.Task.Cluster))
	put("container", stringOrNil(c.Task.Container))
	put("roleArn", stringOrNil(c.Task.RoleARN))
	put("cpu", numberOrNil(c.Task.CPU))
	put("memory", numberOrNil(c.Task.Memory))
	put("subnets", stringSetOrNil(c.Network.Subnets))
	put("securityGroups", stringSetOrNil(c.Network.SecurityGroups))
	put("assignPublicIp", stringOrNil(c.Network.AssignPublicIP))
	put("logLevel", stringOrNil(c.Runner.LogLevel))
	put("maxConcurrentJobs", numberOrNil(c.Runner.MaxConcurrentJobs))
	put("idleTimeToLive", numberOrNil(c.Runner.IdleTimeToLive))
	put("jobTimeout", numberOrNil(c.Runner.JobTimeout))
	put("startupCommandsTimeout", numberOrNil(c.Startup.CommandsTimeout))
	put(attributeStartupCommands, stringListOrNil(c.Startup.Commands))
	put("attiniVersion", stringOrNil(runner.AgentVersion))
	put("ec2Configuration", hostOrNil(c.Host))
	setOrigin(u, runner.Origin)
	_, err := u.write(ctx, r.client, r.table, itemKey(typeRunner, c.ResourceName()))
	if err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}

// setOrigin sets what is known of an origin, and leaves the rest.
func setOrigin(u *update, origin lifecycle.Origin) {
	for _, attribute := range []struct{ name, value string }{
		{attributeEnvironment, origin.Environment},
		{attributeDistribution, origin.DistributionName},
		{attributeDistributionID, origin.DistributionID},
		{attributeObject, origin.ObjectIdentifier},
	} {
		if attribute.value != "" {
			u.set(attribute.name, stringAttr(attribute.value))
		}
	}
}

func originOf(found item) lifecycle.Origin {
	return lifecycle.Origin{
		Environment: stringOf(found[attributeEnvironment]), DistributionName: stringOf(found[attributeDistribution]),
		DistributionID: stringOf(found[attributeDistributionID]), ObjectIdentifier: stringOf(found[attributeObject]),
	}
}

// These return nil for an absent value: PutRunner then removes the attribute.

func stringOrNil(value string) types.AttributeValue {
	if value == "" {
		return nil
	}
	return stringAttr(value)
}

func numberOrNil(value int) types.AttributeValue {
	if value == 0 {
		return nil
	}
	return numberAttr(int64(value))
}

func stringSetOrNil(values []string) types.AttributeValue {
	if len(values) == 0 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(values))
	return &types.AttributeValueMemberSS{Value: slices.Compact(sorted)}
}

func stringListOrNil(values []string) types.AttributeValue {
	if len(values) == 0 {
		return nil
	}
	list := &types.AttributeValueMemberL{}
	for _, value := range values {
		list.Value = append(list.Value, stringAttr(value))
	}
	return list
}

func hostOrNil(host *configuration.Host) types.AttributeValue {
	if host == nil {
		return nil
	}
	value := &types.AttributeValueMemberM{Value: item{}}
	for _, attribute := range []struct{ name, value string }{
		{"instanceType", host.InstanceType}, {"instanceProfile", host.InstanceProfile}, {"ecsClientLogGroup", host.LogGroup}, {"ami", host.AMI},
	} {
		if attribute.value != "" {
			value.Value[attribute.name] = stringAttr(attribute.value)
		}
	}
	return value
}

// StackOf implements lifecycle.Runners.
func (r *RunnerItems) StackOf(ctx context.Context, name string) (string, error) {
	found, err := read(ctx, r.client, r.table, itemKey(typeRunner, name))
	switch {
	case err != nil:
		return "", wrapError(ctx, "dynamodb:GetItem", err)
	case found == nil:
		return "", launch.ErrNoRunner
	}
	return stringOf(found[attributeStackID]), nil
}

// RunnersOf implements lifecycle.Runners.
func (r *RunnerItems) RunnersOf(ctx context.Context, stackID, stackName string) ([]string, error) {
	filter := newUpdate().ifEqual(attributeStackID, stringAttr(stackID))
	items, err := query(ctx, r.client, r.table, typeRunner, configuration.ResourceName(stackName, ""), filter)
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	var names []string
	for _, found := range items {
		names = append(names, stringOf(found[attributeRunnerName]))
	}
	slices.Sort(names)
	return names, nil
}

// SetOrigin implements lifecycle.Runners.
func (r *RunnerItems) SetOrigin(ctx context.Context, name string, origin lifecycle.Origin) error {
	u := newUpdate().ifExists(keyName)
	setOrigin(u, origin)
	if len(u.sets) == 0 {
		return nil
	}
	_, err := u.write(ctx, r.client, r.table, itemKey(typeRunner, name))
	if _, gone := conditionFailed(err); err != nil && !gone {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}
