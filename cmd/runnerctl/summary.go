package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/fatih/color"

	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/runview"
)

// writeSummary prints each step with its result and time, and for those that failed
// why: the error, the command and its line in the template, and the last lines of its
// job.
func writeSummary(w io.Writer, p painter, result runevents.Result, about runevents.Run) {
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STEP\tTYPE\tRESULT\tTIME\tATTEMPTS")
	for _, step := range result.Steps {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", runview.OneLine(step.Path), step.Type, step.Status, runevents.Clock(step.Duration.Duration()), step.Attempts)
	}
	if err := table.Flush(); err != nil {
		return // nobody is there to read on
	}
	for _, step := range result.Steps {
		around := strings.HasPrefix(result.FailedStep, step.Path+"[") // the step within says why
		switch {
		case step.Status == runevents.Failed && !around:
			explain(w, p, color.FgRed, "failed", step)
		case step.Status == runevents.Caught:
			explain(w, p, color.FgYellow, "failed and was caught", step)
		}
	}
	switch result.Status {
	case runevents.Succeeded:
		fmt.Fprintf(w, "\n%s\n\n", p.paint("The plan succeeded.", color.FgGreen))
	case runevents.Stopped:
		fmt.Fprintf(w, "\n%s\n", p.paint("The plan was stopped: "+result.Error.Cause, color.FgYellow))
	default:
		at := ""
		if result.FailedStep != "" {
			at = fmt.Sprintf(" at step %q", result.FailedStep)
		}
		fmt.Fprintf(w, "\n%s\n", p.paint(fmt.Sprintf("The plan failed%s: %s", at, result.Error), color.FgRed))
	}
	if result.Status != runevents.Succeeded && about.Directory != "" {
		fmt.Fprintf(w, "The run is kept in %s; --resume goes on from here.\n", about.Directory)
	}
}

func explain(w io.Writer, p painter, colour color.Attribute, how string, step runevents.StepResult) {
	first, rest, more := strings.Cut(runevents.Explain(step), "\n")
	fmt.Fprintf(w, "\n%s\n", p.paint(fmt.Sprintf("Step %q %s: %s", step.Path, how, first), colour))
	if more {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(rest, "\n", "\n  "))
	}
}
