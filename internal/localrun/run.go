// Package localrun runs a deployment plan on one machine without AWS: the
// expanded template's own state machine, interpreted, and its jobs done by the
// real agent code. What CloudFormation, Step Functions, SQS and the launcher
// do in an account is played here, as close to them as it matters to a plan.
package localrun

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker/memory"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/runevents"
)

// Options are how a deployment is run.
type Options struct {
	// Source is the directory or zip archive that every job gets a private
	// copy of; empty for none.
	Source string
	// Input is laid over the payload that the first step gets; empty for none.
	Input json.RawMessage
	// Mocks are the results of steps that call something else than a runner.
	Mocks map[string]json.RawMessage
	// Answers are mocks of steps by attempt and iteration; nil for none. Mocks
	// come first.
	Answers *asl.Mocks
	// Items are the files that the ItemReaders of distributed Maps read, by step.
	Items map[string]string
	// Results is the directory that ResultWriters write to; "" discards what they
	// write.
	Results string
	// Approve answers the steps that wait for a person; nil for nobody.
	Approve Approve
	// Steps run alone, one after the other, in place of the whole plan. The
	// first that fails is the last; a Catch changes nothing in that.
	Steps []string
	// Shell runs the commands, such as "bash".
	Shell string
	// Containers has the jobs run in containers; nil beside this program. Shell is then a
	// path there, "" for bash or sh.
	Containers *Containers
	// Environment is what the jobs inherit.
	Environment []string
	// Events is told of everything that happens; nil for nobody. About describes the
	// run in its first event.
	Events *runevents.Stream
	About  runevents.Run
	// Places is where the template defines what events name.
	Places Places
	// From starts the plan at another state than the first; its zero value does not. If
	// Steps run alone, the first of them gets From's input.
	From asl.Start
	// Prices give jobs a price in the events.
	Prices Prices
	// Watch is told of every state that begins; nil for nobody.
	Watch func(asl.Event)
	// Time is the run's clock; nil for the real one. Jobs take real time on it.
	Time *asl.VirtualTime
	// Random gives the numbers of jitter and of States.MathRandom, and NewToken task
	// tokens; nil for random ones.
	Random   func() float64
	NewToken func() string
	// InspectJob is told of each job that a step asks for, before its mock is looked for;
	// nil for nobody. Its errors fail the step. Calls may overlap.
	InspectJob func(asl.Task, *protocol.Message) error
	// MockAdvice says how to give a mock, with the step's name as %s; "" speaks of the
	// command line of run.
	MockAdvice string
	// JobResult is the result of jobs without a mock, in place of running them; nil runs
	// them.
	JobResult json.RawMessage
	// Logger takes what the agents have to say for themselves.
	Logger *slog.Logger
	// Directory is where the run has its files. Run makes it and removes it.
	// Empty: a new one among the system's temporary files.
	Directory string
	// KillNow, when it is closed, ends KillGrace: jobs that are being stopped
	// get SIGKILL at once. It may be nil.
	KillNow <-chan struct{}
	// Program, optional, ends what jobs leave when no job runs.
	Program *process.Program
}

// NewDirectory names a directory that nothing else has, among the system's
// temporary files, so that a guard knows its name before it is there.
func NewDirectory() string { return filepath.Join(os.TempDir(), "runnerctl-"+rand.Text()) }

