// Package runview shows a run to people while it happens: as a live tree on a
// terminal, as plain lines elsewhere, and as groups and annotations in GitHub's logs.
package runview

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/runevents"
)

// Detail is how much is shown.
type Detail int

// The details.
const (
	// Quiet leaves out the starts and ends of steps, and the lines of jobs that
	// succeed.
	Quiet Detail = iota - 1
	Normal
	// Verbose adds steps that do nothing for long (Pass, Choice), and times of lines.
	Verbose
)

// Options are how a run is shown.
type Options struct {
	Detail Detail
	Colour bool
	// Size is the terminal's; nil or 0 if it is unknown.
	Size func() (columns, rows int)
}

// View is a sink that is closed at the end of a run.
type View interface {
	runevents.Sink
	// Close ends what the view draws. Afterwards only summaries are written.
	Close()
}

// names shows paths as prefixes, each in a colour of its own.
type names struct {
	colour bool
	dealt  map[string]int
}

func newNames(colour bool) *names { return &names{colour: colour, dealt: map[string]int{}} }

// prefix is what a line of a step, or of a Runner's startup commands, begins with.
func (n *names) prefix(event runevents.Event) string {
	return n.paint(source(event)) + " | "
}

// source names what printed lines.
func source(event runevents.Event) string {
	if event.Step == nil {
		return "Startup"
	}
	return OneLine(event.Step.Path)
}

// paint deals the colours in turn, so that the first steps differ.
func (n *names) paint(name string) string {
	if !n.colour {
		return name
	}
	colours := [...]string{cyan, magenta, blue, yellow, green}
	i, known := n.dealt[name]
	if !known {
		i = len(n.dealt) % len(colours)
		n.dealt[name] = i
	}
	return style(true, colours[i], name)
}

// OneLine keeps a name on one line and harmless to a terminal.
func OneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, text)
}

// The colours, as SGR parameters.
const (
	bold    = "1"
	dim     = "2"
	red     = "31"
	green   = "32"
	yellow  = "33"
	blue    = "34"
	magenta = "35"
	cyan    = "36"
)

// style colours text, or leaves it as it is.
func style(colour bool, parameters, text string) string {
	if !colour {
		return text
	}
	return "\x1b[" + parameters + "m" + text + "\x1b[0m"
}

// colourOf is the colour of a status.
func colourOf(status runevents.Status) string {
	switch status {
	case runevents.Succeeded:
		return green
	case runevents.Failed:
		return red
	default:
		return yellow
	}
}

// works reports whether a step may take long, so that its start is worth a line.
func works(step *runevents.Step) bool {
	switch step.Type {
	case "Task", "Wait", "Parallel", "Map":
		return true
	default:
		return false
	}
}

// describeEnd says how a step ended: "succeeded after 1.2s". Why the plan ends is in the
// summary, which follows at once, and why a Parallel or Map failed, the step in it says;
// only a step whose Catch goes on has its cause here.
func describeEnd(end *runevents.StepResult) string {
	words := map[runevents.Status]string{
		runevents.Succeeded: "succeeded", runevents.Failed: "failed", runevents.Caught: "failed", runevents.Stopped: "stopped",
	}[end.Status]
	text := fmt.Sprintf("%s after %s", words, runevents.Clock(end.Duration.Duration()))
	if end.Attempts > 1 {
		text += fmt.Sprintf(" and %d attempts", end.Attempts)
	}
	switch {
	case end.Error == nil:
	case end.Status == runevents.Caught && end.Type != "Parallel" && end.Type != "Map":
		text += ": " + end.Error.String()
	default:
		text += ": " + end.Error.Name
	}
	if end.Status == runevents.Caught {
		text += "; its Catch goes on"
		if end.Next != "" {
			text += " at " + OneLine(end.Next)
		}
	}
	return text
}

// describeRetry says what follows a failed attempt.
func describeRetry(event runevents.Event) string {
	text := fmt.Sprintf("attempt %d failed: %s", event.Attempt, event.Error)
	if at := commandPlace(event.Failure); at != "" {
		text += " (" + at + ")"
	}
	return fmt.Sprintf("%s; attempt %d in %s", text, event.Attempt+1, runevents.Clock(event.Delay.Duration()))
}

func commandPlace(failure *runevents.Failure) string {
	if failure == nil || failure.Command == nil {
		return ""
	}
	return failure.Command.Place.String()
}
