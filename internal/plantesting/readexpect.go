package plantesting

import (
	"slices"
	"strconv"
	"time"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/wording"
)

func expectKeys() []string {
	return []string{"status", "error", "cause", "states", "never", "payload", "absent", "caught", "attempts", "takes", "jobs"}
}

func jobKeys() []string { return []string{"runner", "commands", "environment", "input"} }

func (r *reader) readExpect(n at, e *Expect) {
	e.Place, e.Status.Place = n.place, n.place
	r.fields(n, "expect", expectKeys(), func(key string, value at) {
		switch key {
		case "status":
			e.Status = Value{r.oneOf(value, key, string(runevents.Succeeded), string(runevents.Failed)), value.place}
		case "error":
			e.Error = r.valueOf(value, key)
		case "cause":
			e.Cause = r.valueOf(value, key)
		case "states":
			e.States = r.list(value, key)
		case "never":
			e.Never = r.list(value, key).Items
		case "payload":
			e.Payload = r.pathValues(value, key)
		case "absent":
			e.Absent = r.list(value, key).Items
			for i, path := range e.Absent {
				r.checkPath(at{value.Node, value.path.Index(i), path.Place}, path.Text)
			}
		case "caught":
			e.Caught = r.texts(value, key)
		case "attempts":
			e.Attempts = r.texts(value, key)
			for _, entry := range e.Attempts.Entries {
				if count, err := strconv.Atoi(entry.Value.Text); err != nil || count < 1 {
					r.report(at{value.Node, value.path.Key(entry.Key), entry.Value.Place}, RuleValue, "attempts must be a number from 1")
				}
			}
		case "takes":
			e.Takes = r.valueOf(value, key)
			if _, err := duration(e.Takes.Text); err != nil {
				r.report(value, RuleValue, "takes must be seconds, or a duration such as \"1h30m\"")
			}
		case "jobs":
			e.Jobs = r.jobs(value)
		}
	})
	if n.IsMap() && !n.Has("status") && (e.Error != nil || e.Cause != nil) {
		e.Status.Text = string(runevents.Failed) // who expects an error expects a failure
	}
	if (e.Error != nil || e.Cause != nil) && e.Status.Text == string(runevents.Succeeded) {
		r.report(n, RuleValue, "a run that is expected to succeed has no error and no cause; for an error that a Catch takes, write caught")
	}
}

func (r *reader) valueOf(n at, what string) *Value {
	value := r.value(n, what)
	return &value
}

// duration reads seconds, or a duration with its unit.
func duration(text string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(text, 64); err == nil {
		return time.ParseDuration(strconv.FormatFloat(seconds, 'f', -1, 64) + "s")
	}
	return time.ParseDuration(text)
}

func (r *reader) pathValues(n at, what string) []PathValue {
	var values []PathValue
	for _, entry := range r.entries(n, what) {
		path := entry.path.LastKey()
		key := entry
		key.place = n.KeyPlace(path)
		r.checkPath(key, path)
		text, err := entry.MarshalJSON()
		if err != nil {
			r.report(entry, RuleValue, "%s cannot be written as JSON: %s", path, err)
		}
		values = append(values, PathValue{path, text, entry.place})
	}
	return values
}

func (r *reader) checkPath(where at, path string) {
	if asl.CheckPath(path) != nil && asl.CheckPath("$."+path) == nil {
		r.report(where, RulePath, "%s is not a path; did you mean %q?", wording.Quote(path), "$."+path)
	} else if err := asl.CheckPath(path); err != nil {
		r.report(where, RulePath, "%s", err)
	}
}

// jobs reads what jobs are given: one object for the last attempt, or a list of one for
// each.
func (r *reader) jobs(n at) []ExpectedJob {
	var jobs []ExpectedJob
	for _, entry := range r.entries(n, "jobs") {
		path := entry.path.LastKey()
		if !entry.IsList() {
			jobs = append(jobs, r.job(entry, path, 0))
			continue
		}
		for i, attempt := range r.items(entry, "jobs") {
			jobs = append(jobs, r.job(attempt, path, i+1))
		}
	}
	return jobs
}

func (r *reader) job(n at, path string, attempt int) ExpectedJob {
	job := ExpectedJob{Path: path, Attempt: attempt, Place: n.place}
	r.fields(n, "a job", jobKeys(), func(key string, value at) {
		switch key {
		case "runner":
			job.Runner = r.valueOf(value, key)
		case "commands":
			job.Commands = r.list(value, key)
		case "environment":
			job.Environment = r.texts(value, key)
		case "input":
			job.Input = r.pathValues(value, key)
		}
	})
	slices.SortStableFunc(job.Input, func(a, b PathValue) int { return a.Place.Line - b.Place.Line })
	return job
}
