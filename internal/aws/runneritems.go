package aws

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/lifecycle"
)

// RunnerItems are the runners' items in the resource-state table, as stacks
// write them.
type RunnerItems struct{ table table }

var _ lifecycle.Runners = (*RunnerItems)(nil)

// NewRunnerItems writes the table of the given name.
func NewRunnerItems(config aws.Config, table string) *RunnerItems {
	return &RunnerItems{newTable(config, table)}
}

// PutRunner implements lifecycle.Runners.
func (r *RunnerItems) PutRunner(ctx context.Context, runner lifecycle.Runner) error {
	c := runner.Configuration
	u := newUpdate().remove(protocol.AttrDeleted)
	u.set(protocol.AttrStackID, runner.StackID).set(protocol.AttrConfigurationID, runner.ConfigurationID)
	u.set(protocol.AttrStackName, c.StackName).set(protocol.AttrRunnerName, c.RunnerName).set(protocol.AttrQueueURL, c.QueueURL)
	u.set(protocol.AttrTaskDefinition, c.Task.Definition).set(protocol.AttrCluster, c.Task.Cluster)
	u.setOrRemove(protocol.AttrContainer, c.Task.Container)
	u.setOrRemove(protocol.AttrRoleARN, c.Task.RoleARN)
	u.setOrRemove(protocol.AttrCPU, c.Task.CPU)
	u.setOrRemove(protocol.AttrMemory, c.Task.Memory)
	u.setOrRemove(protocol.AttrSubnets, textSet(c.Network.Subnets))
	u.setOrRemove(protocol.AttrSecurityGroups, textSet(c.Network.SecurityGroups))
	u.setOrRemove(protocol.AttrAssignPublicIP, c.Network.AssignPublicIP)
	u.setOrRemove(protocol.AttrLogLevel, c.Runner.LogLevel)
	u.setOrRemove(protocol.AttrMaxConcurrentJobs, c.Runner.MaxConcurrentJobs)
	u.setOrRemove(protocol.AttrIdleTimeToLive, c.Runner.IdleTimeToLive)
	u.setOrRemove(protocol.AttrJobTimeout, c.Runner.JobTimeout)
	u.setOrRemove(protocol.AttrStartupCommandsTimeout, c.Startup.CommandsTimeout)
	u.setOrRemove(protocol.AttrStartupCommands, c.Startup.Commands)
	u.setOrRemove(protocol.AttrIsolation, c.Isolation)
	u.setOrRemove(protocol.AttrSharedWith, textSet(c.SharedWith))
	u.setOrRemove(protocol.AttrAgentVersion, runner.AgentVersion)
	u.setOrRemove(protocol.AttrHost, hostAttributes(c.Host))
	setOrigin(u, runner.Origin)
	u.ifAbsentOrOneOf(protocol.AttrStackID, runner.StackID, runner.Replaces)
	_, met, err := r.table.update(ctx, itemKey(protocol.TypeRunner, c.ResourceName()), u)
	if err == nil && !met {
		err = lifecycle.ErrForeignRunner
	}
	return err
}

// setOrigin sets what is known of an origin, and leaves the other attributes.
func setOrigin(u *update, origin lifecycle.Origin) {
	for _, attribute := range []struct{ name, value string }{
		{protocol.AttrEnvironment, origin.Environment},
		{protocol.AttrDistributionName, origin.DistributionName},
		{protocol.AttrDistributionID, origin.DistributionID},
		{protocol.AttrObjectIdentifier, origin.ObjectIdentifier},
	} {
		if attribute.value != "" {
			u.set(attribute.name, attribute.value)
		}
	}
}

func originOf(found item) lifecycle.Origin {
	return lifecycle.Origin{
		Environment: stringOf(found[protocol.AttrEnvironment]), DistributionName: stringOf(found[protocol.AttrDistributionName]),
		DistributionID: stringOf(found[protocol.AttrDistributionID]), ObjectIdentifier: stringOf(found[protocol.AttrObjectIdentifier]),
	}
}

// hostAttributes are the attributes of a host; nil without one.
func hostAttributes(host *configuration.Host) map[string]string {
	if host == nil {
		return nil
	}
	attributes := map[string]string{
		protocol.AttrInstanceType: host.InstanceType, protocol.AttrInstanceProfile: host.InstanceProfile,
		protocol.AttrHostLogGroup: host.LogGroup, protocol.AttrAMI: host.AMI,
		protocol.AttrFallbackTypes: strings.Join(host.FallbackInstanceTypes, ","),
	}
	maps.DeleteFunc(attributes, func(_, value string) bool { return value == "" })
	return attributes
}

// StackOf implements lifecycle.Runners.
func (r *RunnerItems) StackOf(ctx context.Context, name string) (string, error) {
	found, err := r.table.read(ctx, itemKey(protocol.TypeRunner, name))
	if err == nil && found == nil {
		err = launch.ErrNoRunner
	}
	return stringOf(found[protocol.AttrStackID]), err
}

// RunnersOf implements lifecycle.Runners.
func (r *RunnerItems) RunnersOf(ctx context.Context, stackID, stackName string) ([]string, error) {
	items, err := r.table.query(ctx, protocol.TypeRunner, configuration.ResourceName(stackName, ""), newUpdate().ifEqual(protocol.AttrStackID, stackID))
	return slices.Sorted(slices.Values(stringsOf(items, protocol.AttrRunnerName))), err
}

// SetOrigin implements lifecycle.Runners.
func (r *RunnerItems) SetOrigin(ctx context.Context, name string, origin lifecycle.Origin) error {
	u := newUpdate().ifExists(protocol.AttrName)
	if setOrigin(u, origin); len(u.sets) == 0 {
		return nil
	}
	return r.table.change(ctx, itemKey(protocol.TypeRunner, name), u)
}
