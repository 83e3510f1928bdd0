package aws

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/attini-go/runner/agent/worker"
)

// Runner is the runner's item in the resource-state table, for the agent of
// one task.
type Runner struct {
	client      tableClient
	table, name string
	task        string
	now         func() time.Time
	noRetiring  lack
	// started says that Join has said so.
	started atomic.Bool
}

var _ worker.Life = (*Runner)(nil)

// Attributes by which an agent says that it takes nothing more.
const (
	attributeRetiredTask = "retiredTaskId"
	attributeRetiredAt   = "retiredAt"
)

// NewRunner is the item of the runner of the given name, {stack}-{Runner}.
// Without a task the agent is not on ECS, and nothing is checked or written.
func NewRunner(configuration aws.Config, table, name, task string, logger *slog.Logger) *Runner {
	return &Runner{
		client: dynamodb.NewFromConfig(configuration), table: table, name: name, task: task,
		now: time.Now, noRetiring: lack{logger: logger},
	}
}

func (r *Runner) key() item { return item{keyType: text(typeRunner), keyName: text(r.name)} }

// Settings is what the item tells the agent at its start.
type Settings struct {
	StartupCommands  []string
	Environment      string
	DistributionName string
}

// Settings reads the item.
func (r *Runner) Settings(ctx context.Context) (Settings, error) {
	found, err := read(ctx, r.client, r.table, r.key())
	if err != nil {
		return Settings{}, r.failed("read the runner's state", err)
	}
	return settingsOf(found), nil
}

func settingsOf(found item) Settings {
	settings := Settings{Environment: textOf(found["environment"]), DistributionName: textOf(found["distributionName"])}
	if commands, ok := found["startupCommands"].(*types.AttributeValueMemberL); ok {
		for _, command := range commands.Value {
			settings.StartupCommands = append(settings.StartupCommands, textOf(command))
		}
	}
	return settings
}

// Join says that the agent is up and reads the item, in one call: a job is
// waiting. Where that does not go, it only reads; Started says it then.
func (r *Runner) Join(ctx context.Context) (Settings, error) {
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

// Started implements worker.Life.
func (r *Runner) Started(ctx context.Context) error {
	if r.task == "" || r.started.Load() {
		return nil
	}
	_, err := r.start(ctx)
	if isUnmet(err) {
		return worker.ErrNotOurs
	}
	return r.failed("say that the runner has started", err)
}

// start marks the item, if it names this agent, and returns it.
func (r *Runner) start(ctx context.Context) (item, error) {
	output, err := r.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &r.table, Key: r.key(), ReturnValues: types.ReturnValueAllNew,
		UpdateExpression:          aws.String("SET #started = :yes"),
		ConditionExpression:       aws.String("#task = :task"),
		ExpressionAttributeNames:  map[string]string{"#started": attributeStarted, "#task": attributeTask},
		ExpressionAttributeValues: item{":yes": boolean(true), ":task": text(r.task)},
	})
	if err != nil {
		return nil, err
	}
	return output.Attributes, nil
}

// Retire implements worker.Life.
func (r *Runner) Retire(ctx context.Context) error {
	if r.task == "" {
		return nil
	}
	_, err := r.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &r.table, Key: r.key(),
		UpdateExpression:         aws.String("SET #retired = :task, #at = :now"),
		ConditionExpression:      aws.String("#task = :task"),
		ExpressionAttributeNames: map[string]string{"#retired": attributeRetiredTask, "#at": attributeRetiredAt, "#task": attributeTask},
		ExpressionAttributeValues: item{
			":task": text(r.task), ":now": number(strconv.FormatInt(r.now().UnixMilli(), 10)),
		},
	})
	switch {
	case isUnmet(err):
		return worker.ErrNotOurs
	case isDenied(err):
		r.noRetiring.tell("dynamodb:UpdateItem", "a job that comes while the runner leaves waits for the next one")
		return nil
	}
	return r.failed("say that the runner leaves", err)
}

// Ours implements worker.Life.
func (r *Runner) Ours(ctx context.Context) error {
	ours, err := r.isOurs(ctx)
	if err == nil && !ours {
		return worker.ErrNotOurs
	}
	return err
}

// isOurs reports whether the item names this agent's task.
func (r *Runner) isOurs(ctx context.Context) (bool, error) {
	if r.task == "" {
		return true, nil
	}
	found, err := read(ctx, r.client, r.table, r.key())
	if err != nil {
		return false, r.failed("read the runner's state", err)
	}
	return textOf(found[attributeTask]) == r.task, nil
}

func (r *Runner) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return refused(fmt.Sprintf("%s in table %s", what, r.table), err)
}
