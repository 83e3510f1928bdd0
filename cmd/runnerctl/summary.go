package main

import (
	"fmt"
	"io"
	"slices"
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
	heading, price := "", result.Price()
	if price != nil {
		heading = "\tPRICE"
	}
	fmt.Fprintln(table, "STEP\tTYPE\tRESULT\tTIME\tATTEMPTS"+heading)
	for _, step := range result.Steps {
		cost := runevents.Dollars(step.Price)
		if cost != "" {
			cost = "\t" + cost
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d%s\n", runview.OneLine(step.Path), step.Type, step.Status, runevents.Clock(step.Duration.Duration()), step.Attempts, cost)
	}
	if err := table.Flush(); err != nil {
		return // nobody is there to read on
	}
	if price != nil {
		fmt.Fprintf(w, "\nThe jobs' time costs %s on Fargate.\n", runevents.Dollars(price))
	}
	for _, step := range result.Steps {
		switch {
		case hasReasonInside(result.Steps, step):
		case step.Status == runevents.Failed:
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
		fmt.Fprintf(w, "\n%s\n", p.paint("The plan failed"+describeFailure(result), color.FgRed))
	}
	if result.Status != runevents.Succeeded && about.Directory != "" {
		fmt.Fprintf(w, "The run is kept in %s; --resume goes on from here.\n", about.Directory)
	}
}

// describeFailure says at which step a plan failed, and why if the step's own lines do not
// say it.
func describeFailure(result runevents.Result) string {
	if result.FailedStep == "" {
		return ": " + result.Error.String()
	}
	at := fmt.Sprintf(" at step %q", result.FailedStep)
	explained := slices.ContainsFunc(result.Steps, func(s runevents.StepResult) bool {
		return s.Path == result.FailedStep && s.Error != nil && *s.Error == *result.Error
	})
	if explained {
		return at + "."
	}
	return at + ": " + result.Error.String()
}

// hasReasonInside reports whether a step in one of a step's branches or iterations failed
// with the same error, and so says why.
func hasReasonInside(steps []runevents.StepResult, around runevents.StepResult) bool {
	return around.Error != nil && slices.ContainsFunc(steps, func(s runevents.StepResult) bool {
		return s.Status == runevents.Failed && s.Error != nil && *s.Error == *around.Error && strings.HasPrefix(s.Path, around.Path+"[")
	})
}

func explain(w io.Writer, p painter, colour color.Attribute, how string, step runevents.StepResult) {
	first, rest, more := strings.Cut(runevents.Explain(step), "\n")
	fmt.Fprintf(w, "\n%s\n", p.paint(fmt.Sprintf("Step %q %s: %s", step.Path, how, first), colour))
	if more {
		fmt.Fprintf(w, "  %s\n", strings.ReplaceAll(rest, "\n", "\n  "))
	}
}
