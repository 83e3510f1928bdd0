package aws

import (
	"context"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/internal/history"
)

// Executions reads executions of plans, and the logs of their jobs. It holds calls and
// no clients, as Account does, and is safe for concurrent use.
type Executions struct {
	history    getExecutionHistory
	definition describeStateMachineForExecution
	objects    *objectReader
}

// The calls.
type (
	getExecutionHistory              func(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
	describeStateMachineForExecution func(context.Context, *sfn.DescribeStateMachineForExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeStateMachineForExecutionOutput, error)
)

// GetExecutionHistory lets the SDK's paginator use the call.
func (g getExecutionHistory) GetExecutionHistory(ctx context.Context, in *sfn.GetExecutionHistoryInput, o ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	return g(ctx, in, o...)
}

// NewExecutions returns the Executions of an account and region.
func NewExecutions(config aws.Config) *Executions {
	states := sfn.NewFromConfig(config)
	return &Executions{history: states.GetExecutionHistory, definition: states.DescribeStateMachineForExecution, objects: newObjectReader(config)}
}

// Records is the history of an execution.
func (e *Executions) Records(ctx context.Context, executionARN string) ([]history.Record, error) {
	pages := sfn.NewGetExecutionHistoryPaginator(e.history, &sfn.GetExecutionHistoryInput{ExecutionArn: &executionARN, MaxResults: 1000, IncludeExecutionData: aws.Bool(true)})
	var records []history.Record
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain(ctx, "read the history of "+executionARN, "states:GetExecutionHistory", err)
		}
		for _, event := range page.Events {
			records = append(records, recordOf(event))
		}
	}
	return records, nil
}

// Definition is the definition that an execution ran with, and the name of its state
// machine.
func (e *Executions) Definition(ctx context.Context, executionARN string) (definition []byte, name string, err error) {
	described, err := e.definition(ctx, &sfn.DescribeStateMachineForExecutionInput{ExecutionArn: &executionARN})
	if err != nil {
		return nil, "", explain(ctx, "read the definition of "+executionARN, "states:DescribeStateMachineForExecution", err)
	}
	return []byte(aws.ToString(described.Definition)), aws.ToString(described.Name), nil
}

// Log opens an object with the log of a job; nil if there is none, since the job printed
// nothing.
func (e *Executions) Log(ctx context.Context, bucket, key string) (io.ReadCloser, error) {
	return e.objects.open(ctx, bucket, key)
}

// recordOf takes what a run needs of an event. Only one of its details is there.
func recordOf(event types.HistoryEvent) history.Record {
	r := history.Record{ID: event.Id, Previous: event.PreviousEventId, Time: aws.ToTime(event.Timestamp), Type: string(event.Type)}
	set := func(into *string, value *string) {
		if value != nil {
			*into = *value
		}
	}
	if d := event.ExecutionStartedEventDetails; d != nil {
		set(&r.Input, d.Input)
	}
	if d := event.ExecutionSucceededEventDetails; d != nil {
		set(&r.Output, d.Output)
	}
	if d := event.StateEnteredEventDetails; d != nil {
		set(&r.Name, d.Name)
		set(&r.Input, d.Input)
	}
	if d := event.StateExitedEventDetails; d != nil {
		set(&r.Name, d.Name)
		set(&r.Output, d.Output)
	}
	for _, d := range []*types.MapIterationEventDetails{
		event.MapIterationStartedEventDetails, event.MapIterationSucceededEventDetails, event.MapIterationFailedEventDetails, event.MapIterationAbortedEventDetails,
	} {
		if d != nil {
			r.Index = int(d.Index)
			set(&r.Name, d.Name)
		}
	}
	name, cause := errorOf(event)
	set(&r.Error, name)
	set(&r.Cause, cause)
	return r
}

// errorOf is the error of an event that has one.
func errorOf(e types.HistoryEvent) (name, cause *string) {
	switch {
	case e.TaskFailedEventDetails != nil:
		return e.TaskFailedEventDetails.Error, e.TaskFailedEventDetails.Cause
	case e.TaskTimedOutEventDetails != nil:
		return e.TaskTimedOutEventDetails.Error, e.TaskTimedOutEventDetails.Cause
	case e.TaskStartFailedEventDetails != nil:
		return e.TaskStartFailedEventDetails.Error, e.TaskStartFailedEventDetails.Cause
	case e.TaskSubmitFailedEventDetails != nil:
		return e.TaskSubmitFailedEventDetails.Error, e.TaskSubmitFailedEventDetails.Cause
	case e.LambdaFunctionFailedEventDetails != nil:
		return e.LambdaFunctionFailedEventDetails.Error, e.LambdaFunctionFailedEventDetails.Cause
	case e.LambdaFunctionTimedOutEventDetails != nil:
		return e.LambdaFunctionTimedOutEventDetails.Error, e.LambdaFunctionTimedOutEventDetails.Cause
	case e.LambdaFunctionScheduleFailedEventDetails != nil:
		return e.LambdaFunctionScheduleFailedEventDetails.Error, e.LambdaFunctionScheduleFailedEventDetails.Cause
	case e.LambdaFunctionStartFailedEventDetails != nil:
		return e.LambdaFunctionStartFailedEventDetails.Error, e.LambdaFunctionStartFailedEventDetails.Cause
	case e.ActivityFailedEventDetails != nil:
		return e.ActivityFailedEventDetails.Error, e.ActivityFailedEventDetails.Cause
	case e.ActivityTimedOutEventDetails != nil:
		return e.ActivityTimedOutEventDetails.Error, e.ActivityTimedOutEventDetails.Cause
	case e.ActivityScheduleFailedEventDetails != nil:
		return e.ActivityScheduleFailedEventDetails.Error, e.ActivityScheduleFailedEventDetails.Cause
	case e.MapRunFailedEventDetails != nil:
		return e.MapRunFailedEventDetails.Error, e.MapRunFailedEventDetails.Cause
	case e.EvaluationFailedEventDetails != nil:
		return e.EvaluationFailedEventDetails.Error, e.EvaluationFailedEventDetails.Cause
	case e.ExecutionFailedEventDetails != nil:
		return e.ExecutionFailedEventDetails.Error, e.ExecutionFailedEventDetails.Cause
	case e.ExecutionTimedOutEventDetails != nil:
		return e.ExecutionTimedOutEventDetails.Error, e.ExecutionTimedOutEventDetails.Cause
	case e.ExecutionAbortedEventDetails != nil:
		return e.ExecutionAbortedEventDetails.Error, e.ExecutionAbortedEventDetails.Cause
	}
	return nil, nil
}
