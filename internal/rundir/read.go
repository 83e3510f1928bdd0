package rundir

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/attini-go/runner/internal/runevents"
)

// Kept is a run that is kept.
type Kept struct {
	Directory string
	// Run is what was run; Result is nil if the run was killed.
	Run    runevents.Run
	Result *runevents.Result
	// Started are the steps in the order in which they started, and Ended how they
	// ended, by their visit; a step that was killed with its run is missing there.
	Started []runevents.Step
	Ended   map[int]runevents.StepResult
	// Events is everything that happened, but for printed lines and payloads.
	Events []runevents.Event
}

// ErrNone means that no run is kept.
var ErrNone = errors.New("no earlier run of this template is kept")

// Latest reads the last run of a template; ErrNone if there is none.
func Latest(runs string) (*Kept, error) {
	for kept, err := range newestFirst(runs) {
		return kept, err
	}
	return nil, ErrNone
}

// newestFirst reads the runs one after the other.
func newestFirst(runs string) func(yield func(*Kept, error) bool) {
	return func(yield func(*Kept, error) bool) {
		ids, err := list(runs)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, id := range slices.Backward(ids) {
			if !yield(Read(filepath.Join(runs, id))) {
				return
			}
		}
	}
}

// Read reads the run in a directory. The file may end within a line, if the run was
// killed.
func Read(directory string) (*Kept, error) {
	file, err := os.Open(filepath.Join(directory, eventsFile))
	if err != nil {
		return nil, fmt.Errorf("read the run: %w", err)
	}
	defer file.Close()
	kept := &Kept{Directory: directory, Ended: map[int]runevents.StepResult{}}
	lines := bufio.NewReader(file)
	for number := 1; ; number++ {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return kept, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the run: %w", err)
		}
		var event runevents.Event
		if err := json.Unmarshal(line, &event); err != nil {
			return nil, fmt.Errorf("read the run: %s:%d: %w", file.Name(), number, err)
		}
		if event.Version > runevents.Version {
			return nil, fmt.Errorf("read the run: %s has version %d of the events, a newer runnerctl wrote it", file.Name(), event.Version)
		}
		kept.take(event)
	}
}

func (k *Kept) take(event runevents.Event) {
	k.Events = append(k.Events, event)
	switch {
	case event.Kind == runevents.RunStarted && event.Run != nil:
		k.Run = *event.Run
	case event.Kind == runevents.StepStarted && event.Step != nil:
		k.Started = append(k.Started, *event.Step)
	case event.Kind == runevents.StepEnded && event.Ended != nil:
		k.Ended[event.Ended.Visit] = *event.Ended
	case event.Kind == runevents.RunEnded:
		k.Result = event.Result
	}
}

// Unfinished is the step of the top level at which the run ended without success; ""
// if it succeeded, or ran single steps.
func (k *Kept) Unfinished() string {
	if k.Result != nil && k.Result.Status == runevents.Succeeded || len(k.Run.Steps) > 0 {
		return ""
	}
	for _, step := range slices.Backward(k.Started) {
		if step.Path == step.Name {
			return step.Name
		}
	}
	return ""
}

// Before is what a step got, and what its execution did; nil for what is not kept.
type Before struct {
	Run              string
	Input, Variables json.RawMessage
	ExecutionInput   json.RawMessage
}

// FindStep returns what a step got when a run came to it last, in the newest run that
// did; ErrNone if none did. top says that the step is one of the top level, where a
// run can go on.
func FindStep(runs, name string, top bool) (Before, error) {
	for kept, err := range newestFirst(runs) {
		if err != nil {
			return Before{}, err
		}
		for _, step := range slices.Backward(kept.Started) {
			if step.Name != name || top && step.Path != name {
				continue
			}
			return kept.before(step)
		}
	}
	return Before{}, ErrNone
}

func (k *Kept) before(step runevents.Step) (before Before, err error) {
	before.Run = filepath.Base(k.Directory)
	directory := stepDirectory(k.Directory, step)
	if before.Input, err = os.ReadFile(filepath.Join(directory, inputFile)); err != nil {
		return before, fmt.Errorf("read the payload of an earlier run: %w", err)
	}
	var missing [2]error
	before.Variables, missing[0] = os.ReadFile(filepath.Join(directory, variablesFile))
	before.ExecutionInput, missing[1] = os.ReadFile(filepath.Join(k.Directory, inputFile))
	for _, err := range missing {
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return before, fmt.Errorf("read an earlier run: %w", err)
		}
	}
	return before, nil
}

// Payload is the payload that a run came to; nil if no step started.
func Payload(directory string) (json.RawMessage, error) {
	payload, err := os.ReadFile(filepath.Join(directory, payloadFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return payload, err
}
