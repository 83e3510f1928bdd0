package plantesting

import (
	"strconv"
	"strings"
)

// job compares what a job was given.
func (c *comparison) job(want ExpectedJob) {
	what := describeJob(want)
	key := []string{"jobs", want.Path}
	if want.Attempt > 0 {
		key = append(key, strconv.Itoa(want.Attempt-1))
	}
	runs := c.seen.Jobs[want.Path]
	if len(runs) == 0 || want.Attempt > len(runs) {
		got := "it was not started"
		if len(runs) > 0 {
			got = "it was started " + strconv.Itoa(len(runs)) + " times"
		}
		c.add(want.Place, what, []string{"- it is started", "+ " + got}, key...)
		return
	}
	got := runs[len(runs)-1]
	if want.Attempt > 0 {
		got = runs[want.Attempt-1]
	}
	if want.Runner != nil && want.Runner.Text != got.Runner {
		c.add(want.Runner.Place, what+": runner", wantGot(want.Runner.Text, got.Runner), append(key, "runner")...)
	}
	if want.Commands != nil {
		if wanted, seen := strings.Join(want.Commands.texts(), "\n"), strings.Join(got.Commands, "\n"); wanted != seen {
			c.add(want.Commands.Place, what+": commands", diffLines(wanted, seen), append(key, "commands")...)
		}
	}
	if want.Environment != nil {
		for _, variable := range want.Environment.Entries {
			value, set := got.Environment[variable.Key]
			if !set {
				value = nothing
			}
			if value != variable.Value.Text {
				c.add(variable.Value.Place, what+": environment "+variable.Key, wantGot(variable.Value.Text, value), append(key, "environment", variable.Key)...)
			}
		}
	}
	before := len(c.found)
	c.paths(want.Input, got.Input, "input", key...)
	for i := before; i < len(c.found); i++ {
		c.found[i].What = what + ": " + c.found[i].What
	}
}
