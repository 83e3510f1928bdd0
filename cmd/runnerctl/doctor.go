package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/doctor"
)

type doctorCommand struct {
	Target string `arg:"" optional:"" help:"A stack's name or ARN, or an execution's ARN. Without one, only the installation is checked." placeholder:"STACK|EXECUTION-ARN"`
	Format string `help:"The output's format: text or json." enum:"text,json" default:"text"`
}

// Help is the longer part of the command's help.
func (doctorCommand) Help() string {
	return "It reads the stack, the execution's history, the state table, queues, tasks, hosts, networks and roles, and changes nothing. The likeliest cause comes first, with its evidence, what to do, and the next command. " +
		"It ends with 1 if it found a fault, and with 0 if it found none."
}

// diagnosis is what --format json prints.
type diagnosis struct {
	Target   string           `json:"target,omitempty"`
	Findings []doctor.Finding `json:"findings"`
	// Unread are the questions that AWS did not answer.
	Unread []string `json:"unread"`
}

// Run runs the command.
func (c doctorCommand) Run(ctx context.Context, s streams, connect newOperator) error {
	account, err := connect(ctx)
	if err != nil {
		return err
	}
	observed, err := account.Observe(ctx, c.Target, time.Now())
	found := doctor.Diagnose(observed)
	if err != nil && len(found) == 0 {
		return err
	}
	if err != nil { // such as a stack that a missing macro kept from being created
		observed.Unread = append(observed.Unread, err.Error())
	}
	result := diagnosis{Target: c.Target, Findings: append([]doctor.Finding{}, found...), Unread: append([]string{}, observed.Unread...)}
	write := writeDiagnosis
	if c.Format == "json" {
		write = func(w io.Writer, d diagnosis) error {
			encoder := json.NewEncoder(w)
			encoder.SetIndent("", "  ")
			encoder.SetEscapeHTML(false)
			return encoder.Encode(d)
		}
	}
	if err := write(s.stdout, result); err != nil {
		return err
	}
	if slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Kind != doctor.KindNotice }) {
		return errReported
	}
	return nil
}

// writeDiagnosis writes findings for people.
func writeDiagnosis(w io.Writer, d diagnosis) error {
	var text strings.Builder
	for i, f := range d.Findings {
		fmt.Fprintf(&text, "%d. %s: %s [%s]\n", i+1, f.Kind, f.Cause, f.Rule)
		for _, evidence := range f.Evidence {
			fmt.Fprintf(&text, "   evidence: %s\n", evidence)
		}
		fmt.Fprintf(&text, "   do:       %s\n", f.Advice)
		if f.Next != "" {
			fmt.Fprintf(&text, "   next:     %s\n", f.Next)
		}
	}
	if len(d.Findings) == 0 {
		fmt.Fprintln(&text, "No fault found.")
	}
	for _, unread := range d.Unread {
		fmt.Fprintf(&text, "Not known: %s\n", strings.ReplaceAll(unread, "\n", "; "))
	}
	_, err := io.WriteString(w, text.String())
	return err
}
