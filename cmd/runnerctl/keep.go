package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
)

// keepFlags are about the directories in which runs are kept.
type keepFlags struct {
	From   string `help:"Start at this step of the plan's top level, with the payload that it had in the last run." placeholder:"NAME" xor:"start"`
	Resume bool   `help:"Start at the step at which the last run failed or was stopped, with the payload that it had." xor:"start"`
	Keep   bool   `help:"Keep the run: payloads, logs and events, for --from, --resume and --step." default:"true" negatable:"Do not keep the run."`
	Runs   string `help:"Where runs are kept. Default: runnerctl/runs in $XDG_STATE_HOME or ~/.local/state." placeholder:"DIR"`
}

// runs is the directory of the template's runs; "" and why, if there is none.
func (f keepFlags) runs(s streams, template string) (string, error) {
	root := f.Runs
	if root == "" {
		var err error
		if root, err = rundir.DefaultRoot(s.getenv); err != nil {
			return "", err
		}
	}
	path, err := filepath.Abs(template)
	if err != nil {
		return "", err
	}
	return rundir.Of(root, path), nil
}

// start chooses where the run starts, and says which run the payload is of.
func (c runCommand) start(s streams, deployment *localrun.Deployment, options *localrun.Options) error {
	alone := len(c.Step) > 0 && c.Input == ""
	if c.From == "" && !c.Resume && !alone {
		return nil
	}
	runs, err := c.runs(s, c.Template)
	if err != nil && alone {
		return nil // there is no last run
	}
	if err != nil {
		return usageError{fmt.Errorf("find the last run: %w; say where with --runs", err)}
	}
	name := c.From
	switch {
	case alone:
		name = c.Step[0]
	case c.Resume:
		if name, err = unfinished(runs); err != nil {
			return usageError{err}
		}
	}
	if top := deployment.TopStepNames(); !alone && !slices.Contains(top, name) {
		return usageError{fmt.Errorf("a run cannot start at %q: the plan has no such step on its top level (it has %s)", name, strings.Join(top, ", "))}
	}
	before, err := rundir.FindStep(runs, name, !alone)
	switch {
	case errors.Is(err, rundir.ErrNone) && alone:
		return nil
	case errors.Is(err, rundir.ErrNone) && c.Input != "":
		options.From = asl.Start{State: name, Input: nil}
		return nil
	case errors.Is(err, rundir.ErrNone):
		return usageError{fmt.Errorf("no run that is kept in %s came to step %q; run the plan first, or give the step's payload with --step and --input", runs, name)}
	case err != nil:
		return usageError{err}
	}
	options.From = asl.Start{State: name, Input: before.Input, Variables: before.Variables}
	options.About.From, options.About.Previous = name, before.Run
	if c.Input == "" && !alone {
		options.Input = before.ExecutionInput
	}
	fmt.Fprintf(s.stderr, "Step %s gets the payload that it had in run %s.\n", name, before.Run)
	return nil
}

// unfinished is the step at which the last run ended.
func unfinished(runs string) (string, error) {
	last, err := rundir.Latest(runs)
	if err != nil {
		return "", fmt.Errorf("resume: %w", err)
	}
	name := last.Unfinished()
	if name == "" {
		return "", errors.New("resume: the last run succeeded, or ran single steps; name a step with --from")
	}
	return name, nil
}

// keep opens the directory of the run; nil if nothing needs it. Runs that cannot be
// kept run all the same. forget removes a directory that only the report needs.
func (c runCommand) keep(s streams, about *runevents.Run) (kept *rundir.Writer, forget func()) {
	about.ID = rundir.NewID(time.Now())
	if c.Keep {
		runs, err := c.runs(s, c.Template)
		if err == nil {
			kept, err = rundir.Create(runs, about.ID)
		}
		if kept != nil {
			about.Directory = kept.Directory()
			return kept, func() {}
		}
		fmt.Fprintf(s.stderr, "runnerctl: the run is not kept: %s\n", err)
	}
	if c.Report == "" {
		return nil, func() {}
	}
	directory, err := os.MkdirTemp("", "runnerctl-report-")
	if err == nil {
		kept, err = rundir.Create(directory, about.ID)
	}
	if err != nil {
		fmt.Fprintf(s.stderr, "runnerctl: there will be no report: %s\n", err)
	}
	return kept, func() { _ = os.RemoveAll(directory) } // what is left goes with the system's temporary files
}

// checkTarget reports a file that cannot be written, before the run.
func checkTarget(flag, path string) error {
	if path == "" {
		return nil
	}
	_, missing := os.Lstat(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o666) //nolint:gosec // the user's own mask applies
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	err = file.Close()
	if missing != nil {
		err = errors.Join(err, os.Remove(path))
	}
	if err != nil {
		return usageError{fmt.Errorf("%s: %w", flag, err)}
	}
	return nil
}