// Run runs the plan. It returns when every process that it started is gone.
// The error is about the run's own means; how the plan ended is in Result.
func (d *Deployment) Run(ctx context.Context, o Options) (result runevents.Result, err error) {
	source, leftOut, err := newSource(ctx, o.Source)
	if err != nil {
		return runevents.Result{}, err
	}
	directory := cmp.Or(o.Directory, NewDirectory())
	if err := os.Mkdir(directory, 0o700); err != nil {
		return runevents.Result{}, fmt.Errorf("make the run's directory: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(directory)) }()

	started := time.Now()
	if o.Time != nil {
		started = o.Time.Now()
	}
	input, err := d.input(o.Input, started)
	if err != nil {
		return runevents.Result{}, err
	}
	recorder := newRecorder(o)
	recorder.price = func(runner string, took time.Duration) *float64 { return d.price(o.Prices, runner, took) }
	log := newJobLog(recorder.events)
	reporter := memory.NewReporter()
	agents := &agentPool{
		deployment: d, options: o, directory: directory, reporter: reporter,
		source: source, log: log, logger: o.Logger, queues: map[string]*agentQueue{},
	}
	recorder.events.Emit(runevents.Event{Kind: runevents.RunStarted, Time: started, Version: runevents.Version, Run: &o.About, Input: input})
	if len(leftOut) > 0 {
		recorder.events.Say(runevents.Warning, "The jobs' copies of the distribution are without:\n  "+strings.Join(leftOut, "\n  "))
	}
	agents.startAgent = func(run func(context.Context)) { agents.running.Go(func() { run(ctx) }) }

	execution := d.execution(input, started)
	output, failure := d.interpret(ctx, execution, o, recorder, &recordedTasks{next: &tasks{
		options: o, agents: agents, reporter: reporter, deployment: message.DeploymentOf(input), approve: o.approve,
		stacks: &localStacks{
			files: OpenDistribution(o.Source), facts: d.facts, stored: d.facts.Stored,
			warn: func(step, text string) { o.logger().Warn(text, "step", step) },
		},
		started: message.Deployment{Executions: map[string]string{execution.StateMachineARN: execution.ARN}},
	}, log: log, recorder: recorder})
	agents.close()
	agents.running.Wait()
	took := time.Since(started)
	if o.Time != nil {
		took = o.Time.Now().Sub(started)
	}
	result = conclude(ctx, output, failure, recorder, took)
	recorder.events.Emit(runevents.Event{Kind: runevents.RunEnded, Result: &result})
	return result, nil
}

// IsMocked reports whether a step's result is given.
func (o Options) IsMocked(step string) bool {
	_, mocked := o.Mocks[step]
	return mocked || o.Answers.Has(step)
}

func (o Options) logger() *slog.Logger {
	if o.Logger == nil {
		return slog.New(slog.DiscardHandler)
	}
	return o.Logger
}

// execution is what a plan sees of its run.
func (d *Deployment) execution(input json.RawMessage, started time.Time) asl.Execution {
	return asl.Execution{
		ARN:              fmt.Sprintf("arn:aws:states:%s:%s:execution:%s:local", d.facts.Region, d.facts.Account, d.name),
		Name:             "local",
		RoleARN:          fmt.Sprintf("arn:aws:iam::%s:role/local", d.facts.Account),
		StateMachineARN:  fmt.Sprintf("arn:aws:states:%s:%s:stateMachine:%s", d.facts.Region, d.facts.Account, d.name),
		StateMachineName: d.name,
		Input:            input,
		StartTime:        started,
	}
}

// interpret runs the machine, or the chosen steps one after the other, until
// one fails.
func (d *Deployment) interpret(ctx context.Context, execution asl.Execution, o Options, recorder *recorder, do asl.Tasks) (json.RawMessage, error) {
	means := asl.Options{Tasks: do, Observer: recorder, Items: o.openItems, Random: o.Random, NewToken: o.NewToken}
	if o.Time != nil {
		means.Clock = o.Time
	}
	if o.Results != "" {
		means.Results = o.writeResults
	}
	switch {
	case o.From.State != "" && len(o.Steps) == 0:
		return d.machine.RunFrom(ctx, o.From, execution, means)
	case len(o.Steps) == 0:
		return d.machine.Run(ctx, execution, means)
	}
	if len(o.From.Input) > 0 {
		execution.Input = o.From.Input
	}
	for _, step := range o.Steps {
		output, err := d.machine.RunState(ctx, step, execution, means)
		if err == nil && recorder.failed != nil {
			err = recorder.failed
		}
		if err != nil {
			return nil, err
		}
		execution.Input = output
	}
	return execution.Input, nil
}

func conclude(ctx context.Context, output json.RawMessage, failure error, recorder *recorder, took time.Duration) runevents.Result {
	result := runevents.Result{
		Status: runevents.Succeeded, Steps: recorder.steps, Output: output, Duration: runevents.Seconds(took),
	}
	var failed *asl.Error
	switch {
	case failure == nil:
		return result
	case ctx.Err() != nil:
		result.Status = runevents.Stopped
		failed = &asl.Error{Name: "Stopped", Cause: context.Cause(ctx).Error()}
	case errors.As(failure, &failed):
		result.Status, result.FailedStep = runevents.Failed, recorder.failedStep
	default:
		result.Status = runevents.Failed
		failed = &asl.Error{Name: "States.Runtime", Cause: failure.Error()}
	}
	result.Output, result.Error = nil, eventError(failed)
	return result
}
