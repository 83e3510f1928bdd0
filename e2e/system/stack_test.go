package system_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

const (
	// soon is how long what takes seconds may take on a busy machine.
	soon = 5 * time.Minute
	// tick is how often a test looks.
	tick = 20 * time.Millisecond
)

// stack is a user's stack.
type stack struct {
	*account
	name string
}

// deploy creates a user's stack, waits until it is complete, and deletes it with
// the test. Without a text for it, the plan is the Plan's.
func (a *account) deploy(t testing.TB, template string, parameters ...string) *stack {
	t.Helper()
	s := a.create(t, template, parameters...)
	s.rests(t, cloudformationtypes.StackStatusCreateComplete)
	return s
}

// create is deploy without the wait.
func (a *account) create(t testing.TB, template string, parameters ...string) *stack {
	t.Helper()
	s := &stack{a, "s" + strings.ReplaceAll(uuid.NewString(), "-", "")[:10]}
	_, err := a.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{
		StackName: &s.name, TemplateBody: &template, Parameters: values(parameters),
		Capabilities: []cloudformationtypes.Capability{cloudformationtypes.CapabilityCapabilityAutoExpand, cloudformationtypes.CapabilityCapabilityIam},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			s.explain(t)
		}
	})
	return s
}

// values are parameters given as "Name=value".
func values(given []string) (all []cloudformationtypes.Parameter) {
	for _, parameter := range given {
		name, value, _ := strings.Cut(parameter, "=")
		all = append(all, cloudformationtypes.Parameter{ParameterKey: &name, ParameterValue: &value})
	}
	return all
}

// update updates the stack and waits until that is complete.
func (s *stack) update(t testing.TB, template string, parameters ...string) {
	t.Helper()
	_, err := s.stacks.UpdateStack(t.Context(), &cloudformation.UpdateStackInput{
		StackName: &s.name, TemplateBody: &template, Parameters: values(parameters),
		Capabilities: []cloudformationtypes.Capability{cloudformationtypes.CapabilityCapabilityAutoExpand, cloudformationtypes.CapabilityCapabilityIam},
	})
	require.NoError(t, err)
	s.rests(t, cloudformationtypes.StackStatusUpdateComplete)
}

// remove deletes the stack and waits until it is gone.
func (s *stack) remove(t testing.TB) {
	t.Helper()
	_, err := s.stacks.DeleteStack(t.Context(), &cloudformation.DeleteStackInput{StackName: &s.name})
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		found, err := s.stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &s.name})
		return err != nil || len(found.Stacks) == 0 || found.Stacks[0].StackStatus == cloudformationtypes.StackStatusDeleteComplete
	}, soon, tick, "the stack is not deleted")
}

// rests waits until the stack has a status.
func (s *stack) rests(t testing.TB, status cloudformationtypes.StackStatus) {
	t.Helper()
	var last cloudformationtypes.StackStatus
	require.Eventually(t, func() bool {
		found, err := s.stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: &s.name})
		if err != nil || len(found.Stacks) == 0 {
			return false
		}
		last = found.Stacks[0].StackStatus
		return !strings.HasSuffix(string(last), "_IN_PROGRESS")
	}, soon, tick, "the stack does not come to rest")
	require.Equal(t, status, last, "%s", s.reasons(t))
}

// reasons are those of what failed in the stack.
func (s *stack) reasons(t testing.TB) string {
	t.Helper()
	found, err := s.stacks.DescribeStackEvents(t.Context(), &cloudformation.DescribeStackEventsInput{StackName: &s.name})
	require.NoError(t, err)
	var all []string
	for _, event := range found.StackEvents {
		if strings.HasSuffix(string(event.ResourceStatus), "_FAILED") {
			all = append(all, aws.ToString(event.ResourceStatusReason))
		}
	}
	return strings.Join(all, "\n")
}

// explain logs what there is to say of a test that failed.
func (s *stack) explain(t testing.TB) {
	t.Helper()
	if events, err := s.stacks.DescribeStackEvents(context.WithoutCancel(t.Context()), &cloudformation.DescribeStackEventsInput{StackName: &s.name}); err == nil {
		for _, event := range events.StackEvents {
			t.Logf("%s %s %s: %s", event.Timestamp, aws.ToString(event.LogicalResourceId), event.ResourceStatus, aws.ToString(event.ResourceStatusReason))
		}
	}
	for name, log := range s.logs {
		for line := range strings.Lines(log.String()) {
			if strings.Contains(line, s.name) {
				t.Logf("%s: %s", name, strings.TrimSpace(line))
			}
		}
	}
	for _, task := range s.ecsFake.AllTasks() {
		if strings.Contains(task.Group, s.name) {
			t.Logf("task %s (%s, %s %s):\n%s", task.TaskArn, task.LastStatus, task.StopCode, task.StoppedReason, s.ecsFake.Log(task.TaskArn))
		}
	}
}

// group is the ECS group of a Runner's tasks.
func (s *stack) group(runner string) string { return "attini-runner:" + s.name + "-" + runner }

// runnerTasks are all tasks that a Runner ever had.
func (s *stack) runnerTasks(runner string) []fakeecs.Task { return s.ecsFake.Tasks(s.group(runner)) }

// plan is the ARN of the plan's state machine.
func (s *stack) plan(t testing.TB) string {
	t.Helper()
	found, err := s.stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: &s.name})
	require.NoError(t, err)
	for _, resource := range found.StackResources {
		if aws.ToString(resource.ResourceType) == "AWS::StepFunctions::StateMachine" {
			return aws.ToString(resource.PhysicalResourceId)
		}
	}
	require.Fail(t, "the stack has no state machine")
	return ""
}

