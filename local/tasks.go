package local

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	states "github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/plan"
)

// launcher is the name of the function that an expanded plan's own tasks call.
const launcher = "attini-action"

// played reports whether a task, by its Parameters, asks the launcher for what
// this package does in its place. A function of the user's may be given a
// payload that looks the same.
func played(parameters json.RawMessage) bool {
	var call map[string]any
	return json.Unmarshal(parameters, &call) == nil && action(call) != ""
}

// action is the launcher's action that a call asks for, or "" when it is for
// another function or for what only an account has.
func action(call map[string]any) string {
	function, _ := call["FunctionName"].(string)
	if function != launcher && !strings.HasSuffix(function, ":function:"+launcher) {
		return ""
	}
	payload, _ := call["Payload"].(map[string]any)
	switch name, _ := payload[protocol.KeyActionType].(string); name {
	case protocol.ActionExecuteRunner, protocol.ActionMergeOutput:
		return name
	default:
		return ""
	}
}

// tasks plays what a state machine calls: the launcher function, for real;
// everything else from its mock.
type tasks struct {
	fleet  *fleet
	broker *broker
	mocks  map[string]json.RawMessage
}

var _ states.Tasks = (*tasks)(nil)

// Do implements states.Tasks.
func (t *tasks) Do(ctx context.Context, task states.Task) (any, error) {
	if mock, ok := t.mocks[task.State]; ok {
		return mocked(task, mock)
	}
	input, err := decode(task.Input)
	if err != nil {
		return nil, err
	}
	call, _ := input.(map[string]any)
	payload, _ := call["Payload"].(map[string]any)
	switch action(call) {
	case protocol.ActionExecuteRunner:
		return t.execute(ctx, task, payload)
	case protocol.ActionMergeOutput:
		branches, isList := payload[protocol.KeyBranches].([]any)
		if !isList {
			return nil, &states.Error{Name: "MergeOutputError", Cause: "the step before has no list of results; merge after a Parallel or a Map"}
		}
		merged, err := plan.MergeOutput(branches)
		if err != nil {
			return nil, &states.Error{Name: "MergeOutputError", Cause: err.Error()}
		}
		return lambdaResult(merged), nil
	}
	return nil, &states.Error{Name: "States.TaskFailed", Cause: fmt.Sprintf("%s is not available on this machine; answer it with --mock %s=FILE", task.Resource, task.State)}
}

// execute is the launcher: the message into the runner's queue, and the runner
// started if it is not there.
func (t *tasks) execute(ctx context.Context, task states.Task, payload map[string]any) (any, error) {
	body, runner, err := message(payload)
	if err != nil {
		return nil, &states.Error{Name: "RunnerConfigError", Cause: err.Error()}
	}
	answers := t.broker.open(task.Token)
	defer t.broker.close(task.Token)
	if err := t.fleet.send(runner, body); err != nil {
		return nil, &states.Error{Name: "RunnerConfigError", Cause: err.Error()}
	}
	select {
	case a := <-answers:
		if a.failure != nil {
			return nil, &states.Error{Name: a.failure.Error, Cause: a.failure.Cause}
		}
		return decode(a.output)
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// message is the queue message of a step's request: the step's whole input,
// and what the step itself says.
func message(payload map[string]any) (body []byte, runner string, err error) {
	input, isObject := payload[protocol.KeyInput].(map[string]any)
	if !isObject {
		return nil, "", fmt.Errorf("the step's input is no object but %T; after a Parallel or a Map, merge its results with an %s step first", payload[protocol.KeyInput], plan.MergeType)
	}
	all := make(map[string]any, len(input)+4)
	for key, value := range input {
		all[key] = value
	}
	for _, key := range []string{protocol.KeyProperties, protocol.KeyRunnerConfig, protocol.KeyMetadata, protocol.KeyActionType} {
		all[key] = payload[key]
	}
	configuration, _ := payload[protocol.KeyRunnerConfig].(map[string]any)
	runner, _ = configuration["Runner"].(string)
	body, err = json.Marshal(all)
	return body, runner, err
}

// mocked answers a step as what it calls would: a Lambda function's return
// value comes wrapped, as the lambda:invoke integration gives it.
func mocked(task states.Task, mock json.RawMessage) (any, error) {
	value, err := decode(mock)
	if err != nil {
		return nil, err
	}
	if bytes.HasSuffix([]byte(task.Resource), []byte(":lambda:invoke")) {
		return lambdaResult(value), nil
	}
	return value, nil
}

func lambdaResult(value any) map[string]any {
	return map[string]any{"ExecutedVersion": "$LATEST", "Payload": value, "StatusCode": json.Number("200")}
}

func decode(text json.RawMessage) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return nil, fmt.Errorf("decode a result: %w", err)
	}
	return value, nil
}
