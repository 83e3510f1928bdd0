package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"syscall"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/transform"
)

type runCommand struct {
	templateArgument
	showFlags
	keepFlags
	containerFlags
	Source  string            `help:"The distribution: a directory or zip archive, of which every job gets a private copy. Default: the template's directory." placeholder:"DIR"`
	Input   string            `help:"A JSON object that is laid over the payload of the first step." placeholder:"FILE"`
	Mock    map[string]string `help:"Answer a step that calls something else than a runner with this JSON file. Repeatable." placeholder:"STEP=FILE"`
	Mocks   string            `help:"Answer steps as this YAML or JSON file says: results, errors and delays, by attempt and iteration." placeholder:"FILE"`
	Items   map[string]string `help:"The items that a distributed Map reads with its ItemReader: JSON, JSON lines or CSV; for Parquet, the same rows as JSON lines. Repeatable." placeholder:"STEP=FILE"`
	Results string            `help:"Write what a distributed Map's ResultWriter writes below this directory." placeholder:"DIR"`
	Price   map[string]string `help:"What Fargate costs in your region, in US dollars, for the price of each job: vcpu-hour=0.04048 and gb-hour=0.004445 as in docs/costs.md. Repeatable." placeholder:"NAME=DOLLARS"`
	Step    []string          `help:"Run only this step, with --input over its payload, or with the payload that it had in the last run. Repeatable." placeholder:"NAME" xor:"start"`
	Approve []string          `help:"Approve this step that waits for a person, with a message. Repeatable." placeholder:"STEP[=MESSAGE]"`
	Reject  []string          `help:"Reject this step that waits for a person, with a message. Repeatable." placeholder:"STEP[=MESSAGE]"`
	Shell   string            `help:"The shell of the jobs. Default: bash, or sh where there is no bash." placeholder:"PATH"`
	Watch   bool              `help:"Run again when the template or a file that a flag names changes: from the first step that changed on." xor:"start"`
	DryRun  bool              `help:"Run nothing: print the steps, the Runners of jobs, and the steps that need a mock."`
	Output  string            `help:"Write the final payload to this file in place of standard output; of a run that fails, the payload so far." placeholder:"FILE"`
}

// Run runs the command.
func (c runCommand) Run(ctx context.Context, s streams, signals *interrupts) error {
	kill := signals.jobs()
	ctx, s = watchOutputs(ctx, s)
	if c.Watch {
		return c.watch(ctx, s, kill)
	}
	return c.once(ctx, s, kill)
}

// once runs the plan. kill is closed when its jobs are to be killed.
func (c runCommand) once(ctx context.Context, s streams, kill <-chan struct{}) error {
	options, facts, err := c.files(s)
	if err != nil {
		return err
	}
	text, original, expanded, err := c.expand(ctx, s, transform.Request{Values: c.values()})
	if err != nil {
		return err
	}
	problems := checkFiles(ctx, original, c.values(), options.Source, options.IsMocked)
	deployment, found := localrun.Deploy(expanded, original, facts)
	problems.Add(found...)
	if err := text.report(s, problems); err != nil {
		return err
	}
	if err := c.checkSteps(s, deployment, options); err != nil {
		return err
	}
	contents, _ := transform.ReadTemplate(original, c.values()) // its problems have been reported
	if contents == nil || contents.Plan == nil {
		return errPartial
	}
	if c.DryRun {
		return c.plan(s, contents, deployment, options)
	}
	if err := checkContainers(s, deployment, options.Containers, contents); err != nil {
		return err
	}
	options.Places = text.places(original, contents)
	number, _ := versions()
	options.About = runevents.Run{Template: text.name, Plan: deployment.Plan(), Program: number, Steps: c.Step}
	if err := c.start(s, deployment, &options); err != nil {
		return err
	}
	options.KillNow, options.Directory, options.Program = kill, localrun.NewDirectory(), process.NewProgram()
	stop, err := guarded(s, removeContainers(deployment, options), options.Directory)
	if err != nil {
		return err
	}
	defer stop()
	graph, err := json.Marshal(plangraph.Of(contents.Plan, nil))
	if err != nil {
		return err
	}
	return c.show(ctx, s, deployment, options, graph)
}

