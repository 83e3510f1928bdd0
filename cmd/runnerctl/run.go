package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/transform"
)

type runCommand struct {
	templateArgument
	Source  string            `help:"The distribution: a directory or zip archive, of which every job gets a private copy. Default: the template's directory." placeholder:"DIR"`
	Input   string            `help:"A JSON object that is laid over the payload of the first step." placeholder:"FILE"`
	Mock    map[string]string `help:"Answer a step that calls something else than a runner with this JSON file. Repeatable." placeholder:"STEP=FILE" mapsep:"none"`
	Mocks   string            `help:"Answer steps as this YAML or JSON file says: results, errors and delays, by attempt and iteration." placeholder:"FILE"`
	Items   map[string]string `help:"The items that a distributed Map reads with its ItemReader: JSON, JSON lines or CSV. Repeatable." placeholder:"STEP=FILE" mapsep:"none"`
	Results string            `help:"Write what a distributed Map's ResultWriter writes below this directory." placeholder:"DIR"`
	Step    []string          `help:"Run only this step, with --input as its payload. Repeatable." placeholder:"NAME" sep:"none"`
	Approve []string          `help:"Approve this step that waits for a person, with a message. Repeatable." placeholder:"STEP[=MESSAGE]" sep:"none"`
	Reject  []string          `help:"Reject this step that waits for a person, with a message. Repeatable." placeholder:"STEP[=MESSAGE]" sep:"none"`
	Shell   string            `help:"The shell of the jobs. Default: bash, or sh where there is none." placeholder:"PATH"`
	Output  string            `help:"Write the final payload to this file in place of standard output." placeholder:"FILE"`
	Format  string            `help:"How to print the result: text or json." enum:"text,json" default:"text"`
}

// Run implements kong's command.
func (c runCommand) Run(ctx context.Context, s streams, signals *interrupts) error {
	kill := signals.jobs()
	ctx, s = watchOutputs(ctx, s)
	screen := newConsole(s.stderr, painter(s.colour))
	options, facts, err := c.files(s, screen)
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
	if err := c.checkSteps(deployment, options, screen); err != nil {
		return err
	}
	if options.Approve, err = c.approvals(s, screen); err != nil {
		return err
	}
	options.KillNow, options.Directory = kill, localrun.NewDirectory()
	stop, err := guarded(options)
	if err != nil {
		return err
	}
	defer stop()
	defer context.AfterFunc(ctx, func() { announceStop(ctx, screen) })()
	result, err := deployment.Run(ctx, options)
	if err != nil {
		return err
	}
	err = c.conclude(s, result)
	if result.Status == localrun.Stopped {
		err = errors.Join(err, context.Cause(ctx))
	}
	return err
}

// guarded has the jobs' processes ended, and the run's directory removed, also
// when this program is killed, until stop is called.
func guarded(options localrun.Options) (stop func(), err error) {
	// So that what a job leaves behind comes to us, and ends with us.
	if err := process.BecomeSubreaper(); err != nil {
		return nil, fmt.Errorf("take care of the jobs' processes: %w", err)
	}
	guard, err := process.StartOrphanReaper(options.Directory)
	if err != nil {
		options.Logger.Warn("jobs' processes may outlive this program if it is killed", "error", err)
		return func() {}, nil
	}
	return guard.Stop, nil
}

// announceStop says what a signal has begun, and what another one does.
func announceStop(ctx context.Context, screen *console) {
	cause := context.Cause(ctx)
	if cause == error(signalReceived{syscall.SIGQUIT}) {
		fmt.Fprintf(screen, "\nKilling the running jobs (%s).\n", cause)
		return
	}
	fmt.Fprintf(screen, "\nStopping (%s): running jobs have %d s to end; a second signal kills them.\n",
		cause, int(localrun.KillGrace.Seconds()))
}

