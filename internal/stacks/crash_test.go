package stacks_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/stacks/stackstest"
)

// TestCrashes: the launcher dies before and after each call that it makes. The step's next
// attempts bring the stack to where it was meant to be, with the same operations as without
// a crash, and the step has an answer; also if CloudFormation's events are lost.
func TestCrashes(t *testing.T) {
	t.Parallel()
	const deploy, remove = database, `{"StackName": "db", "Action": "Delete"}`
	created := func(status string) func(*testing.T, *account) {
		return func(t *testing.T, a *account) {
			a.ask(t, "Before", `{"StackName": "db", "Template": "db.yaml", "Tags": {"Other": "x"}}`)
			a.tell(t, a.Finish(stackstest.Region, "db", status))
		}
	}
	for name, scenario := range map[string]struct {
		before     func(*testing.T, *account)
		properties string
		want       []string
		// fails is the status to which the operation comes, if it fails.
		fails string
	}{
		"failing":  {nil, deploy, []string{"CREATE db"}, "ROLLBACK_COMPLETE"},
		"create":   {nil, deploy, []string{"CREATE db"}, ""},
		"update":   {created("CREATE_COMPLETE"), deploy, []string{"CREATE db", "UPDATE db"}, ""},
		"recreate": {created("ROLLBACK_COMPLETE"), deploy, []string{"CREATE db", "DELETE db", "CREATE db"}, ""},
		"delete":   {created("CREATE_COMPLETE"), remove, []string{"CREATE db", "DELETE db"}, ""},
	} {
		for _, when := range []string{"before", "after"} {
			for _, call := range []string{"Stack", "Item", "Save", "Create", "Update", "Delete", "Events", "Answer"} {
				for _, turn := range []int{1, 2, 3, 4} {
					for _, lost := range []bool{false, true} {
						t.Run(fmt.Sprintf("%s, %s %s %d, lost %t", name, when, call, turn, lost), func(t *testing.T) {
							t.Parallel()
							a := open()
							if scenario.before != nil {
								scenario.before(t, a)
								a.Revive() // counts from here
							}
							a.Dies = fmt.Sprintf("%s %s %d", when, call, turn)
							a.survives(t, scenario.properties, scenario.fails, lost)
							assert.Equal(t, scenario.want, a.Calls)
						})
					}
				}
			}
		}
	}
}

// survives tries a step again and again, as Step Functions and Lambda do, until it has its
// answer.
func (a *account) survives(t *testing.T, properties, fails string, lost bool) {
	t.Helper()
	var undelivered []stacks.StackEvent
	for range 20 {
		token, _ := a.try("Db", properties) // a launcher that dies returns nothing
		for range 3 {
			if what := a.InProgress(stackstest.Region, "db"); what != "" {
				status, events := what+"_COMPLETE", []stacks.Event(nil)
				if fails != "" {
					status, events = fails, []stacks.Event{{LogicalID: "T", Type: "X", Status: what + "_FAILED", Reason: "no"}}
				}
				undelivered = append(undelivered, a.Finish(stackstest.Region, "db", status, events...))
			}
			for !lost && len(undelivered) > 0 {
				if err := a.StackChanged(t.Context(), undelivered[0]); err == nil {
					undelivered = undelivered[1:]
				}
				a.Revive() // Lambda delivers the event again
			}
		}
		a.Revive()
		answer, answered := a.Answers[token]
		if answered && answer.Failure == nil {
			return
		}
		if answered && fails != "" && answer.Failure.Name == "CREATE_FAILED" {
			return
		}
		if answered {
			require.Equal(t, stacks.ErrorBusy, answer.Failure.Name, "only what the step's own Retry takes up: %v", answer.Failure)
		}
		a.Closed[token] = true // its heartbeat timeout
	}
	require.Fail(t, "the step has no answer", "%v %v", a.Calls, a.Answers)
}
