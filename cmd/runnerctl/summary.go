package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/fatih/color"

	"github.com/attini-go/runner/internal/localrun"
)

// writeSummary prints each step with its result and time, and for a failed run
// the step that failed, why, and the last lines of its job.
func writeSummary(w io.Writer, p painter, result localrun.Result) {
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "STEP\tTYPE\tRESULT\tTIME\tATTEMPTS")
	for _, step := range result.Steps {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%d\n", step.Path, step.Type, step.Status, round(step.Duration), step.Attempts)
	}
	if err := table.Flush(); err != nil {
		return // nobody is there to read on
	}
	for _, step := range result.Steps {
		if step.Status != localrun.Failed || step.Type != "Task" {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", p.paint(fmt.Sprintf("Step %q failed: %s: %s", step.Path, step.Error.Name, step.Error.Cause), color.FgRed))
		if len(step.LastLines) > 0 {
			fmt.Fprintf(w, "  its last lines:\n    %s\n", strings.Join(step.LastLines, "\n    "))
		}
	}
	switch result.Status {
	case localrun.Succeeded:
		fmt.Fprintf(w, "\n%s\n\n", p.paint("The plan succeeded.", color.FgGreen))
	case localrun.Stopped:
		fmt.Fprintf(w, "\n%s\n", p.paint("The plan was stopped: "+result.Error.Cause, color.FgYellow))
	default:
		fmt.Fprintf(w, "\n%s\n", p.paint(fmt.Sprintf("The plan failed: %s: %s", result.Error.Name, result.Error.Cause), color.FgRed))
	}
}

func round(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Millisecond)
}
