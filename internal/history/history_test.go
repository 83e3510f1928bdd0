package history_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/history"
	"github.com/attini-go/runner/internal/runevents"
)

func at(second int) time.Time { return time.Date(2026, 1, 2, 3, 4, second, 0, time.UTC) }

// recorded reads records as lines: previous, type, name, and what else the type has. The
// ID is the line's number, which is its second too.
func recorded(lines string) []history.Record {
	var records []history.Record
	for line := range strings.Lines(strings.TrimSpace(lines)) {
		fields := append(strings.Fields(line), "", "", "")
		r := history.Record{ID: int64(len(records) + 1), Time: at(len(records) + 1), Type: fields[1]}
		fmt.Sscan(fields[0], &r.Previous)
		switch {
		case strings.HasSuffix(r.Type, "StateEntered"), r.Type == "ExecutionStarted":
			r.Name, r.Input = strings.Trim(fields[2], "-"), `{"in":`+fmt.Sprint(r.ID)+`}`
		case strings.HasSuffix(r.Type, "StateExited"), r.Type == "ExecutionSucceeded":
			r.Name, r.Output = strings.Trim(fields[2], "-"), `{"out":`+fmt.Sprint(r.ID)+`}`
		case strings.HasPrefix(r.Type, "MapIteration"):
			r.Name = fields[2]
			fmt.Sscan(fields[3], &r.Index)
		default:
			r.Error, r.Cause = fields[2], fields[3]
		}
		records = append(records, r)
	}
	return records
}

func told(events []runevents.Event) []string {
	var all []string
	for _, e := range events {
		text := fmt.Sprintf("%02d %s", e.Time.Second(), e.Kind)
		if e.Step != nil {
			text += " " + e.Step.Path
		}
		if e.Ended != nil {
			text += fmt.Sprintf(" %s %d", e.Ended.Status, e.Ended.Attempts)
		}
		if e.Delay != 0 {
			text += fmt.Sprintf(" +%s", e.Delay.Duration())
		}
		if e.Result != nil {
			text += fmt.Sprintf(" %s %s", e.Result.Status, e.Result.FailedStep)
		}
		for _, err := range []*runevents.Error{e.Error, ended(e)} {
			if err != nil {
				text += " " + err.Name
			}
		}
		all = append(all, text+string(e.Input)+string(e.Output))
	}
	return all
}

func ended(e runevents.Event) *runevents.Error {
	if e.Ended == nil {
		return nil
	}
	return e.Ended.Error
}

func unknownBranch(string, string) int { return -1 }

// TestRetryAndCatch: attempts with the pause between them, and a caught error.
func TestRetryAndCatch(t *testing.T) {
	t.Parallel()
	events := history.Events(runevents.Run{ID: "x"}, recorded(`
0 ExecutionStarted
0 TaskStateEntered Build
2 TaskScheduled
3 TaskStarted
4 TaskSubmitted
5 TaskFailed ScriptExecutionError code
6 TaskScheduled
7 TaskSubmitted
8 TaskTimedOut States.Timeout
9 TaskStateExited Build
10 WaitStateEntered Pause
11 WaitStateExited Pause
12 ExecutionSucceeded
`), unknownBranch)
	assert.Equal(t, []string{
		`01 runStarted{"in":1}`,
		`02 stepStarted Build{"in":2}`,
		`03 attemptStarted Build`,
		`06 attemptFailed Build +1s ScriptExecutionError`,
		`07 attemptStarted Build`,
		`10 stepEnded Build CAUGHT 2 States.Timeout{"out":10}`,
		`11 stepStarted Pause{"in":11}`,
		`12 stepEnded Pause SUCCEEDED 1{"out":12}`,
		`13 runEnded SUCCEEDED `,
	}, told(events))
	assert.JSONEq(t, `{"out":13}`, string(events[len(events)-1].Result.Output))
}

// TestBranchesAndIterations have paths of their own, also where they are interleaved.
func TestBranchesAndIterations(t *testing.T) {
	t.Parallel()
	events := history.Events(runevents.Run{}, recorded(`
0 ExecutionStarted
1 ParallelStateEntered Fork
2 ParallelStateStarted
3 PassStateEntered Right
3 MapStateEntered Each
5 MapStateStarted
6 MapIterationStarted Each 0
6 MapIterationStarted Each 1
7 TaskStateEntered Deploy
8 TaskStateEntered Deploy
4 PassStateExited Right
10 TaskStateExited Deploy
12 MapIterationSucceeded Each 1
9 TaskStateExited Deploy
14 MapIterationSucceeded Each 0
15 MapStateSucceeded
16 MapStateExited Each
17 ParallelStateSucceeded
18 ParallelStateExited Fork
19 SucceedStateEntered Done
20 SucceedStateExited Done
21 ExecutionSucceeded
`), func(parallel, start string) int {
		assert.Equal(t, "Fork", parallel)
		return map[string]int{"Each": 0, "Right": 1}[start]
	})
	var paths []string
	for _, step := range events[len(events)-1].Result.Steps {
		paths = append(paths, step.Path+" "+string(step.Status))
	}
	assert.Equal(t, []string{
		"Fork[1].Right SUCCEEDED", "Fork[0].Each[1].Deploy SUCCEEDED", "Fork[0].Each[0].Deploy SUCCEEDED", "Fork[0].Each SUCCEEDED", "Fork SUCCEEDED", "Done SUCCEEDED",
	}, paths)
}

