package stacks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/stacks/stackstest"
)

// TestForgedStackEvents: whoever may call the launcher can send it any event, and must not
// answer another plan's step with it.
func TestForgedStackEvents(t *testing.T) {
	t.Parallel()
	for name, forge := range map[string]func(last, before string) stacks.StackEvent{
		"of a stack that there is not": func(last, _ string) stacks.StackEvent {
			return stacks.StackEvent{StackID: last + "0", Status: "CREATE_COMPLETE"}
		},
		"of the stack that had the name before": func(_, before string) stacks.StackEvent {
			return stacks.StackEvent{StackID: before, Status: "DELETE_COMPLETE"}
		},
		"of the stack, which is not at rest": func(last, _ string) stacks.StackEvent {
			return stacks.StackEvent{StackID: last, Status: "CREATE_COMPLETE"}
		},
		"of another operation": func(last, _ string) stacks.StackEvent {
			return stacks.StackEvent{StackID: last, Status: "CREATE_COMPLETE", RequestToken: "attini-other"}
		},
		"of another account": func(last, _ string) stacks.StackEvent {
			return stacks.StackEvent{StackID: strings.Replace(last, stackstest.Account, "999999999999", 1), Status: "CREATE_COMPLETE"}
		},
	} {
		a := open()
		a.ask(t, "Db", database)
		before := a.Finish(stackstest.Region, "db", "CREATE_COMPLETE")
		a.tell(t, before)
		a.ask(t, "Remove", `{"StackName": "db", "Action": "Delete"}`)
		a.tell(t, a.Finish(stackstest.Region, "db", "DELETE_COMPLETE"))
		step := a.ask(t, "Db", database)
		a.tell(t, forge(strings.TrimSuffix(before.StackID, "1")+"2", before.StackID))
		assert.NotContains(t, a.Answers, step, name)
		a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
		assert.NotEmpty(t, a.Answers[step].Output, "%s: its own event answers", name)
	}
}

// TestForgedStackEventBeforeTheUpdate: the stack is still at rest after the update before,
// while a launcher is about to call CloudFormation, or has died in between.
func TestForgedStackEventBeforeTheUpdate(t *testing.T) {
	t.Parallel()
	a := open()
	a.ask(t, "Db", database)
	created := a.Finish(stackstest.Region, "db", "CREATE_COMPLETE")
	a.tell(t, created)
	a.Dies = "before Update 1"
	step, err := a.try("Db", another)
	require.Error(t, err)
	a.Revive()
	a.tell(t, stacks.StackEvent{StackID: created.StackID, Status: "CREATE_COMPLETE"})
	assert.NotContains(t, a.Answers, step)
	next := a.ask(t, "Db", another)
	a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[next].Output)
}
