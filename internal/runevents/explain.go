package runevents

import (
	"fmt"
	"strings"
	"time"
)

// String is file:line, or "" for an unknown place.
func (p Place) String() string {
	if p.Line == 0 {
		return ""
	}
	return fmt.Sprintf("%s:%d", p.File, p.Line)
}

// String is the error as one line.
func (e *Error) String() string {
	if e.Cause == "" {
		return e.Name
	}
	return e.Name + ": " + e.Cause
}

// Explain says in lines why a step failed: its reason, and the last lines of the output.
func Explain(step StepResult) string {
	text := Reason(step)
	switch failure := step.Failure; {
	case failure == nil:
	case len(failure.LastLines) > 0:
		text += "\nits last lines:\n  " + strings.Join(failure.LastLines, "\n  ")
	case failure.Command != nil:
		text += "\nit printed nothing"
	}
	return strings.TrimPrefix(text, "\n")
}

// Reason says in lines why a step failed: the error, the command with its place, and the
// limit.
func Reason(step StepResult) string {
	var text strings.Builder
	if step.Error != nil {
		fmt.Fprintf(&text, "%s\n", step.Error)
	}
	if step.Original != nil {
		fmt.Fprintf(&text, "its Catch failed while it handled this error: %s\n", step.Original)
	}
	failure := step.Failure
	if failure == nil {
		failure = &Failure{}
	}
	told := func(text string) bool { return step.Error != nil && strings.Contains(step.Error.Cause, text) }
	if c := failure.Command; c != nil {
		if !told(c.Text) {
			fmt.Fprintf(&text, "command %s\n", c.describe())
		}
		if place := c.Place.String(); place != "" {
			fmt.Fprintf(&text, "at %s\n", place)
		}
	}
	if failure.Meaning != "" && !told(failure.Meaning) {
		fmt.Fprintf(&text, "exit code %s\n", failure.Meaning)
	}
	if l := failure.Limit; l != nil {
		where := "its default"
		if place := l.Place.String(); place != "" {
			where = "set at " + place
		}
		fmt.Fprintf(&text, "limit: %s, %s (%s)\n", l.Name, Clock(l.Value.Duration()), where)
	}
	return strings.TrimSuffix(text.String(), "\n")
}

func (c *Command) describe() string {
	line := ""
	if c.Line > 1 {
		line = fmt.Sprintf(", line %d", c.Line)
	}
	return fmt.Sprintf("%d of %d%s: %s", c.Number, c.Count, line, c.Text)
}

// Clock is a duration as people write it: 350ms, 2.5s, 1m20s, 1h05m.
func Clock(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	case d.Round(time.Second) < time.Hour:
		d = d.Round(time.Second)
		if d < time.Minute {
			return fmt.Sprintf("%ds", int(d.Seconds()))
		}
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
}
