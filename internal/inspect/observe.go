package inspect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"github.com/attini-go/runner/internal/doctor"
)

// callTimeout bounds each question, so that one service without an answer does not hide
// what the others say.
const callTimeout = 30 * time.Second

// observation collects what is known; what was not answered is noted, and no error.
type observation struct {
	*Account
	doctor.Observations
	stackFacts stack
	// troubled means that something waits or failed; a runner's past counts only then.
	troubled bool
	since    time.Time
}

// Observe reads everything about a stack, or about one execution of its plan. target is
// a stack's name or ARN, an execution's ARN, or "" for the installation alone. It
// returns an error only if the target does not exist or cannot be read.
func (a *Account) Observe(ctx context.Context, target string, now time.Time) (doctor.Observations, error) {
	o := &observation{Account: a, Observations: doctor.Observations{Now: now, Region: a.region, Stack: target}}
	o.try(ctx, "the installation", o.installation)
	if target == "" {
		return o.Observations, nil
	}
	execution := ""
	if isExecution(target) {
		execution = target
		name, err := a.stackOfExecution(ctx, execution)
		if err != nil {
			return o.Observations, err
		}
		target = name
	}
	s, err := a.stack(ctx, target)
	if err != nil {
		return o.Observations, err
	}
	o.stackFacts, o.Stack = s, s.name
	if s.isTroubled() {
		o.troubled = true
		o.try(ctx, "the stack's events", func(ctx context.Context) error {
			failures, err := a.failures(ctx, s)
			o.Statements = append(o.Statements, failures...)
			return err
		})
	}
	var steps []waitingStep
	o.try(ctx, "the execution", func(ctx context.Context) error {
		steps, err = o.execution(ctx, execution)
		return err
	})
	for _, name := range s.runners {
		o.try(ctx, "runner "+name, func(ctx context.Context) error {
			runner, err := o.runner(ctx, name, steps)
			o.Runners = append(o.Runners, runner)
			return err
		})
	}
	if ctx.Err() != nil {
		return o.Observations, context.Cause(ctx)
	}
	return o.Observations, nil
}

// stackOfExecution is the name of the stack whose plan an execution is of.
func (a *Account) stackOfExecution(ctx context.Context, execution string) (string, error) {
	found, err := a.plans.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil {
		return "", asked(ctx, "states:DescribeExecution", err)
	}
	if o, err := originOf(aws.ToString(found.Input)); err == nil && o.StackName != "" {
		return o.StackName, nil
	}
	name, err := a.stackOf(ctx, planOf(execution))
	if err == nil && name == "" {
		err = fmt.Errorf("no stack has the state machine of %s", execution)
	}
	return name, err
}

// try asks one question within its time.
func (o *observation) try(ctx context.Context, about string, ask func(context.Context) error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, fmt.Errorf("no answer within %s", callTimeout))
	defer cancel()
	if err := ask(ctx); err != nil {
		o.Unread = append(o.Unread, about+": "+err.Error())
	}
}

func isExecution(target string) bool {
	parts := strings.Split(target, ":")
	return len(parts) >= 8 && parts[2] == "states" && parts[5] == "execution"
}

// planOf is the ARN of an execution's state machine.
func planOf(execution string) string {
	parts := strings.Split(execution, ":")
	parts[5] = "stateMachine"
	return strings.Join(parts[:7], ":")
}

// execution reads an execution, the newest one if it is not named, and the steps that
// wait in it.
func (o *observation) execution(ctx context.Context, arn string) ([]waitingStep, error) {
	newest, err := o.newest(ctx)
	if err != nil {
		return nil, err
	}
	if arn == "" {
		arn = newest
	}
	if arn == "" {
		o.Execution.Expected = len(o.stackFacts.plans) > 0 && strings.HasSuffix(string(o.stackFacts.status), "E_COMPLETE") && !strings.Contains(string(o.stackFacts.status), "ROLLBACK")
		o.troubled = o.troubled || o.Execution.Expected
		return nil, nil
	}
	found, err := o.plans.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		return nil, asked(ctx, "states:DescribeExecution", err)
	}
	o.Execution = doctor.Execution{ARN: arn, Status: string(found.Status)}
	o.since = aws.ToTime(found.StartDate)
	if found.Status == types.ExecutionStatusSucceeded {
		return nil, nil
	}
	if o.Execution.Superseded, err = o.superseded(ctx, arn, aws.ToString(found.Input), o.since); err != nil {
		return nil, err
	}
	h, err := o.history(ctx, arn)
	if err != nil {
		return nil, err
	}
	if found.Status != types.ExecutionStatusRunning {
		o.troubled = true
		o.Statements = append(o.Statements, h.failures()...)
		return nil, nil
	}
	steps, failures := h.waiting()
	o.Statements = append(o.Statements, failures...)
	for _, step := range steps {
		if step.stack != "" && step.stack != o.Stack {
			step.Runner = step.stack + "/" + step.Runner // of another stack, which shares it
		}
		o.Execution.Waiting = append(o.Execution.Waiting, step.Step)
	}
	o.troubled = o.troubled || len(steps) > 0
	return steps, nil
}

// newest is the newest execution of the stack's plans; "" if there is none.
func (o *observation) newest(ctx context.Context) (string, error) {
	newest, started := "", time.Time{}
	for _, plan := range o.stackFacts.plans {
		page, err := o.plans.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &plan, MaxResults: 1})
		if err != nil {
			return "", asked(ctx, "states:ListExecutions", err)
		}
		for _, e := range page.Executions {
			if aws.ToTime(e.StartDate).After(started) {
				newest, started = aws.ToString(e.ExecutionArn), aws.ToTime(e.StartDate)
			}
		}
	}
	return newest, nil
}

// runner reads all about a runner. It returns what it has read, also with an error.
func (o *observation) runner(ctx context.Context, name string, steps []waitingStep) (doctor.Runner, error) {
	resource := o.stackFacts.name + "-" + name
	r := doctor.Runner{Name: name}
	queue := o.stackFacts.resources[queuePrefix+name]
	var errs []error
	if queue != "" {
		q, err := o.queue(ctx, queue, o.stackFacts.resources[deadPrefix+name])
		r.Queue, errs = &q, append(errs, err)
	}
	state, err := o.item(ctx, resource)
	if err != nil {
		return r, errors.Join(append(errs, err)...)
	}
	if state == nil {
		r.Missing = true
		return r, errors.Join(errs...)
	}
	for _, step := range steps {
		if step.Runner != name || step.stack != o.stackFacts.name || step.configuration == "" || step.configuration == "none" || r.MissingConfiguration != "" {
			continue
		}
		known, err := o.hasConfiguration(ctx, resource, step.configuration)
		if errs = append(errs, err); err == nil && !known {
			r.MissingConfiguration = step.configuration
		}
	}
	state.fill(&r)
	r.Claims, err = o.claims(ctx, resource)
	errs = append(errs, err)
	errs = append(errs, o.readTasks(ctx, &r, resource, *state), o.readHost(ctx, &r, *state))
	if o.troubled {
		errs = append(errs, o.readNetwork(ctx, &r, *state), o.readGroups(ctx, &r, *state), o.readDefinition(ctx, &r, *state, queue))
	}
	return r, errors.Join(slices.DeleteFunc(errs, func(err error) bool { return err == nil })...)
}
