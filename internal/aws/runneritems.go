package aws

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/lifecycle"
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
	u := newUpdate().remove(protocol.AttrDeleted)
	put := func(attribute string, value types.AttributeValue) {
		if value == nil {
			u.remove(attribute)
		} else {
			u.set(attribute, value)
		}
	}
	put(protocol.AttrStackID, stringAttr(runner.StackID))
	put(protocol.AttrConfigurationID, stringAttr(runner.ConfigurationID))
	put(protocol.AttrStackName, stringAttr(c.StackName))
	put(protocol.AttrRunnerName, stringAttr(c.RunnerName))
	put(protocol.AttrQueueURL, stringAttr(c.QueueURL))
	put(protocol.AttrTaskDefinition, stringAttr(c.Task.Definition))
	put(protocol.AttrCluster, stringAttr(c.Task.Cluster))
	put(protocol.AttrContainer, stringOrNil(c.Task.Container))
	put(protocol.AttrRoleARN, stringOrNil(c.Task.RoleARN))
	put(protocol.AttrCPU, numberOrNil(c.Task.CPU))
	put(protocol.AttrMemory, numberOrNil(c.Task.Memory))
	put(protocol.AttrSubnets, stringSetOrNil(c.Network.Subnets))
	put(protocol.AttrSecurityGroups, stringSetOrNil(c.Network.SecurityGroups))
	put(protocol.AttrAssignPublicIP, stringOrNil(c.Network.AssignPublicIP))
	put(protocol.AttrLogLevel, stringOrNil(c.Runner.LogLevel))
	put(protocol.AttrMaxConcurrentJobs, numberOrNil(c.Runner.MaxConcurrentJobs))
	put(protocol.AttrIdleTimeToLive, numberOrNil(c.Runner.IdleTimeToLive))
	put(protocol.AttrJobTimeout, numberOrNil(c.Runner.JobTimeout))
	put(protocol.AttrStartupCommandsTimeout, numberOrNil(c.Startup.CommandsTimeout))
	put(protocol.AttrStartupCommands, stringListOrNil(c.Startup.Commands))
	put(protocol.AttrAgentVersion, stringOrNil(runner.AgentVersion))
	put(protocol.AttrHost, hostOrNil(c.Host))
	setOrigin(u, runner.Origin)
	_, err := u.write(ctx, r.client, r.table, itemKey(protocol.TypeRunner, c.ResourceName()))
	if err != nil {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}

// setOrigin sets what is known of an origin, and leaves the rest.
func setOrigin(u *update, origin lifecycle.Origin) {
	for _, attribute := range []struct{ name, value string }{
		{protocol.AttrEnvironment, origin.Environment},
		{protocol.AttrDistributionName, origin.DistributionName},
		{protocol.AttrDistributionID, origin.DistributionID},
		{protocol.AttrObjectIdentifier, origin.ObjectIdentifier},
	} {
		if attribute.value != "" {
			u.set(attribute.name, stringAttr(attribute.value))
		}
	}
}

func originOf(found item) lifecycle.Origin {
	return lifecycle.Origin{
		Environment: stringOf(found[protocol.AttrEnvironment]), DistributionName: stringOf(found[protocol.AttrDistributionName]),
		DistributionID: stringOf(found[protocol.AttrDistributionID]), ObjectIdentifier: stringOf(found[protocol.AttrObjectIdentifier]),
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
		{protocol.AttrInstanceType, host.InstanceType}, {protocol.AttrInstanceProfile, host.InstanceProfile}, {protocol.AttrHostLogGroup, host.LogGroup}, {protocol.AttrAMI, host.AMI},
	} {
		if attribute.value != "" {
			value.Value[attribute.name] = stringAttr(attribute.value)
		}
	}
	return value
}

// StackOf implements lifecycle.Runners.
func (r *RunnerItems) StackOf(ctx context.Context, name string) (string, error) {
	found, err := read(ctx, r.client, r.table, itemKey(protocol.TypeRunner, name))
	switch {
	case err != nil:
		return "", wrapError(ctx, "dynamodb:GetItem", err)
	case found == nil:
		return "", launch.ErrNoRunner
	}
	return stringOf(found[protocol.AttrStackID]), nil
}

// RunnersOf implements lifecycle.Runners.
func (r *RunnerItems) RunnersOf(ctx context.Context, stackID, stackName string) ([]string, error) {
	filter := newUpdate().ifEqual(protocol.AttrStackID, stringAttr(stackID))
	items, err := query(ctx, r.client, r.table, protocol.TypeRunner, configuration.ResourceName(stackName, ""), filter)
	if err != nil {
		return nil, wrapError(ctx, "dynamodb:Query", err)
	}
	var names []string
	for _, found := range items {
		names = append(names, stringOf(found[protocol.AttrRunnerName]))
	}
	slices.Sort(names)
	return names, nil
}

// SetOrigin implements lifecycle.Runners.
func (r *RunnerItems) SetOrigin(ctx context.Context, name string, origin lifecycle.Origin) error {
	u := newUpdate().ifExists(protocol.AttrName)
	setOrigin(u, origin)
	if len(u.sets) == 0 {
		return nil
	}
	_, err := u.write(ctx, r.client, r.table, itemKey(protocol.TypeRunner, name))
	if _, gone := conditionFailed(err); err != nil && !gone {
		return wrapError(ctx, "dynamodb:UpdateItem", err)
	}
	return nil
}
