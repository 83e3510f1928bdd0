package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
)

type runsCommand struct {
	Stack  string `arg:"" help:"The stack's name."`
	Limit  int    `help:"How many executions are listed at most, the newest first." default:"20"`
	Format string `help:"The output's format: text or json." enum:"text,json" default:"text"`
}

// Run runs the command.
func (c runsCommand) Run(ctx context.Context, s streams, connect newOperator) error {
	if c.Limit < 1 {
		return usageError{errors.New("--limit must be at least 1")}
	}
	ctx, cancel := asking(ctx)
	defer cancel()
	account, err := connect(ctx)
	if err != nil {
		return err
	}
	runs, err := account.Runs(ctx, c.Stack, c.Limit)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		encoder := json.NewEncoder(s.stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(runs)
	}
	table := tabwriter.NewWriter(s.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STARTED\tSTATUS\tTOOK\tEXECUTION")
	for _, run := range runs {
		end := time.Now()
		if run.Stopped != nil {
			end = *run.Stopped
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", run.Started.UTC().Format(time.RFC3339), run.Status, end.Sub(run.Started).Round(time.Second), run.ARN)
	}
	return table.Flush()
}

type stopCommand struct {
	Execution string `arg:"" help:"The execution's ARN, as runs prints it."`
	Cause     string `help:"The reason, for the execution's history." default:"stopped with runnerctl"`
}

// Help is the longer part of the command's help.
func (stopCommand) Help() string {
	return "The agents end the execution's running jobs at their next heartbeat, within 20 seconds. It needs states:StopExecution, which the read-only operator policy does not have."
}

// Run runs the command.
func (c stopCommand) Run(ctx context.Context, s streams, connect newOperator) error {
	if !strings.Contains(c.Execution, ":execution:") {
		return usageError{fmt.Errorf("%q is not the ARN of an execution; runnerctl runs STACK lists them", c.Execution)}
	}
	ctx, cancel := asking(ctx)
	defer cancel()
	account, err := connect(ctx)
	if err != nil {
		return err
	}
	if err := account.Stop(ctx, c.Execution, c.Cause); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.stdout, "Stopped", c.Execution)
	return err
}
