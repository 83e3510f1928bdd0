package aws

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// MessageFilter decides whether a message is for this agent. It checks, in this
// order, whether the task is stopping, whether the runner item names the task,
// whether the execution is current in its deployment, and whether the
// configuration hash matches (docs/wire.md).
type MessageFilter struct {
	metadata    *Metadata
	runner      *RunnerItem
	deployments tableClient
	table       string
	hash        int32
}

var _ worker.MessageFilter = (*MessageFilter)(nil)

// stopped is the DesiredStatus of a task that ECS is stopping.
const stopped = "STOPPED"

// NewMessageFilter checks messages against the deployment table and the
// configuration hash with which the task was started.
func NewMessageFilter(configuration aws.Config, metadata *Metadata, runner *RunnerItem, table string, hash int32) *MessageFilter {
	return &MessageFilter{metadata: metadata, runner: runner, deployments: dynamodb.NewFromConfig(configuration), table: table, hash: hash}
}

// Check implements worker.MessageFilter. If the metadata endpoint does not answer,
// the task counts as running.
func (a *MessageFilter) Check(ctx context.Context, message *protocol.Message) (worker.Decision, error) {
	if container, err := a.metadata.Container(ctx); err == nil && container.DesiredStatus == stopped {
		return worker.Superseded, nil
	}
	ours, err := a.runner.isCurrent(ctx)
	switch {
	case err != nil:
		return 0, err
	case !ours:
		return worker.Superseded, nil
	}
	if err := message.CheckOrigin(); err != nil {
		return 0, fmt.Errorf("%w: %w", worker.ErrRefused, err)
	}
	current, err := a.isCurrent(ctx, message)
	switch {
	case err != nil:
		return 0, err
	case !current:
		return worker.Discard, nil
	case message.ConfigurationHash != a.hash:
		return worker.Requeue, nil
	}
	return worker.Accept, nil
}

// isCurrent reports whether the deployment has the message's execution, or the
// execution to whose deployment it belongs.
func (a *MessageFilter) isCurrent(ctx context.Context, message *protocol.Message) (bool, error) {
	found, err := read(ctx, a.deployments, a.table, item{
		protocol.AttrDeployment:     stringAttr(protocol.DeploymentName(message.Origin.Environment, message.Origin.DistributionName)),
		protocol.AttrDeploymentTime: numberAttr(protocol.CurrentDeployment),
	})
	if err != nil {
		return false, permanentError(fmt.Sprintf("read the deployment in table %s", a.table), err)
	}
	executions, ok := found[protocol.AttrExecutions].(*types.AttributeValueMemberM)
	if !ok {
		return false, nil
	}
	for _, execution := range executions.Value {
		current := stringOf(execution)
		if current != "" && (current == message.Metadata.ExecutionARN || current == message.Metadata.DeploymentExecutionARN) {
			return true, nil
		}
	}
	return false, nil
}