// files reads what the flags name; errors are the user's to mend.
func (c runCommand) files(s streams, screen *console) (options localrun.Options, facts localrun.Facts, err error) {
	template, err := filepath.Abs(c.Template)
	if err != nil {
		return options, facts, usageError{err}
	}
	source := cmp.Or(c.Source, filepath.Dir(template))
	if source, err = filepath.Abs(source); err != nil {
		return options, facts, usageError{err}
	}
	if _, err := os.Stat(source); err != nil {
		return options, facts, usageError{err}
	}
	// Better now than after the plan has run and its payload has no place.
	if info, err := os.Stat(filepath.Dir(c.Output)); err != nil {
		return options, facts, usageError{err}
	} else if !info.IsDir() {
		return options, facts, usageError{fmt.Errorf("%s is no directory", filepath.Dir(c.Output))}
	}
	options = localrun.Options{
		Source: source, Distribution: strings.TrimSuffix(filepath.Base(source), ".zip"),
		Mocks: map[string]json.RawMessage{}, Items: c.Items, Results: c.Results, Steps: c.Step, Shell: c.shell(),
		Environment: s.environment, Log: screen,
		Logger: slog.New(slog.NewTextHandler(screen, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	facts = localrun.Facts{
		Parameters: c.Parameter, StackName: localrun.DefaultStackName, Region: localrun.DefaultRegion, Account: localrun.DefaultAccount,
	}
	if options.Input, err = readJSON(c.Input); err != nil {
		return options, facts, err
	}
	for _, step := range slices.Sorted(maps.Keys(c.Mock)) {
		if options.Mocks[step], err = readJSON(c.Mock[step]); err != nil {
			return options, facts, err
		}
	}
	if options.Answers, err = readMocks(c.Mocks); err != nil {
		return options, facts, err
	}
	for _, step := range slices.Sorted(maps.Keys(c.Items)) {
		if _, err := os.Stat(c.Items[step]); err != nil {
			return options, facts, usageError{err}
		}
	}
	known, err := c.lookups()
	facts.Lookups, facts.Stored = known.Lookups, known.SystemsManagerParameters
	return options, facts, err
}

// readJSON reads a JSON file; none if no file is named.
func readJSON(file string) (json.RawMessage, error) {
	if file == "" {
		return nil, nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, usageError{err}
	}
	if !json.Valid(text) {
		return nil, usageError{fmt.Errorf("%s: is not JSON", file)}
	}
	return text, nil
}

// shell is the user's choice, else bash as in the runner's images.
func (c runCommand) shell() string {
	if c.Shell != "" {
		return c.Shell
	}
	if _, err := exec.LookPath("bash"); err == nil {
		return "bash"
	}
	return "sh"
}

// checkSteps refuses names that the plan does not have, and says which steps
// fail if the plan reaches them.
func (c runCommand) checkSteps(deployment *localrun.Deployment, options localrun.Options, screen *console) error {
	named := slices.Concat(c.Step, stepsOf(c.Approve), stepsOf(c.Reject), slices.Sorted(maps.Keys(c.Mock)), slices.Sorted(maps.Keys(c.Items)))
	if unknown := deployment.UnknownSteps(named); len(unknown) > 0 {
		return usageError{fmt.Errorf("the plan has no step %s (its steps: %s)", strings.Join(unknown, ", "), strings.Join(deployment.StepNames(), ", "))}
	}
	if problems := deployment.CheckAnswers(options.Answers); len(problems) > 0 {
		return usageError{fmt.Errorf("%s does not fit the plan:\n  %s", c.Mocks, strings.Join(problems, "\n  "))}
	}
	if unanswered := deployment.Unanswered(options); len(unanswered) > 0 {
		fmt.Fprintf(screen, "These steps call what is not on this machine, and fail if the plan reaches them; answer them with --mock or --mocks:\n  %s\n", strings.Join(unanswered, "\n  "))
	}
	return nil
}

// conclude prints the summary and the final payload.
func (c runCommand) conclude(s streams, result localrun.Result) error {
	writeSummary(s.stderr, painter(s.colour), result)
	if c.Format == "json" {
		text, err := json.MarshalIndent(result, "", "  ")
		if err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
		if _, err := s.stdout.Write(append(text, '\n')); err != nil {
			return err
		}
	}
	if result.Status != localrun.Succeeded {
		return errReported
	}
	if c.Format == "json" && c.Output == "" {
		return nil
	}
	var payload bytes.Buffer
	if err := json.Indent(&payload, result.Output, "", "  "); err != nil {
		return fmt.Errorf("write the final payload: %w", err)
	}
	payload.WriteByte('\n')
	return writeResult(s, c.Output, payload.Bytes())
}