// show runs the plan while its events are shown and kept.
func (c runCommand) show(ctx context.Context, s streams, deployment *localrun.Deployment, options localrun.Options, graph json.RawMessage) error {
	kept, forget := c.keep(s, &options.About)
	defer forget()
	if kept != nil {
		kept.KeepGraph(graph)
	}
	shown := c.open(s, kept)
	options.Events = shown.events
	options.Approve = c.approvals(s, shown.events)
	options.Logger = slog.New(slog.NewTextHandler(messages{shown.events}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	quiet := context.AfterFunc(ctx, func() { announceStop(ctx, shown.events) })
	result, err := deployment.Run(ctx, options)
	quiet()
	err = errors.Join(err, shown.close())
	if result.Status == "" {
		return err
	}
	if err != nil {
		fmt.Fprintln(s.stderr, "runnerctl:", err) // what happened to the plan matters more
	}
	err = errors.Join(c.conclude(s, result, options.About), shown.files(s, options.About, result))
	if result.Status == runevents.Stopped {
		err = errors.Join(err, context.Cause(ctx))
	}
	return err
}

// guarded has the jobs' processes ended, the command last run, and the run's directory
// removed, also when this program is killed, until stop is called.
func guarded(s streams, last []string, directory string) (stop func(), err error) {
	// So that what a job leaves behind comes to us, and ends with us.
	if err := process.BecomeSubreaper(); err != nil {
		return nil, fmt.Errorf("take care of the jobs' processes: %w", err)
	}
	guard, err := process.StartOrphanReaper(last, directory)
	if err != nil {
		fmt.Fprintf(s.stderr, "runnerctl: jobs' processes may outlive this program if it is killed: %s\n", err)
		return func() {}, nil
	}
	return guard.Stop, nil
}

// announceStop says what a signal has begun, and what another one does.
func announceStop(ctx context.Context, events *runevents.Stream) {
	cause := context.Cause(ctx)
	if cause == error(signalReceived{syscall.SIGQUIT}) {
		events.Say(runevents.Info, fmt.Sprintf("\nKilling the running jobs (%s).", cause))
		return
	}
	events.Say(runevents.Info, fmt.Sprintf("\nStopping (%s): running jobs have %d s to end; a second signal kills them.",
		cause, int(localrun.KillGrace.Seconds())))
}

// checkSteps refuses names that the plan does not have, and says which steps
// fail if the plan reaches them.
func (c runCommand) checkSteps(s streams, deployment *localrun.Deployment, options localrun.Options) error {
	named := slices.Concat(c.Step, stepsOf(c.Approve), stepsOf(c.Reject), slices.Sorted(maps.Keys(c.Mock)), slices.Sorted(maps.Keys(c.Items)))
	if err := c.checkApprovals(); err != nil {
		return err
	}
	if unknown := deployment.UnknownSteps(named); len(unknown) > 0 {
		return usageError{fmt.Errorf("the plan has no step %s (its steps: %s)", strings.Join(unknown, ", "), strings.Join(deployment.StepNames(), ", "))}
	}
	if problems := deployment.CheckAnswers(options.Answers); len(problems) > 0 {
		return usageError{fmt.Errorf("%s does not fit the plan:\n  %s", c.Mocks, strings.Join(problems, "\n  "))}
	}
	if unanswered := deployment.Unanswered(options); len(unanswered) > 0 && !c.DryRun {
		fmt.Fprintf(s.stderr, "These steps call what is not on this machine, and fail if the plan reaches them; answer them with --mock or --mocks:\n  %s\n", strings.Join(unanswered, "\n  "))
	}
	if stacks := deployment.Stacks(options); len(stacks) > 0 && !c.DryRun {
		fmt.Fprintf(s.stderr, "No stack is deployed: these steps are checked, and their outputs are those of --lookups or made from the template's Outputs:\n  %s\n", strings.Join(stacks, "\n  "))
	}
	if asks := c.unanswered(deployment, options); len(asks) > 0 && !c.DryRun && !canAsk(s) {
		fmt.Fprintf(s.stderr, "These steps wait for an approval, and fail if the plan reaches them; answer them with --approve or --reject:\n  %s\n", strings.Join(asks, "\n  "))
	}
	return nil
}

// plan prints what a run would do.
func (c runCommand) plan(s streams, contents *transform.Contents, deployment *localrun.Deployment, options localrun.Options) error {
	graph := plangraph.Of(contents.Plan, nil)
	if err := graph.WriteText(s.stdout, func(_, text string) string { return text }); err != nil {
		return err
	}
	if asks := c.unanswered(deployment, options); len(asks) > 0 {
		if _, err := fmt.Fprintf(s.stdout, "\nThese steps wait for an approval (--approve, --reject, or an answer on the terminal):\n  %s\n", strings.Join(asks, "\n  ")); err != nil {
			return err
		}
	}
	if mocks := deployment.Unanswered(options); len(mocks) > 0 {
		_, err := fmt.Fprintf(s.stdout, "\nThese steps call what is not on this machine and need a mock (--mock, --mocks):\n  %s\n", strings.Join(mocks, "\n  "))
		return err
	}
	return nil
}

// conclude prints the summary and the final payload.
func (c runCommand) conclude(s streams, result runevents.Result, about runevents.Run) error {
	writeSummary(s.stderr, painter(s.colour), result, about)
	payload := result.Output
	if result.Status != runevents.Succeeded {
		if c.Output == "" || about.Directory == "" {
			return errReported
		}
		var err error
		if payload, err = rundir.Payload(about.Directory); err != nil {
			return errors.Join(errReported, err)
		}
	}
	var written error
	if c.Format != "json" || c.Output != "" {
		written = c.writePayload(s, payload)
	}
	if result.Status != runevents.Succeeded {
		return errors.Join(errReported, written)
	}
	return written
}

func (c runCommand) writePayload(s streams, payload json.RawMessage) error {
	if len(payload) == 0 {
		return nil // no step has started
	}
	var text bytes.Buffer
	if err := json.Indent(&text, payload, "", "  "); err != nil {
		return fmt.Errorf("write the final payload: %w", err)
	}
	text.WriteByte('\n')
	return writeResult(s, c.Output, text.Bytes())
}
