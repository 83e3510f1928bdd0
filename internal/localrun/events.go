package localrun

import (
	"encoding/json"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// Places is where a template defines what a run's messages name.
type Places struct {
	// Steps are the plan's, by name.
	Steps map[string]StepPlaces
	// JobTimeouts are the Runners' own, by the Runner's logical id.
	JobTimeouts map[string]runevents.Place
}

// StepPlaces is where a step is defined.
type StepPlaces struct {
	Step runevents.Place
	// Runner is the logical id of a job's Runner; "" for other steps.
	Runner string
	// Commands has the place of each of a job's commands.
	Commands []CommandPlace
	// Timeout is where TimeoutSeconds is.
	Timeout runevents.Place
}

// CommandPlace is where a command is written.
type CommandPlace struct {
	runevents.Place
	// Block says that the text starts on the next line and has the template's lines, as
	// YAML's | has them.
	Block bool
}

// line is the place of a line of the command, from 1.
func (c CommandPlace) line(n int) runevents.Place {
	if c.Block {
		c.Line += n
	}
	return c.Place
}

// command is the place of a line of a job's command; both count from 1.
func (s StepPlaces) command(number, line int) runevents.Place {
	if number < 1 || number > len(s.Commands) {
		return runevents.Place{}
	}
	return s.Commands[number-1].line(line)
}

// jobTimeout is the limit that a Runner sets for a job.
func (p Places) jobTimeout(runner string, limit time.Duration) *runevents.Limit {
	return &runevents.Limit{Name: "JobTimeout of Runner " + runner, Value: runevents.Seconds(limit), Place: p.JobTimeouts[runner]}
}

// encoded is a value of the States Language as JSON; nil if there is none.
func encoded(value any) json.RawMessage {
	text, err := json.Marshal(value)
	if err != nil {
		return nil // only values that JSON cannot hold, which asl has none of
	}
	return text
}
