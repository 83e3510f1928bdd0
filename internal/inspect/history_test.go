package inspect

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	ecstypes "github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorded is an execution's history, in its order.
type recorded struct {
	h    history
	next int64
}

func (r *recorded) event(previous int64, kind types.HistoryEventType, fill func(*types.HistoryEvent)) int64 {
	if r.h.events == nil {
		r.h = history{events: map[int64]types.HistoryEvent{}, followed: map[int64]bool{}}
	}
	r.next++
	e := types.HistoryEvent{Id: r.next, PreviousEventId: previous, Type: kind, Timestamp: aws.Time(time.Unix(r.next, 0))}
	if fill != nil {
		fill(&e)
	}
	r.h.add(e)
	return r.next
}

func (r *recorded) enter(previous int64, name string) int64 {
	return r.event(previous, types.HistoryEventTypeTaskStateEntered, func(e *types.HistoryEvent) {
		e.StateEnteredEventDetails = &types.StateEnteredEventDetails{Name: &name}
	})
}

// job schedules and submits a job, and returns the last event.
func (r *recorded) job(previous int64, config string) int64 {
	scheduled := r.event(previous, types.HistoryEventTypeTaskScheduled, func(e *types.HistoryEvent) {
		e.TaskScheduledEventDetails = &types.TaskScheduledEventDetails{Parameters: aws.String(`{"FunctionName":"f","Payload":{"RunnerConfig":` + config + `,"input":{"secret":"x"}}}`)}
	})
	return r.event(r.event(scheduled, types.HistoryEventTypeTaskStarted, nil), types.HistoryEventTypeTaskSubmitted, nil)
}

func (r *recorded) fail(previous int64, code, cause string) int64 {
	return r.event(previous, types.HistoryEventTypeTaskFailed, func(e *types.HistoryEvent) {
		e.TaskFailedEventDetails = &types.TaskFailedEventDetails{Error: &code, Cause: &cause}
	})
}

// TestWaitingSteps of two branches: one is retried, one has ended.
func TestWaitingSteps(t *testing.T) {
	t.Parallel()
	r := &recorded{}
	start := r.event(0, types.HistoryEventTypeExecutionStarted, nil)
	first := r.job(r.enter(start, "Build"), `"shop/Runner/v1-1/Runner.AccessDenied"`)
	again := r.job(r.fail(first, "RuntimeError", "the task ended"), `"shop/Runner/v1-1"`)
	done := r.job(r.enter(start, "Lint"), `{"Runner":"Old","ConfigurationId":"v1-2","StackName":"shop"}`)
	r.event(done, types.HistoryEventTypeTaskStateExited, nil)
	r.event(start, types.HistoryEventTypeWaitStateEntered, func(e *types.HistoryEvent) {
		e.StateEnteredEventDetails = &types.StateEnteredEventDetails{Name: aws.String("Pause")}
	})

	steps, failures := r.h.waiting()
	require.Len(t, steps, 2)
	assert.Equal(t, "Build", steps[0].Name)
	assert.Equal(t, "Runner", steps[0].Runner)
	assert.Equal(t, "shop", steps[0].stack)
	assert.Equal(t, "v1-1", steps[0].configuration)
	assert.Equal(t, 1, steps[0].Retries)
	assert.Equal(t, time.Unix(again, 0), steps[0].Since)
	assert.Equal(t, "Pause", steps[1].Name)
	assert.Empty(t, steps[1].Runner)
	require.Len(t, failures, 1)
	assert.Equal(t, "RuntimeError", failures[0].Code)
	assert.Equal(t, "step Build", failures[0].About)
}

// TestFailures are those that ended the execution: a caught one is none.
func TestFailures(t *testing.T) {
	t.Parallel()
	r := &recorded{}
	start := r.event(0, types.HistoryEventTypeExecutionStarted, nil)
	caught := r.fail(r.job(r.enter(start, "Try"), `"shop/R/v1-1"`), "ScriptExecutionError", "caught")
	next := r.enter(r.event(caught, types.HistoryEventTypeTaskStateExited, nil), "Deploy")
	failed := r.fail(r.job(next, `"shop/R/v1-1"`), "TaskFailedToStart", "no capacity")
	r.event(failed, types.HistoryEventTypeExecutionFailed, func(e *types.HistoryEvent) {
		e.ExecutionFailedEventDetails = &types.ExecutionFailedEventDetails{Error: aws.String("TaskFailedToStart"), Cause: aws.String("no capacity")}
	})
	failures := r.h.failures()
	require.Len(t, failures, 1)
	assert.Equal(t, "TaskFailedToStart", failures[0].Code)
	assert.Equal(t, "step Deploy", failures[0].About)
}

// TestRunnerOf reads what plans of today and before send.
func TestRunnerOf(t *testing.T) {
	t.Parallel()
	for parameters, want := range map[string][3]string{
		`{"Payload":{"RunnerConfig":"s/R/v1-1"}}`:                                              {"s", "R", "v1-1"},
		`{"Payload":{"RunnerConfig":"s/R/v1-1/A B"}}`:                                          {"s", "R", "v1-1"},
		`{"Payload":{"RunnerConfig":{"StackName":"s","Runner":"R","ConfigurationId":"none"}}}`: {"s", "R", "none"},
		`{"Payload":{"RunnerConfig":"s/R/v1-2.0a1b"}}`:                                         {"s", "R", "v1-2"},
		`{"Payload":{"other":1}}`:                                                              {}, `no JSON`: {}, `{"Payload":{"RunnerConfig":"x"}}`: {}, `{"Payload":"text"}`: {},
	} {
		stack, runner, id := runnerOf(parameters)
		assert.Equal(t, want, [3]string{stack, runner, id}, parameters)
	}
}

