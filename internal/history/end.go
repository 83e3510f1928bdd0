package history

import (
	"strings"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// exit ends a state. One that failed before its exit was caught.
func (r *reader) exit(record Record, before position) position {
	v := before.visit
	if v == nil || v.Name != record.Name || v.ended {
		for v = before.around; v != nil && v.Name != record.Name; {
			v = v.outside.around
		}
	}
	if v == nil {
		return before
	}
	status := runevents.Succeeded
	if v.failed != nil {
		status = runevents.Caught
	}
	r.stopWithin(v, record.Time)
	r.end(v, status, record.Time, record.Output)
	return inside(v)
}

// stopWithin ends what still ran in a Parallel or Map.
func (r *reader) stopWithin(v *visit, at time.Time) {
	for _, other := range r.visits {
		if !other.ended && strings.HasPrefix(other.Path, v.Path+"[") {
			r.end(other, unfinished(other), at, "")
		}
	}
}

// unfinished is how a state ended that was not left.
func unfinished(v *visit) runevents.Status {
	if v.failed != nil {
		return runevents.Failed
	}
	return runevents.Stopped
}

func (r *reader) end(v *visit, status runevents.Status, at time.Time, output string) {
	v.ended = true
	result := runevents.StepResult{
		Step: v.Step, Status: status, Attempts: max(v.attempts, 1), Started: v.started,
		Duration: runevents.Seconds(at.Sub(v.started)), Error: v.failed,
	}
	r.results = append(r.results, result)
	r.emit(runevents.Event{Kind: runevents.StepEnded, Time: at, Step: &v.Step, Ended: &result, Output: payload(output)})
}

// endRun ends the run, and what still ran. ExecutionStarted and ExecutionRedriven end
// nothing.
func (r *reader) endRun(record Record) {
	result := runevents.Result{Status: runevents.Stopped, Duration: runevents.Seconds(record.Time.Sub(r.started))}
	switch record.Type {
	case "ExecutionSucceeded":
		result.Status, result.Output = runevents.Succeeded, payload(record.Output)
	case "ExecutionFailed", "ExecutionTimedOut":
		result.Status, result.Error = runevents.Failed, failure(record)
	case "ExecutionAborted":
		result.Error = failure(record)
		if result.Error.Name == "" {
			result.Error.Name = "Aborted"
		}
	default:
		return
	}
	for i := len(r.visits) - 1; i >= 0; i-- { // those within come before what is around them
		v := r.visits[i]
		if v.ended {
			continue
		}
		if v.failed == nil && v.Type == "Fail" {
			v.failed = result.Error
		}
		if v.failed != nil && result.FailedStep == "" && result.Status == runevents.Failed {
			result.FailedStep = v.Path
		}
		r.end(v, unfinished(v), record.Time, "")
	}
	result.Steps = r.results
	r.emit(runevents.Event{Kind: runevents.RunEnded, Time: record.Time, Result: &result})
}