// TestAFailedExecution: what failed, what was around it, and what was stopped.
func TestAFailedExecution(t *testing.T) {
	t.Parallel()
	const failing = `
0 ExecutionStarted
1 ParallelStateEntered Fork
2 ParallelStateStarted
3 TaskStateEntered Bad
3 TaskStateEntered Slow
4 TaskScheduled
5 TaskScheduled
6 TaskFailed ScriptExecutionError code
8 ParallelStateFailed
`
	events := history.Events(runevents.Run{}, recorded(failing+"9 ExecutionFailed ScriptExecutionError code"), unknownBranch)
	assert.Equal(t, []string{
		"10 stepEnded Fork[1].Slow STOPPED 1", "10 stepEnded Fork[0].Bad FAILED 1 ScriptExecutionError",
		"10 stepEnded Fork FAILED 1 ScriptExecutionError", "10 runEnded FAILED Fork[0].Bad",
	}, told(events)[len(events)-4:])

	events = history.Events(runevents.Run{}, recorded(failing+"9 ParallelStateExited Fork\n10 FailStateEntered No\n11 ExecutionFailed Refused"), unknownBranch)
	assert.Equal(t, []string{
		"10 stepEnded Fork[0].Bad FAILED 1 ScriptExecutionError", "10 stepEnded Fork[1].Slow STOPPED 1",
		`10 stepEnded Fork CAUGHT 1 ScriptExecutionError{"out":10}`, `11 stepStarted No{"in":11}`, "12 stepEnded No FAILED 1 Refused", "12 runEnded FAILED No",
	}, told(events)[len(events)-6:])

	running := history.Events(runevents.Run{}, recorded(failing)[:6], unknownBranch)
	assert.Equal(t, runevents.AttemptStarted, running[len(running)-1].Kind, "an execution that still runs has no end")
	events = history.Events(runevents.Run{}, recorded("0 ExecutionStarted\n1 WaitStateEntered W\n2 ExecutionAborted"), unknownBranch)
	assert.Equal(t, []string{"03 stepEnded W STOPPED 1", "03 runEnded STOPPED "}, told(events)[2:])
	assert.Empty(t, history.Events(runevents.Run{}, nil, unknownBranch))
}

// TestLogs: visits of a step share an object; each gets the lines of its own time.
func TestLogs(t *testing.T) {
	t.Parallel()
	visits := []history.Visit{
		{Step: runevents.Step{Visit: 4}, Started: at(10), Ended: at(20)},
		{Step: runevents.Step{Visit: 7}, Started: at(15), Ended: at(30)},
	}
	var object strings.Builder
	for _, second := range []int{5, 12, 17, 25, 40} {
		fmt.Fprintf(&object, `{"timestamp":%d,"data":"at %d"}`+"\n", at(second).UnixMilli(), second)
	}
	object.WriteString("not JSON")
	logs := &history.Logs{}
	require.NoError(t, logs.Add(visits, strings.NewReader(object.String())))
	assert.Equal(t, "at 5\nat 12\nat 17\nnot JSON\n", string(logs.Of(4)))
	assert.Equal(t, "at 17\nat 25\nat 40\n", string(logs.Of(7)))
	assert.Nil(t, logs.Of(1))
}

func TestLogObject(t *testing.T) {
	t.Parallel()
	bucket, key, ok := history.LogObject(json.RawMessage(`{"deploymentOriginData":{"environment":"dev","distributionName":"shop","distributionId":"7c9e","deploymentSource":{"deploymentSourceBucket":"store"}}}`),
		"Build", "arn:aws:states:eu-west-1:111122223333:execution:plan:x1")
	assert.True(t, ok)
	assert.Equal(t, "store/attini/deployment/logs/runner/dev/shop/7c9e/Build/x1", bucket+"/"+key)
	for _, input := range []string{``, `[]`, `{}`, `{"deploymentOriginData":{}}`} {
		_, _, ok := history.LogObject(json.RawMessage(input), "Build", "arn")
		assert.False(t, ok, input)
	}
}

func TestVisits(t *testing.T) {
	t.Parallel()
	visits := history.Visits(history.Events(runevents.Run{}, recorded("0 ExecutionStarted\n1 TaskStateEntered A\n2 TaskStateExited A\n3 TaskStateEntered B"), unknownBranch), at(50))
	require.Len(t, visits, 2)
	assert.Equal(t, []time.Time{at(2), at(3), at(4), at(50)}, []time.Time{visits[0].Started, visits[0].Ended, visits[1].Started, visits[1].Ended})
	assert.JSONEq(t, `{"in":4}`, string(visits[1].Input))
}
