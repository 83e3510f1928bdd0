package stacks_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/stacks/stackstest"
)

const another = `{"StackName": "db", "Template": "db.yaml", "Tags": {"a": "b"}}`

// TestEventIsLate: a step begins with a stack that has come to rest before the event for the
// step before it is heard. It answers that step, which nobody would find any more.
func TestEventIsLate(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"CREATE_COMPLETE", "CREATE_FAILED"} {
		a := open()
		first := a.ask(t, "First", database)
		late := a.Finish(stackstest.Region, "db", end, stacks.Event{LogicalID: "T", Type: "X", Status: "CREATE_FAILED", Reason: "no"})
		second := a.ask(t, "Second", another)
		if end == "CREATE_COMPLETE" {
			assert.NotEmpty(t, a.Answers[first].Output)
		} else {
			_, cause := a.failure(t, first)
			assert.Contains(t, cause, "no")
		}
		assert.Empty(t, a.Answers[second], "it has begun")
		answer := a.Answers[first]
		a.tell(t, late)
		assert.Equal(t, answer, a.Answers[first])
		a.tell(t, a.Finish(stackstest.Region, "db", "UPDATE_COMPLETE"))
		assert.NotEmpty(t, a.Answers[second].Output)
	}
}

// TestDeletionIsLate: the same with a deletion, after which the stack has no name any more.
func TestDeletionIsLate(t *testing.T) {
	t.Parallel()
	a := open()
	a.ask(t, "Db", database)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	removal := a.ask(t, "Remove", `{"StackName": "db", "Action": "Delete"}`)
	a.Finish(stackstest.Region, "db", "DELETE_COMPLETE")
	anew := a.ask(t, "Db", database)
	assert.Equal(t, "{}", a.Answers[removal].Output)
	a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
	assert.NotEmpty(t, a.Answers[anew].Output)
}

// TestAboutToCall: another step's launcher may be about to call CloudFormation for as long
// as a launcher can run. A launcher that died holds nobody up for longer.
func TestAboutToCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := open()
		a.Dies = "before Create 1"
		_, _ = a.try("First", database) // it dies
		a.Revive()
		name, cause := a.failure(t, a.ask(t, "Second", another))
		assert.Equal(t, stacks.ErrorBusy, name)
		assert.Contains(t, cause, `"First"`)
		time.Sleep(15 * time.Minute)
		second := a.ask(t, "Second", another)
		a.tell(t, a.Finish(stackstest.Region, "db", "CREATE_COMPLETE"))
		assert.NotEmpty(t, a.Answers[second].Output)
	})
}
