package aws

import (
	"context"
	"fmt"
	"sync/atomic"

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
	// lacksBatch means that the role may not call BatchGetItem.
	lacksBatch   atomic.Bool
	missingBatch missingPermission
}

var _ worker.MessageFilter = (*MessageFilter)(nil)

// stopped is the DesiredStatus of a task that ECS is stopping.
const stopped = "STOPPED"

// NewMessageFilter checks messages against the deployment table and the
// configuration hash with which the task was started.
func NewMessageFilter(configuration aws.Config, metadata *Metadata, runner *RunnerItem, table string, hash int32) *MessageFilter {
	return &MessageFilter{
		metadata: metadata, runner: runner, deployments: dynamodb.NewFromConfig(configuration), table: table, hash: hash,
		missingBatch: missingPermission{logger: runner.missingRetire.logger},
	}
}

// Check implements worker.MessageFilter. If the metadata endpoint does not answer,
// the task counts as running.
func (a *MessageFilter) Check(ctx context.Context, message *protocol.Message) (worker.Decision, error) {
	if container, err := a.metadata.Container(ctx); err == nil && container.DesiredStatus == stopped {
		return worker.Superseded, nil
	}
	malformed := message.CheckOrigin()
	if malformed != nil {
		// It names no deployment. An agent that was replaced leaves it to the new one.
		ours, err := a.runner.isCurrent(ctx)
		switch {
		case err != nil:
			return 0, err
		case !ours:
			return worker.Superseded, nil
		}
		return 0, fmt.Errorf("%w: %w", worker.ErrRefused, malformed)
	}
	runner, deployment, err := a.read(ctx, item{
		protocol.AttrDeployment:     stringAttr(protocol.DeploymentName(message.Origin.Environment, message.Origin.DistributionName)),
		protocol.AttrDeploymentTime: numberAttr(protocol.CurrentDeployment),
	})
	switch {
	case err != nil:
		return 0, err
	case !a.runner.isNamedBy(runner):
		return worker.Superseded, nil
	case !isCurrent(message, deployment):
		return worker.Discard, nil
	case message.ConfigurationHash != a.hash:
		return worker.Requeue, nil
	}
	return worker.Accept, nil
}

// read reads the runner's item and a deployment's. Every job needs both.
func (a *MessageFilter) read(ctx context.Context, key item) (runner, deployment item, err error) {
	if a.runner.task != "" && !a.lacksBatch.Load() {
		runner, deployment, err = readBoth(ctx, a.deployments, a.runner.table, a.runner.key(), a.table, key)
		if err == nil {
			return runner, deployment, nil
		}
		if !isDenied(err) {
			return nil, nil, permanentError(fmt.Sprintf("read the runner's state in table %s and the deployment in table %s", a.runner.table, a.table), err)
		}
		a.lacksBatch.Store(true)
		a.missingBatch.warnOnce("dynamodb:BatchGetItem", "the runner's item and the deployment are read with two calls")
	}
	if a.runner.task != "" {
		if runner, err = a.runner.read(ctx); err != nil {
			return nil, nil, err
		}
	}
	if deployment, err = read(ctx, a.deployments, a.table, key); err != nil {
		return nil, nil, permanentError(fmt.Sprintf("read the deployment in table %s", a.table), err)
	}
	return runner, deployment, nil
}

// isCurrent reports whether the deployment has the message's execution, or the
// execution to whose deployment it belongs.
func isCurrent(message *protocol.Message, deployment item) bool {
	executions, ok := deployment[protocol.AttrExecutions].(*types.AttributeValueMemberM)
	if !ok {
		return false
	}
	for _, execution := range executions.Value {
		current := stringOf(execution)
		if current != "" && (current == message.Metadata.ExecutionARN || current == message.Metadata.DeploymentExecutionARN) {
			return true
		}
	}
	return false
}
