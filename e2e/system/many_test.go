package system_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTwentyPlans: of 20 executions with 10 jobs each, all started at the same
// moment on a cold runner, one starts the task, and each job runs once.
func TestTwentyPlans(t *testing.T) {
	t.Parallel()
	const plans, jobs = 20, 10
	g := newJobBarrier(t)
	var branches []object
	for i := range jobs {
		step := fmt.Sprintf("Step%d", i)
		branches = append(branches, object{"StartAt": step, "States": object{step: object{
			"Type": "AttiniRunnerJob", "End": true,
			"Properties": object{"Environment": object{"WHO.$": "$$.Execution.Name"}, "Commands": []string{g.recordCommand("$WHO-" + step)}},
		}}})
	}
	s := open(t).deploy(t, template(object{"RunnerConfiguration": object{"MaxConcurrentJobs": 20}},
		onCall(object{"Type": "Parallel", "Branches": branches, "End": true})))
	s.output(t, s.first(t))
	require.Empty(t, s.runnerTasks("Build"), "a runner that no taken path needs is not started")
	executions := make([]string, plans)
	var starts sync.WaitGroup
	for i := range plans {
		starts.Go(func() { executions[i] = s.called(t) })
	}
	starts.Wait()
	for _, execution := range executions {
		s.succeeds(t, execution)
	}
	begun := g.started(t)
	slices.Sort(begun)
	assert.Len(t, begun, plans*jobs)
	assert.Len(t, slices.Compact(begun), plans*jobs, "each job runs once")
	assert.Len(t, s.runnerTasks("Build"), 1)
}

// TestShapes: each branch, each turn of a Map and each attempt of a step is a job
// of its own.
func TestShapes(t *testing.T) {
	t.Parallel()
	g := newJobBarrier(t)
	turn := job(last(), g.recordCommand("turn"), output(`{"turn":true}`))
	left := object{"StartAt": "Left", "States": object{"Left": job(last(), g.recordCommand("left"), output(`"left"`))}}
	right := object{"StartAt": "Right", "States": object{"Right": job(last(), g.recordCommand("right"), output(`"right"`))}}
	plan := object{"StartAt": "Both", "States": object{
		"Both":   object{"Type": "Parallel", "Branches": []object{left, right}, "Next": "Joined"},
		"Joined": object{"Type": "AttiniMergeOutput", "Next": "Items"},
		"Items": object{"Type": "Pass", "Result": slices.Collect(func(yield func(int) bool) {
			for i := range 30 {
				if !yield(i) {
					return
				}
			}
		}), "ResultPath": "$.items", "Next": "Each"},
		"Each": object{
			"Type": "Map", "ItemsPath": "$.items", "ItemSelector": object{"deploymentOriginData.$": "$.deploymentOriginData"},
			"ItemProcessor": object{"StartAt": "Turn", "States": object{"Turn": turn}}, "ResultPath": "$.turns", "Next": "Again",
		},
		"Again": job(object{"End": true, "Retry": []object{{"ErrorEquals": []string{"ScriptExecutionError"}, "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1}}},
			g.recordCommand("attempt"), "[ $(grep -c attempt "+g.startedFile+") -eq 3 ]", output(`"third"`)),
	}}
	s := open(t).deploy(t, template(object{"RunnerConfiguration": object{"MaxConcurrentJobs": 10}}, plan))
	payload := s.output(t, s.first(t))
	assert.Equal(t, "left", outputOf(t, payload, "Left"))
	assert.Equal(t, "right", outputOf(t, payload, "Right"))
	assert.Equal(t, "third", outputOf(t, payload, "Again"))
	assert.Len(t, payload["turns"], 30)
	counts := map[string]int{}
	for _, who := range g.started(t) {
		counts[who]++
	}
	assert.Equal(t, map[string]int{"left": 1, "right": 1, "turn": 30, "attempt": 3}, counts)
	assert.Len(t, s.runnerTasks("Build"), 1)
}
