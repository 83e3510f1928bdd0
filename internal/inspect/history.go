package inspect

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/planlog"
)

// history is an execution's events by their ids.
type history struct {
	events map[int64]types.HistoryEvent
	// followed are the events that another follows.
	followed map[int64]bool
}

// waitingStep is a step without an answer, with the configuration of its job.
type waitingStep struct {
	doctor.Step
	stack, configuration string
}

// history reads the newest events of an execution.
func (a *Account) history(ctx context.Context, arn string) (history, error) {
	h := history{events: map[int64]types.HistoryEvent{}, followed: map[int64]bool{}}
	pages := sfn.NewGetExecutionHistoryPaginator(a.plans.GetExecutionHistory, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, ReverseOrder: true, MaxResults: 1000, IncludeExecutionData: aws.Bool(true)})
	for pages.HasMorePages() && len(h.events) < maxEvents {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return h, asked(ctx, "states:GetExecutionHistory", err)
		}
		for _, event := range page.Events {
			h.add(event)
		}
	}
	return h, nil
}

func (h history) add(event types.HistoryEvent) {
	h.events[event.Id] = event
	h.followed[event.PreviousEventId] = true
}

// ends are the events that no other follows, in their order: one for each branch.
func (h history) ends() []types.HistoryEvent {
	var ends []types.HistoryEvent
	for id, event := range h.events {
		if !h.followed[id] {
			ends = append(ends, event)
		}
	}
	slices.SortFunc(ends, func(a, b types.HistoryEvent) int { return int(a.Id - b.Id) })
	return ends
}

// back walks from an event to the one that entered its state, newest first.
func (h history) back(event types.HistoryEvent) (chain []types.HistoryEvent, state string) {
	for {
		chain = append(chain, event)
		if event.StateEnteredEventDetails != nil {
			return chain, aws.ToString(event.StateEnteredEventDetails.Name)
		}
		previous, known := h.events[event.PreviousEventId]
		if !known {
			return chain, ""
		}
		event = previous
	}
}

// waiting are the steps that wait for an answer, and the failures of attempts before.
func (h history) waiting() (steps []waitingStep, failures []doctor.Statement) {
	for _, end := range h.ends() {
		switch end.Type {
		case types.HistoryEventTypeTaskSubmitted, types.HistoryEventTypeTaskStarted, types.HistoryEventTypeTaskScheduled, types.HistoryEventTypeTaskFailed, types.HistoryEventTypeTaskTimedOut,
			types.HistoryEventTypeWaitStateEntered, types.HistoryEventTypeActivityScheduled, types.HistoryEventTypeActivityStarted, types.HistoryEventTypeMapRunStarted:
		default:
			continue
		}
		chain, state := h.back(end)
		step := waitingStep{Step: doctor.Step{Name: state, Since: aws.ToTime(end.Timestamp)}}
		for _, event := range chain {
			if d := event.TaskScheduledEventDetails; d != nil && step.Runner == "" {
				step.stack, step.Runner, step.configuration = runnerOf(aws.ToString(d.Parameters))
			}
			if failure, failed := failureOf(event, state); failed {
				step.Retries++
				failures = append(failures, failure)
			}
		}
		steps = append(steps, step)
	}
	return steps, failures
}

// failures are what ended a failed execution: the failures on the way to its last event.
// A failure that the plan caught is none.
func (h history) failures() []doctor.Statement {
	ends := h.ends()
	if len(ends) == 0 {
		return nil
	}
	last := ends[len(ends)-1]
	var all []doctor.Statement
	chain, state := h.back(last)
	for _, event := range chain {
		if failure, failed := failureOf(event, state); failed && event.ExecutionFailedEventDetails == nil {
			all = append(all, failure)
		}
	}
	if failure, failed := failureOf(last, "the execution"); failed && len(all) == 0 {
		all = append(all, failure)
	}
	return all
}