// TestBlocked judges how packets leave a subnet.
func TestBlocked(t *testing.T) {
	t.Parallel()
	all := []string{"ecr.api", "ecr.dkr", "s3", "logs", "sqs", "states", "dynamodb"}
	hosts := append([]string{"ecs", "ecs-agent", "ecs-telemetry", "ec2"}, all...)
	for name, c := range map[string]struct {
		w              way
		public, onHost bool
		says           string
	}{
		"internet gateway and address":    {w: way{target: "igw-1"}, public: true},
		"internet gateway and no address": {w: way{target: "igw-1"}, says: "no public address"},
		"NAT gateway":                     {w: way{target: "nat-1"}},
		"NAT gateway deleted":             {w: way{target: "nat-1", blackhole: true}, says: "blackhole"},
		"transit gateway: unknown":        {w: way{target: "tgw-1"}},
		"closed":                          {says: "no endpoint for ecr.api, ecr.dkr, s3"},
		"all endpoints":                   {w: way{endpoints: all}},
		"no gateway endpoint of S3":       {w: way{endpoints: append([]string{"ecr.api", "ecr.dkr", "logs", "sqs", "states"}, "dynamodb")}, says: "no endpoint for s3"},
		"endpoints without those of ECS":  {w: way{endpoints: all}, onHost: true, says: "ecs, ecs-agent, ecs-telemetry, ec2"},
		"all endpoints of hosts":          {w: way{endpoints: hosts}, onHost: true},
	} {
		got := c.w.blocked(c.public, c.onHost)
		if c.says == "" {
			assert.Empty(t, got, name)
		} else {
			assert.Contains(t, got, c.says, name)
		}
	}
}

func TestQueueARN(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "arn:aws:sqs:eu-west-1:111122223333:q.fifo", queueARN("https://sqs.eu-west-1.amazonaws.com/111122223333/q.fifo", "arn:aws:iam::1:role/r"))
	assert.Equal(t, "*", queueARN("http://localhost:1", "arn:aws:iam::1:role/r"))
	assert.Equal(t, "arn:aws:states:eu-west-1:1:stateMachine:plan", planOf("arn:aws:states:eu-west-1:1:execution:plan:x"))
	assert.False(t, isExecution("arn:aws:cloudformation:eu-west-1:1:stack/x/1"))
}

// TestIsSuperseded: an older execution whose jobs agents drop. One that a person started
// after the deployment is none.
func TestIsSuperseded(t *testing.T) {
	t.Parallel()
	const plan = "arn:aws:states:eu-west-1:1:stateMachine:plan"
	const first, second = "arn:aws:states:eu-west-1:1:execution:plan:1", "arn:aws:states:eu-west-1:1:execution:plan:2"
	deployed := time.UnixMilli(1_700_000_000_000)
	item := runnerItem{
		"executionArns":   &dynamodbtypes.AttributeValueMemberM{Value: map[string]dynamodbtypes.AttributeValue{plan: &dynamodbtypes.AttributeValueMemberS{Value: second}}},
		"deploymentTimes": &dynamodbtypes.AttributeValueMemberM{Value: map[string]dynamodbtypes.AttributeValue{plan: &dynamodbtypes.AttributeValueMemberN{Value: "1700000000000"}}},
	}
	assert.True(t, isSuperseded(item, first, deployed.Add(-time.Hour)))
	assert.False(t, isSuperseded(item, first, deployed.Add(time.Hour)), "started by hand, after the deployment")
	assert.False(t, isSuperseded(item, second, deployed.Add(time.Second)))
	assert.False(t, isSuperseded(nil, first, deployed.Add(-time.Hour)), "unknown")
}

// TestOwnLine: jobs' lines say nothing of the runner, and the agent's only if it warns.
func TestOwnLine(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"exec /bin/sh: exec format error":                                     "exec /bin/sh: exec format error",
		"attini-bootstrap: curl is missing":                                   "attini-bootstrap: curl is missing",
		"Build | AGENT: no space left on device":                              "",
		`{"level":"INFO","msg":"the agent has started"}`:                      "",
		`{"level":"ERROR","msg":"cannot receive","error":"AccessDenied: no"}`: "cannot receive: AccessDenied: no",
	} {
		assert.Equal(t, want, ownLine(line), line)
	}
	c := ecstypes.ContainerDefinition{Name: aws.String("runner"), LogConfiguration: &ecstypes.LogConfiguration{LogDriver: ecstypes.LogDriverAwslogs, Options: map[string]string{"awslogs-group": "g", "awslogs-stream-prefix": "logs"}}}
	group, stream := logStream(c, "arn:aws:ecs:r:1:task/c/id")
	assert.Equal(t, "g logs/runner/id", group+" "+stream)
	_, stream = logStream(ecstypes.ContainerDefinition{}, "arn:aws:ecs:r:1:task/c/id")
	assert.Empty(t, stream)
}
