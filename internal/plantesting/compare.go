package plantesting

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
)

// Mismatch is one thing that was not as expected.
type Mismatch struct {
	Place problem.Place
	// What says which part: status, states, payload $.output.Build.
	What string
	// Diff has lines that begin with "  ", "- " for what was expected, and "+ " for what
	// was seen.
	Diff []string
	// key is the part's way below "expect", for an update.
	key []string
}

// comparison collects mismatches.
type comparison struct {
	seen  *Seen
	found []Mismatch
}

func (c *comparison) add(place problem.Place, what string, diff []string, key ...string) {
	c.found = append(c.found, Mismatch{place, what, diff, key})
}

// text compares one text.
func (c *comparison) text(want *Value, what, got string) {
	if want != nil && want.Text != got {
		c.add(want.Place, what, wantGot(want.Text, got), what)
	}
}

func wantGot(want, got string) []string {
	var lines []string
	for line := range strings.SplitSeq(want, "\n") {
		lines = append(lines, "- "+line)
	}
	for line := range strings.SplitSeq(got, "\n") {
		lines = append(lines, "+ "+line)
	}
	return lines
}

const nothing = "(nothing)"

// compare finds what was not as expected, in the order of the file.
func (e *Expect) compare(seen *Seen) []Mismatch {
	c := &comparison{seen: seen}
	if got := string(seen.Status); e.Status.Text != got {
		c.add(e.Status.Place, "status", append(wantGot(e.Status.Text, got), seen.why()...), "status")
	}
	c.text(e.Error, "error", seen.Error)
	if e.Cause != nil && !strings.Contains(seen.Cause, e.Cause.Text) {
		c.add(e.Cause.Place, "cause", wantGot(e.Cause.Text, seen.Cause), "cause")
	}
	if e.States != nil {
		if diff, same := diffStates(e.States.texts(), seen.States); !same {
			c.add(e.States.Place, "states", diff, "states")
		}
	}
	for _, state := range e.Never {
		c.never(state)
	}
	c.paths(e.Payload, seen.Payload, "payload")
	c.absent(e.Absent)
	c.caught(e.Caught)
	c.attempts(e.Attempts)
	if e.Takes != nil {
		if want, _ := duration(e.Takes.Text); want != seen.Took {
			c.add(e.Takes.Place, "takes", wantGot(e.Takes.Text, clock(seen)), "takes")
		}
	}
	for _, job := range e.Jobs {
		c.job(job)
	}
	slices.SortStableFunc(c.found, func(a, b Mismatch) int { return a.Place.Line - b.Place.Line })
	return c.found
}

// clock is how long the run took, as takes is written.
func clock(seen *Seen) string {
	text := seen.Took.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// why says why a run failed that was not expected to.
func (s *Seen) why() []string {
	if s.Status == runevents.Succeeded || len(s.Failed) == 0 {
		return nil
	}
	step := s.Failed[0]
	for _, other := range s.Failed {
		if other.Status == runevents.Failed {
			step = other
			break
		}
	}
	lines := []string{"  " + step.Path + " failed:"}
	for line := range strings.SplitSeq(runevents.Explain(step), "\n") {
		lines = append(lines, "    "+line)
	}
	return lines
}

func (l *List) texts() []string {
	texts := make([]string, len(l.Items))
	for i, item := range l.Items {
		texts[i] = item.Text
	}
	return texts
}

func (c *comparison) never(state Value) {
	for _, path := range c.seen.States {
		if path == state.Text || strings.HasSuffix(path, "]."+state.Text) {
			c.add(state.Place, "never", []string{"- " + state.Text + " is never entered", "+ " + path + " was entered"}, "never")
			return
		}
	}
}

// paths compares parts of a document.
func (c *comparison) paths(wanted []PathValue, text json.RawMessage, what string, key ...string) {
	if len(wanted) == 0 {
		return
	}
	document, err := asl.ParseDocument(text)
	for _, want := range wanted {
		var got json.RawMessage
		var ok bool
		if err == nil {
			got, ok, _ = document.Find(want.Path) // the path was checked when it was read
		}
		if !ok {
			c.add(want.Place, what+" "+want.Path, wantGot(indented(want.Want), nothing), append(key, what, want.Path)...)
		} else if !asl.Equal(want.Want, got) {
			c.add(want.Place, what+" "+want.Path, diffLines(indented(want.Want), indented(got)), append(key, what, want.Path)...)
		}
	}
}

func (c *comparison) absent(paths []Value) {
	document, err := asl.ParseDocument(c.seen.Payload)
	if err != nil {
		return
	}
	for _, path := range paths {
		if got, ok, _ := document.Find(path.Text); ok {
			c.add(path.Place, "absent "+path.Text, wantGot(nothing, indented(got)), "absent")
		}
	}
}

func (c *comparison) caught(want *Map) {
	if want == nil {
		return
	}
	wanted, got := []string{}, []string{}
	for _, entry := range want.Entries {
		wanted = append(wanted, entry.Key+": "+entry.Value.Text)
	}
	for _, entry := range c.seen.Caught {
		got = append(got, entry.Key+": "+entry.Value.Text)
	}
	slices.Sort(wanted)
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(wanted, got) {
		c.add(want.Place, "caught", diffLines(strings.Join(wanted, "\n"), strings.Join(got, "\n")), "caught")
	}
}

func (c *comparison) attempts(want *Map) {
	if want == nil {
		return
	}
	for _, entry := range want.Entries {
		got := c.seen.Attempts[entry.Key]
		if n, _ := strconv.Atoi(entry.Value.Text); n != got {
			c.add(entry.Value.Place, "attempts of "+entry.Key, wantGot(entry.Value.Text, strconv.Itoa(got)), "attempts", entry.Key)
		}
	}
}

// indented is a JSON value as people read it.
func indented(value json.RawMessage) string {
	var decoded any
	if len(value) < 60 || json.Unmarshal(value, &decoded) != nil {
		return string(value)
	}
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return string(value)
	}
	return string(text)
}

func describeJob(job ExpectedJob) string {
	if job.Attempt == 0 {
		return "job " + job.Path
	}
	return fmt.Sprintf("job %s, attempt %d", job.Path, job.Attempt)
}
