package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/stacks"
)

// launcher is what the handler calls.
type launcher interface {
	Launch(ctx context.Context, event []byte) error
	Prewarm(ctx context.Context, wanted []message.PrewarmTarget) error
	TaskEvent(ctx context.Context, task launch.TaskStatus) error
	HostEvent(ctx context.Context, cluster string, instance launch.Instance) error
	ExecutionEnded(ctx context.Context) error
	HostEnded(ctx context.Context, host string) error
	Check(ctx context.Context, runner string) error
}

// stackDeployer deploys the stacks of steps.
type stackDeployer interface {
	Deploy(ctx context.Context, event []byte) error
	StackChanged(ctx context.Context, event stacks.StackEvent) error
}

// handler passes requests and events to the launcher. It logs no event: events contain
// task tokens and payloads.
type handler struct {
	logger   *slog.Logger
	launcher launcher
	stacks   stackDeployer
	// ask keeps a step that waits for a person, importValues answers one that imports.
	ask, importValues func(ctx context.Context, event []byte) error
}

var (
	_ lambda.Handler = handler{}
	_ launcher       = (*launch.Launcher)(nil)
	_ stackDeployer  = (*stacks.Deployer)(nil)
)

// emptyResponse is the response when the caller does not wait for a result.
const emptyResponse = "{}"

// Sources and kinds of events, as EventBridge has them.
const (
	taskChange      = "ECS Task State Change"
	instanceChange  = "ECS Container Instance State Change"
	executionChange = "Step Functions Execution Status Change"
	stackChange     = "CloudFormation Stack Status Change"
	hostChange      = "EC2 Instance State-change Notification"
)

// Invoke implements lambda.Handler. If an event ends with an error, Lambda
// delivers it again.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	var event struct {
		Action     string          `json:"attiniActionType"`
		DetailType string          `json:"detail-type"`
		Detail     json.RawMessage `json:"detail"`
		Records    []record        `json:"Records"`
	}
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, errors.New("read an event: it is no JSON object")
	}
	switch event.Action {
	case protocol.ActionExecuteRunner, protocol.ActionPackageSAM, protocol.ActionDeployCDK, protocol.ActionDiffCDK:
		return []byte(emptyResponse), h.launcher.Launch(ctx, payload)
	case protocol.ActionDeployStack:
		return []byte(emptyResponse), h.stacks.Deploy(ctx, payload)
	case protocol.ActionApproval:
		return []byte(emptyResponse), h.ask(ctx, payload)
	case protocol.ActionImport:
		return []byte(emptyResponse), h.importValues(ctx, payload)
	case protocol.ActionMergeOutput:
		return merge(payload)
	case protocol.ActionPrewarm:
		h.prewarm(ctx, payload)
		return []byte(emptyResponse), nil
	case "":
		if len(event.Records) > 0 {
			return []byte(emptyResponse), h.check(ctx, event.Records)
		}
		return []byte(emptyResponse), h.handleEvent(ctx, event.DetailType, event.Detail)
	}
	return nil, fmt.Errorf("read an event: there is no %s %q; deploy the plan again", protocol.KeyActionType, event.Action)
}

// record is a message of the queue of checks.
type record struct {
	Source string `json:"eventSource"`
	Body   string `json:"body"`
}

// check checks the runners of messages. If one fails, SQS delivers all of them again.
func (h handler) check(ctx context.Context, records []record) error {
	var problems []error
	for _, message := range records {
		if message.Source != "aws:sqs" || message.Body == "" {
			problems = append(problems, errors.New("read an event: a record is no message of the queue of checks"))
			continue
		}
		problems = append(problems, h.launcher.Check(ctx, message.Body))
	}
	return errors.Join(problems...)
}

// prewarm never fails the plan: a runner that cannot be started fails the job that needs
// it, with the reason.
func (h handler) prewarm(ctx context.Context, payload []byte) {
	wanted, err := message.ParsePrewarm(payload)
	if err := errors.Join(err, h.launcher.Prewarm(ctx, wanted)); err != nil {
		h.logger.Warn("start runners ahead", "error", err)
	}
}

// merge joins the results of a Parallel or a Map.
func merge(payload []byte) ([]byte, error) {
	merged, err := plan.AnswerMerge(payload)
	if err != nil {
		return nil, messages.InvokeResponse_Error{Type: plan.MergeError, Message: err.Error()}
	}
	return merged, nil
}

// handleEvent handles an event of EventBridge.
func (h handler) handleEvent(ctx context.Context, kind string, detail json.RawMessage) error {
	switch kind {
	case taskChange:
		task, err := readTask(detail)
		if err != nil {
			return err
		}
		return h.launcher.TaskEvent(ctx, task)
	case instanceChange:
		cluster, instance, err := readInstance(detail)
		if err != nil {
			return err
		}
		return h.launcher.HostEvent(ctx, cluster, instance)
	case stackChange:
		event, err := readStack(detail)
		if err != nil {
			return err
		}
		return h.stacks.StackChanged(ctx, event)
	case executionChange:
		// A plan's rule sends every end. Of one that succeeded, no step waited in vain.
		if succeeded(detail) {
			return nil
		}
		return h.launcher.ExecutionEnded(ctx)
	case hostChange:
		host, err := readHost(detail)
		if err != nil {
			return err
		}
		return h.launcher.HostEnded(ctx, host)
	}
	return fmt.Errorf("read an event: unknown kind %q", kind)
}
