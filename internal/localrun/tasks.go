package localrun

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/worker/memory"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/plan"
)

// launcher is the name of the function that an expanded plan's own tasks call.
const launcher = "attini-action"

// isAnswered reports whether a task, by its Parameters, asks the launcher for
// what this package does in its place. A function of the user's may be given a
// payload that looks the same.
func isAnswered(parameters json.RawMessage) bool {
	action, _ := readCall(parameters)
	return action != ""
}

// readCall reads the input of a task. action is what it asks of the launcher, ""
// when it is for another function or for what only an account has; event is what
// the launcher gets.
func readCall(input []byte) (action string, event json.RawMessage) {
	var call struct {
		FunctionName string
		Payload      json.RawMessage
	}
	if json.Unmarshal(input, &call) != nil || call.FunctionName != launcher && !strings.HasSuffix(call.FunctionName, ":function:"+launcher) {
		return "", nil
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(call.Payload, &members) != nil || json.Unmarshal(members[protocol.KeyActionType], &action) != nil {
		return "", nil
	}
	switch action {
	case protocol.ActionExecuteRunner, protocol.ActionMergeOutput, protocol.ActionDeployStack, protocol.ActionPackageSAM, protocol.ActionDiffCDK,
		protocol.ActionApproval, protocol.ActionImport:
		return action, call.Payload
	default:
		return "", nil
	}
}

// tasks does what a state machine calls: the launcher function's work with the
// launcher's code, everything else from its mock.
type tasks struct {
	options  Options
	agents   *agentPool
	reporter *memory.Reporter
	stacks   *localStacks
	approve  func(ctx context.Context, step string) (any, error)
	// deployment is the name of the deployment, started what it has started.
	deployment string
	started    message.Deployment
}

var _ asl.Tasks = (*tasks)(nil)

// Do implements asl.Tasks.
func (t *tasks) Do(ctx context.Context, task asl.Task) (any, error) {
	action, event := readCall(task.Input)
	if action == protocol.ActionExecuteRunner && t.options.InspectJob != nil {
		if err := t.inspect(task, event); err != nil {
			return nil, err
		}
	}
	if mock, ok := t.options.Mocks[task.State]; ok {
		return mocked(task, mock), nil
	}
	if result, ok, err := t.options.Answers.Answer(ctx, t.clock(), task); ok {
		return result, err
	}
	switch action {
	case protocol.ActionExecuteRunner:
		if t.options.JobResult != nil {
			return t.options.JobResult, nil
		}
		return t.execute(ctx, event)
	case protocol.ActionDeployStack:
		return answered(t.stacks.deploy(ctx, event))
	case protocol.ActionPackageSAM:
		return answered(t.stacks.packageSAM(ctx, event))
	case protocol.ActionDiffCDK:
		return changeDetected(), nil
	case protocol.ActionImport:
		return answered(t.stacks.importValues(ctx, event))
	case protocol.ActionApproval:
		return t.approve(ctx, task.State)
	case protocol.ActionMergeOutput:
		merged, err := plan.AnswerMerge(event)
		if err != nil {
			return nil, &asl.Error{Name: plan.MergeError, Cause: err.Error()}
		}
		return asl.LambdaResult(merged), nil
	}
	// No Catch takes it: a plan must not be green for what was never tried.
	advice := fmt.Sprintf(cmp.Or(t.options.MockAdvice, "answer the step with --mock %s=FILE or in the file of --mocks"), task.State)
	return nil, &asl.Error{Name: asl.Runtime, Cause: fmt.Sprintf("%s is not available on this machine; %s", task.Resource, advice)}
}

// answered is what a step gets of the launcher's code.
func answered(result any, err error) (any, error) {
	if err != nil {
		return nil, stepError(err, "")
	}
	return result, nil
}

// execute puts a step's job into its runner's queue, starts the runner if it is
// not there, and waits for the job's answer.
func (t *tasks) execute(ctx context.Context, event json.RawMessage) (any, error) {
	request, body, err := t.accept(event)
	if err != nil {
		return nil, stepError(err, request.ErrorNames)
	}
	answers := t.reporter.Open(request.Token)
	defer t.reporter.Close(request.Token)
	if err := t.agents.send(request.Runner, body); err != nil {
		return nil, stepError(err, request.ErrorNames)
	}
	var output any
	wait := func() {
		select {
		case answer := <-answers:
			if output = answer.Output; answer.Failure != nil {
				output, err = nil, jobError(answer.Failure)
			}
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
	}
	if t.options.Time != nil {
		t.options.Time.Outside(wait)
	} else {
		wait()
	}
	return output, err
}

// clock is the run's; nil for the real one.
func (t *tasks) clock() asl.Clock {
	if t.options.Time == nil {
		return nil
	}
	return t.options.Time
}

// inspect hands on what the agent would get.
func (t *tasks) inspect(task asl.Task, event json.RawMessage) error {
	request, body, err := t.accept(event)
	if err != nil {
		return stepError(err, request.ErrorNames)
	}
	job, err := protocol.ParseMessage(body)
	if err != nil {
		return err
	}
	return t.options.InspectJob(task, job)
}

// scriptError is the failure of a job, with how its script ended.
type scriptError struct {
	failure *asl.Error
	end     *worker.ScriptEnd
}

// Error implements error.
func (e *scriptError) Error() string { return e.failure.Error() }

// Unwrap gives the interpreter the error that it knows.
func (e *scriptError) Unwrap() error { return e.failure }

func jobError(failure *worker.Failure) error {
	err := &asl.Error{Name: failure.Error, Cause: failure.Cause}
	if failure.Script == nil {
		return err
	}
	return &scriptError{err, failure.Script}
}

// accept is the launcher's: it reads a request, refuses what it refuses in an
// account, and writes the message of the job.
func (t *tasks) accept(event json.RawMessage) (request message.Request, body []byte, err error) {
	if request, err = message.ParseRequest(event); err != nil {
		return request, nil, err
	}
	current := message.Deployment{}
	if request.Deployment() == t.deployment {
		current = t.started
	}
	if err = request.Admit(current); err != nil {
		return request, nil, err
	}
	body, err = request.Message()
	return request, body, err
}

// stepError is a failure of the launcher's as the step gets it.
func stepError(err error, errorNames string) error {
	var failure *message.Failure
	if !errors.As(err, &failure) {
		return err
	}
	chosen := failure.For(errorNames)
	return &asl.Error{Name: chosen.Name, Cause: protocol.Shorten(chosen.Cause, protocol.MaxCause)}
}

// mocked answers a step as what it calls would: a Lambda function's return
// value comes wrapped, as the lambda:invoke integration gives it.
func mocked(task asl.Task, mock json.RawMessage) any {
	if strings.HasSuffix(task.Resource, ":lambda:invoke") {
		return asl.LambdaResult(mock)
	}
	return mock
}
