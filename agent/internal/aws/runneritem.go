package aws

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// RunnerItem is the runner's item in the resource-state table, as the agent of one
// task reads and writes it.
type RunnerItem struct {
	client        tableClient
	table, name   string
	task          string
	now           func() time.Time
	missingRetire missingPermission
	// started means that Register has marked the agent as started.
	started atomic.Bool
}

var _ worker.RunnerState = (*RunnerItem)(nil)

// NewRunnerItem returns the item of the runner with the resource name
// {stack}-{Runner}. Outside of ECS task is "", and nothing is checked or written.
func NewRunnerItem(configuration aws.Config, table, name, task string, logger *slog.Logger) *RunnerItem {
	return &RunnerItem{
		client: dynamodb.NewFromConfig(configuration), table: table, name: name, task: task,
		now: time.Now, missingRetire: missingPermission{logger: logger},
	}
}

func (r *RunnerItem) key() item {
	return item{protocol.AttrResourceType: stringAttr(protocol.TypeRunner), protocol.AttrName: stringAttr(r.name)}
}

// Settings are the settings that the agent reads from the item at its start.
type Settings struct {
	StartupCommands  []string
	Environment      string
	DistributionName string
}

// Settings reads the item.
func (r *RunnerItem) Settings(ctx context.Context) (Settings, error) {
	found, err := r.read(ctx)
	return settingsOf(found), err
}

func settingsOf(found item) Settings {
	settings := Settings{Environment: stringOf(found[protocol.AttrEnvironment]), DistributionName: stringOf(found[protocol.AttrDistributionName])}
	if commands, ok := found[protocol.AttrStartupCommands].(*types.AttributeValueMemberL); ok {
		for _, command := range commands.Value {
			settings.StartupCommands = append(settings.StartupCommands, stringOf(command))
		}
	}
	return settings
}

// Register marks the agent as started and reads the item in one call, because a job
// waits. If it cannot write, it only reads, and MarkStarted tries again.
func (r *RunnerItem) Register(ctx context.Context) (Settings, error) {
	if r.task == "" {
		return r.Settings(ctx)
	}
	found, err := r.start(ctx)
	if err != nil {
		return r.Settings(ctx)
	}
	r.started.Store(true)
	return settingsOf(found), nil
}

// MarkStarted implements worker.RunnerState.
func (r *RunnerItem) MarkStarted(ctx context.Context) error {
	if r.task == "" || r.started.Load() {
		return nil
	}
	_, err := r.start(ctx)
	if isConditionFailed(err) {
		return worker.ErrSuperseded
	}
	return r.wrapError("mark the runner as started", err)
}

// start marks the item if it names this agent, and returns it.
func (r *RunnerItem) start(ctx context.Context) (item, error) {
	output, err := r.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &r.table, Key: r.key(), ReturnValues: types.ReturnValueAllNew,
		UpdateExpression:          aws.String("SET #started = :yes"),
		ConditionExpression:       aws.String("#task = :task"),
		ExpressionAttributeNames:  map[string]string{"#started": protocol.AttrStarted, "#task": protocol.AttrTaskID},
		ExpressionAttributeValues: item{":yes": boolAttr(true), ":task": stringAttr(r.task)},
	})
	if err != nil {
		return nil, err
	}
	return output.Attributes, nil
}

// Retire implements worker.RunnerState.
func (r *RunnerItem) Retire(ctx context.Context) error {
	if r.task == "" {
		return nil
	}
	_, err := r.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &r.table, Key: r.key(),
		UpdateExpression:         aws.String("SET #retired = :task, #at = :now"),
		ConditionExpression:      aws.String("#task = :task"),
		ExpressionAttributeNames: map[string]string{"#retired": protocol.AttrRetiredTaskID, "#at": protocol.AttrRetiredAt, "#task": protocol.AttrTaskID},
		ExpressionAttributeValues: item{
			":task": stringAttr(r.task), ":now": numberAttr(r.now().UnixMilli()),
		},
	})
	switch {
	case isConditionFailed(err):
		return worker.ErrSuperseded
	case isDenied(err):
		r.missingRetire.warnOnce("dynamodb:UpdateItem", "a job that arrives while the runner stops waits until the next job starts a runner")
		return nil
	}
	return r.wrapError("mark the runner as stopped", err)
}

// CheckCurrent implements worker.RunnerState.
func (r *RunnerItem) CheckCurrent(ctx context.Context) error {
	ours, err := r.isCurrent(ctx)
	if err == nil && !ours {
		return worker.ErrSuperseded
	}
	return err
}

// isCurrent reports whether the item names this agent's task.
func (r *RunnerItem) isCurrent(ctx context.Context) (bool, error) {
	if r.task == "" {
		return true, nil
	}
	found, err := r.read(ctx)
	return r.isNamedBy(found), err
}

// isNamedBy reports whether the item names this agent's task.
func (r *RunnerItem) isNamedBy(found item) bool {
	return r.task == "" || stringOf(found[protocol.AttrTaskID]) == r.task
}

func (r *RunnerItem) read(ctx context.Context) (item, error) {
	found, err := read(ctx, r.client, r.table, r.key())
	return found, r.wrapError("read the runner's state", err)
}

func (r *RunnerItem) wrapError(what string, err error) error {
	if err == nil {
		return nil
	}
	return permanentError(fmt.Sprintf("%s in table %s", what, r.table), err)
}
