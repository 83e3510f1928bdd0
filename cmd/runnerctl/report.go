package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/report"
	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
)

type reportCommand struct {
	Of     string `arg:"" name:"run" optional:"" help:"A run that is kept, by its name or its directory; last, the newest one; or the ARN of an execution on AWS." default:"last"`
	Output string `short:"o" help:"The page." placeholder:"FILE" default:"report.html"`
	Runs   string `help:"Where runs are kept. Default: runnerctl/runs in $XDG_STATE_HOME or ~/.local/state." placeholder:"DIR"`
}

// Run runs the command.
func (c reportCommand) Run(ctx context.Context, s streams) error {
	if err := checkTarget("--output", c.Output); err != nil {
		return err
	}
	if err := c.write(ctx, s); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.stderr, "Wrote %s.\n", c.Output)
	return err
}

func (c reportCommand) write(ctx context.Context, s streams) error {
	if strings.HasPrefix(c.Of, "arn:") {
		source, err := executionReport(ctx, c.Of)
		if err != nil {
			return err
		}
		return writeReport(c.Output, source)
	}
	directory, err := c.directory(s)
	if err == nil {
		err = reportKept(directory, c.Output)
	}
	if err != nil {
		return usageError{err}
	}
	return nil
}

// directory is that of the run.
func (c reportCommand) directory(s streams) (string, error) {
	if rundir.IsRun(c.Of) {
		return c.Of, nil
	}
	root := c.Runs
	if root == "" {
		var err error
		if root, err = rundir.DefaultRoot(s.getenv); err != nil {
			return "", err
		}
	}
	return rundir.Find(root, c.Of)
}

// reportKept writes the page of a run that is kept.
func reportKept(directory, file string) error {
	kept, err := rundir.Read(directory)
	if err != nil {
		return err
	}
	source := report.Source{Events: kept.Events, Files: keptFiles{kept}, Origin: directory}
	text, err := kept.Graph()
	if err == nil && text != nil {
		source.Graph = &plangraph.Graph{}
		err = json.Unmarshal(text, source.Graph)
	}
	if err != nil {
		return fmt.Errorf("read the graph of the run: %w", err)
	}
	return writeReport(file, source)
}

// writeReport writes a page. It has payloads, so others cannot read it.
func writeReport(path string, source report.Source) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	return errors.Join(report.Write(buffered, source), buffered.Flush(), file.Close())
}

// keptFiles are the texts of a run that is kept.
type keptFiles struct{ *rundir.Kept }

var _ report.Files = keptFiles{}

// Payload implements report.Files.
func (f keptFiles) Payload(step runevents.Step, part report.Part) (json.RawMessage, error) {
	names := map[report.Part]string{report.Input: rundir.Input, report.Output: rundir.Output, report.Variables: rundir.Variables}
	return f.Kept.Payload(step, names[part])
}

// Input implements report.Files.
func (f keptFiles) Input() (json.RawMessage, error) { return f.ExecutionInput() }

// Log implements report.Files.
func (f keptFiles) Log(step runevents.Step) (report.Log, error) {
	path, size, err := f.LogFile(step)
	return fileLog(path, size), err
}

// Startup implements report.Files.
func (f keptFiles) Startup() (map[string]report.Log, error) {
	paths, err := f.StartupFiles()
	if err != nil {
		return nil, err
	}
	logs := map[string]report.Log{}
	for runner, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		logs[runner] = fileLog(path, info.Size())
	}
	return logs, nil
}

func fileLog(path string, size int64) report.Log {
	return report.Log{Size: size, Open: func() (report.ReadAtCloser, error) { return os.Open(path) }}
}
