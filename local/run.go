// Package local runs a deployment plan on one machine without AWS: the
// expanded template's own state machine, interpreted, and its jobs done by the
// real agent code. What CloudFormation, Step Functions, SQS and the launcher
// do in an account is played here, as close to them as it matters to a plan.
package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/attini-go/runner/agent/worker"
	states "github.com/attini-go/runner/asl"
)

// Options are how a deployment is run.
type Options struct {
	// Source is the directory or zip archive that every job gets a private
	// copy of; empty for none.
	Source string
	// Distribution names the distribution when no parameter does.
	Distribution string
	// Input is laid over the payload that the first step gets; empty for none.
	Input json.RawMessage
	// Mocks are the results of steps that call something else than a runner.
	Mocks map[string]json.RawMessage
	// Steps run alone, one after the other, in place of the whole plan.
	Steps []string
	// Shell runs the commands, such as "bash".
	Shell string
	// Environment is what the jobs inherit.
	Environment []string
	// Log takes the jobs' lines as they come.
	Log worker.Log
	// Watch is told of every state that begins; nil for nobody.
	Watch func(states.Event)
	// Logger takes what the agents have to say for themselves.
	Logger *slog.Logger
}

// Result is how a run ended.
type Result struct {
	// Status is Succeeded, Failed or Stopped.
	Status Status `json:"status"`
	// Steps are the states that ran, in the order in which they ended.
	Steps []Step `json:"steps"`
	// Error is why the run failed.
	Error *states.Error `json:"error,omitempty"`
	// Output is the final payload; empty unless the run succeeded.
	Output json.RawMessage `json:"output,omitempty"`
}

// Status is how a run or a step ended, in Step Functions' words.
type Status string

// The ways a run or a step ends.
const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	Caught    Status = "CAUGHT" // failed, and the plan's Catch went on
	Stopped   Status = "STOPPED"
)

// Run runs the plan. It returns when every process that it started is gone.
// The error is about the run's own means; how the plan ended is in Result.
func (d *Deployment) Run(ctx context.Context, o Options) (result Result, err error) {
	source, err := newSource(o.Source)
	if err != nil {
		return Result{}, err
	}
	directory, err := os.MkdirTemp("", "runnerctl-")
	if err != nil {
		return Result{}, fmt.Errorf("make a working directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()

	started := time.Now()
	input, err := d.input(o.Distribution, o.Input, started)
	if err != nil {
		return Result{}, err
	}
	log := newJobLog(o.Log)
	broker := newBroker()
	agents := &fleet{
		deployment: d, options: o, directory: directory, reporter: broker,
		source: source, log: log, logger: o.Logger, queues: map[string]*queue{},
	}
	agents.start = func(run func(context.Context)) { agents.running.Go(func() { run(ctx) }) }

	diary := newDiary(o.Watch)
	output, failure := d.interpret(ctx, input, started, o.Steps, states.Options{
		Tasks:    &watchedTasks{next: &tasks{fleet: agents, broker: broker, mocks: o.Mocks}, log: log, diary: diary},
		Observer: diary,
	})
	agents.close()
	agents.running.Wait()
	return conclude(ctx, output, failure, diary.steps), nil
}

// interpret runs the machine, or the chosen steps one after the other.
func (d *Deployment) interpret(ctx context.Context, input json.RawMessage, started time.Time, steps []string, o states.Options) (json.RawMessage, error) {
	machineARN := fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s", d.facts.Region, d.facts.Account, d.name)
	execution := states.Execution{
		ARN:              fmt.Sprintf("arn:aws:states:%s:%s:execution:%s:local", d.facts.Region, d.facts.Account, d.name),
		Name:             "local",
		RoleARN:          fmt.Sprintf("arn:aws:iam::%s:role/local", d.facts.Account),
		StateMachineARN:  machineARN,
		StateMachineName: d.name,
		Input:            input,
		StartTime:        started,
	}
	if len(steps) == 0 {
		return d.machine.Run(ctx, execution, o)
	}
	for _, step := range steps {
		output, err := d.machine.RunState(ctx, step, execution, o)
		if err != nil {
			return nil, err
		}
		execution.Input = output
	}
	return execution.Input, nil
}

func conclude(ctx context.Context, output json.RawMessage, failure error, steps []Step) Result {
	result := Result{Status: Succeeded, Steps: steps, Output: output}
	var failed *states.Error
	switch {
	case failure == nil:
		return result
	case ctx.Err() != nil:
		result.Status = Stopped
		failed = &states.Error{Name: "Stopped", Cause: context.Cause(ctx).Error()}
	case errors.As(failure, &failed):
		result.Status = Failed
	default:
		result.Status = Failed
		failed = &states.Error{Name: "States.Runtime", Cause: failure.Error()}
	}
	result.Output, result.Error = nil, failed
	return result
}