func failureOf(event types.HistoryEvent, state string) (doctor.Statement, bool) {
	var code, cause *string
	switch {
	case event.TaskFailedEventDetails != nil:
		code, cause = event.TaskFailedEventDetails.Error, event.TaskFailedEventDetails.Cause
	case event.TaskTimedOutEventDetails != nil:
		code, cause = event.TaskTimedOutEventDetails.Error, event.TaskTimedOutEventDetails.Cause
	case event.TaskSubmitFailedEventDetails != nil:
		code, cause = event.TaskSubmitFailedEventDetails.Error, event.TaskSubmitFailedEventDetails.Cause
	case event.TaskStartFailedEventDetails != nil:
		code, cause = event.TaskStartFailedEventDetails.Error, event.TaskStartFailedEventDetails.Cause
	case event.LambdaFunctionFailedEventDetails != nil:
		code, cause = event.LambdaFunctionFailedEventDetails.Error, event.LambdaFunctionFailedEventDetails.Cause
	case event.ExecutionFailedEventDetails != nil:
		code, cause = event.ExecutionFailedEventDetails.Error, event.ExecutionFailedEventDetails.Cause
	case event.ExecutionTimedOutEventDetails != nil:
		code, cause = event.ExecutionTimedOutEventDetails.Error, event.ExecutionTimedOutEventDetails.Cause
	default:
		return doctor.Statement{}, false
	}
	return doctor.Statement{By: doctor.SourceExecution, About: "step " + state, Code: aws.ToString(code), Text: aws.ToString(cause), At: aws.ToTime(event.Timestamp)}, true
}

// runnerOf reads stack, runner and configuration id out of the request that a step makes
// of the launcher; "" if the task is no job. Plans that were deployed before have an
// object in place of the text.
func runnerOf(parameters string) (stack, runner, id string) {
	var request struct {
		Payload struct{ RunnerConfig json.RawMessage }
	}
	if json.Unmarshal([]byte(parameters), &request) != nil {
		return "", "", ""
	}
	var text string
	if json.Unmarshal(request.Payload.RunnerConfig, &text) == nil {
		parts := strings.SplitN(text, "/", 4)
		if len(parts) < 3 {
			return "", "", ""
		}
		return parts[0], parts[1], configurationOf(parts[2])
	}
	var old struct{ StackName, Runner, ConfigurationId string } //nolint:revive,staticcheck // the names of the request
	if json.Unmarshal(request.Payload.RunnerConfig, &old) != nil {
		return "", "", ""
	}
	return old.StackName, old.Runner, configurationOf(old.ConfigurationId)
}

// configurationOf leaves out what proves that the plan got the id: nobody else needs to
// see it.
func configurationOf(sent string) string {
	id, _ := configuration.SplitCapability(sent)
	return id
}

// Runs are the newest executions of a stack's plans, newest first, at most limit.
func (a *Account) Runs(ctx context.Context, stackName string, limit int) ([]planlog.Run, error) {
	s, err := a.stack(ctx, stackName)
	if err != nil {
		return nil, err
	}
	runs := []planlog.Run{}
	for _, plan := range s.plans {
		found := 0
		for pages := sfn.NewListExecutionsPaginator(a.plans.ListExecutions, &sfn.ListExecutionsInput{StateMachineArn: &plan, MaxResults: int32(min(limit, 1000))}); pages.HasMorePages() && found < limit; {
			page, err := pages.NextPage(ctx)
			if err != nil {
				return nil, asked(ctx, "states:ListExecutions", err)
			}
			for _, e := range page.Executions {
				found++
				runs = append(runs, planlog.Run{ARN: aws.ToString(e.ExecutionArn), Name: aws.ToString(e.Name), Status: string(e.Status), Started: aws.ToTime(e.StartDate), Stopped: e.StopDate})
			}
		}
	}
	slices.SortStableFunc(runs, func(a, b planlog.Run) int { return b.Started.Compare(a.Started) })
	return runs[:min(limit, len(runs))], nil
}

// Stop stops an execution; cause is shown in its history. The running jobs end within
// seconds: their next heartbeat finds the step ended.
func (a *Account) Stop(ctx context.Context, execution, cause string) error {
	if _, err := a.plans.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &execution, Error: aws.String("Stopped"), Cause: &cause}); err != nil {
		return asked(ctx, "states:StopExecution", err)
	}
	return nil
}