// physical is the physical id of one of the stack's resources.
func (s *stack) physical(t testing.TB, logical string) string {
	t.Helper()
	found, err := s.stacks.DescribeStackResources(t.Context(), &cloudformation.DescribeStackResourcesInput{StackName: &s.name, LogicalResourceId: &logical})
	require.NoError(t, err)
	require.NotEmpty(t, found.StackResources, logical)
	return aws.ToString(found.StackResources[0].PhysicalResourceId)
}

// first is the execution that the deployment has started.
func (s *stack) first(t testing.TB) string {
	t.Helper()
	plan := s.plan(t)
	var execution string
	require.Eventually(t, func() bool {
		found, err := s.states.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &plan})
		if err != nil || len(found.Executions) == 0 {
			return false
		}
		execution = aws.ToString(found.Executions[len(found.Executions)-1].ExecutionArn)
		return true
	}, soon, tick, "the plan does not start")
	return execution
}

// again starts the plan once more, as people do, with the first execution's
// input.
func (s *stack) again(t testing.TB, first string) string {
	t.Helper()
	known, err := s.states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &first})
	require.NoError(t, err)
	started, err := s.states.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: known.StateMachineArn, Input: known.Input})
	require.NoError(t, err)
	return aws.ToString(started.ExecutionArn)
}

// ended waits for the end of an execution.
func (s *stack) ended(t testing.TB, execution string) *sfn.DescribeExecutionOutput {
	t.Helper()
	return s.endedWithin(t, execution, soon)
}

func (s *stack) endedWithin(t testing.TB, execution string, limit time.Duration) *sfn.DescribeExecutionOutput {
	t.Helper()
	var last *sfn.DescribeExecutionOutput
	require.Eventually(t, func() bool {
		found, err := s.states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		last = found
		return err == nil && found.Status != types.ExecutionStatusRunning
	}, limit, tick, "the plan does not end")
	return last
}

// output is what an execution that succeeds ends with.
func (s *stack) output(t testing.TB, execution string) map[string]any {
	t.Helper()
	var payload map[string]any
	require.NoError(t, json.Unmarshal([]byte(s.succeeds(t, execution)), &payload))
	return payload
}

// succeeds waits until an execution has succeeded, and returns its output.
func (s *stack) succeeds(t testing.TB, execution string) string {
	t.Helper()
	end := s.ended(t, execution)
	require.Equal(t, types.ExecutionStatusSucceeded, end.Status, "%s: %s", aws.ToString(end.Error), aws.ToString(end.Cause))
	return aws.ToString(end.Output)
}

// failure is the error of an execution that fails.
func (s *stack) failure(t testing.TB, execution string) (name, cause string) {
	t.Helper()
	return s.failureWithin(t, execution, soon)
}

func (s *stack) failureWithin(t testing.TB, execution string, limit time.Duration) (name, cause string) {
	t.Helper()
	end := s.endedWithin(t, execution, limit)
	require.Equal(t, types.ExecutionStatusFailed, end.Status)
	return aws.ToString(end.Error), aws.ToString(end.Cause)
}

// runs waits until a task of the Runner is there that runs, and returns it.
func (s *stack) runs(t testing.TB, runner string) fakeecs.Task {
	t.Helper()
	var found fakeecs.Task
	require.Eventually(t, func() bool {
		for _, task := range s.runnerTasks(runner) {
			if task.LastStatus == "RUNNING" && task.DesiredStatus == "RUNNING" {
				found = task
				return true
			}
		}
		return false
	}, soon, tick, "the runner has no task")
	return found
}

// outputOf is what a step's job has put into the payload.
func outputOf(t testing.TB, payload map[string]any, step string) any {
	t.Helper()
	outputs, _ := payload["output"].(map[string]any)
	assert.Contains(t, outputs, step)
	return outputs[step]
}

// executions are all of the plan.
func (s *stack) executions(t testing.TB) (all []string) {
	t.Helper()
	plan := s.plan(t)
	found, err := s.states.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &plan})
	require.NoError(t, err)
	for _, execution := range found.Executions {
		all = append(all, aws.ToString(execution.ExecutionArn))
	}
	return all
}

// called starts a plan that is onCall.
func (s *stack) called(t testing.TB) string {
	t.Helper()
	return s.calledWith(t, true)
}

func (s *stack) calledWith(t testing.TB, value any) string {
	t.Helper()
	known, err := s.states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: aws.String(s.first(t))})
	if !assert.NoError(t, err) {
		return ""
	}
	var input map[string]any
	assert.NoError(t, json.Unmarshal([]byte(aws.ToString(known.Input)), &input))
	input["go"] = value
	text, err := json.Marshal(input)
	assert.NoError(t, err)
	started, err := s.states.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: known.StateMachineArn, Input: aws.String(string(text))})
	if !assert.NoError(t, err) {
		return ""
	}
	return aws.ToString(started.ExecutionArn)
}

// withStatus are the executions that have a status.
func (s *stack) withStatus(t testing.TB, executions []string, status types.ExecutionStatus) (found []string) {
	t.Helper()
	for _, execution := range executions {
		known, err := s.states.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		require.NoError(t, err)
		if known.Status == status {
			found = append(found, execution)
		}
	}
	return found
}
