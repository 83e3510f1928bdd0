package main

import (
	"context"
	"fmt"

	"github.com/attini-go/runner/internal/approvals"
)

type approveCommand struct {
	Stack     string `arg:"" help:"The stack of the plan."`
	Step      string `arg:"" optional:"" help:"The step that waits. Without it, those that wait are listed."`
	Message   string `help:"A message: the steps that follow find it in the payload, a rejected step has it for its cause." placeholder:"TEXT"`
	Execution string `help:"The execution, by its ARN or name, where the step waits in several." placeholder:"NAME"`
}

// rejectCommand is approveCommand with the other answer.
type rejectCommand approveCommand

// Run runs the command.
func (c approveCommand) Run(ctx context.Context, s streams) error { return c.answer(ctx, s, true) }

// Run runs the command.
func (c rejectCommand) Run(ctx context.Context, s streams) error {
	return approveCommand(c).answer(ctx, s, false)
}

func (c approveCommand) answer(ctx context.Context, s streams, approved bool) error {
	store, steps, err := awsApprovals(ctx)
	if err != nil {
		return err
	}
	if c.Step == "" {
		waiting, err := store.Find(ctx, approvals.Prefix(c.Stack, ""))
		if err != nil {
			return fmt.Errorf("find the steps of the stack %q that wait: %w", c.Stack, err)
		}
		if len(waiting) == 0 {
			fmt.Fprintf(s.stderr, "No step of the stack %q waits for an approval.\n", c.Stack)
			return nil
		}
		_, err = fmt.Fprintln(s.stdout, approvals.List(waiting))
		return err
	}
	waiting, err := approvals.Resolve(ctx, store, c.Stack, c.Step, c.Execution)
	if err != nil {
		return err
	}
	if err := approvals.Give(ctx, store, steps, waiting, approvals.Answer{Approved: approved, Message: c.Message}); err != nil {
		return err
	}
	did := "Rejected"
	if approved {
		did = "Approved"
	}
	fmt.Fprintf(s.stderr, "%s step %q of %s.\n", did, waiting.Step, waiting.Execution)
	return nil
}
