// Package rundir keeps runs in directories, so that a later run can go on from an
// earlier one and reports can be made of it. A run's directory, with mode 0700 and
// files with 0600, has
//
//	input.json                   the execution's input
//	events.jsonl                 the events but for printed lines, one JSON object a line
//	steps/0001-Name/input.json   the payload before a step, by the number of its visit
//	steps/0001-Name/output.json  the payload after it
//	steps/0001-Name/variables.json
//	steps/0001-Name/log.txt      what its job printed
//	graph.json                   the plan's graph, as package plangraph writes it
//	startup-Runner.txt           what a Runner's startup commands printed
//	payload.json                 the payload so far: the final one, or what the failed step got
package rundir

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

const (
	eventsFile    = "events.jsonl"
	payloadFile   = "payload.json"
	inputFile     = "input.json"
	outputFile    = "output.json"
	variablesFile = "variables.json"
	logFile       = "log.txt"
	graphFile     = "graph.json"
	startupFiles  = "startup-*.txt"

	// kept is how many runs of a template are kept.
	kept = 10
	// maxLog is how much of a job's output is kept, in bytes.
	maxLog = 256 << 20
)

// DefaultRoot is where runs are kept by the XDG base directories. environment holds
// the user's variables.
func DefaultRoot(environment func(string) string) (string, error) {
	if state := environment("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "runnerctl", "runs"), nil
	}
	if home := environment("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".local", "state", "runnerctl", "runs"), nil
	}
	return "", errors.New("neither XDG_STATE_HOME nor HOME is set")
}

// Of is the directory of a template's runs below root.
func Of(root, template string) string {
	sum := sha256.Sum256([]byte(template))
	return filepath.Join(root, filepath.Base(template)+"-"+hex.EncodeToString(sum[:4]))
}

// NewID names a run: it sorts by time.
func NewID(now time.Time) string {
	return now.UTC().Format("20060102T150405.000Z") + "-" + strings.ToLower(rand.Text()[:6])
}

// Writer is the sink that keeps a run.
type Writer struct {
	directory string
	events    *os.File
	json      *runevents.JSONWriter
	logs      map[int]*log
	startup   map[string]*log
	// last is the input of the step of the top level that started last.
	last json.RawMessage
	err  error
}

var _ runevents.Sink = (*Writer)(nil)

// log is a file of printed lines.
type log struct {
	*os.File
	size int64
}

// Create makes the directory of a run below that of the template's runs, and removes
// the oldest ones.
func Create(runs, id string) (*Writer, error) {
	directory := filepath.Join(runs, id)
	if err := os.MkdirAll(filepath.Join(directory, "steps"), 0o700); err != nil {
		return nil, fmt.Errorf("keep the run: %w", err)
	}
	events, err := os.OpenFile(filepath.Join(directory, eventsFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("keep the run: %w", err)
	}
	w := &Writer{directory: directory, events: events, json: runevents.NewJSONWriter(events), logs: map[int]*log{}, startup: map[string]*log{}}
	return w, prune(runs)
}

// prune removes the oldest runs.
func prune(runs string) error {
	all, err := list(runs)
	if err != nil {
		return err
	}
	for _, id := range all[:max(0, len(all)-kept)] {
		err = errors.Join(err, os.RemoveAll(filepath.Join(runs, id)))
	}
	return err
}

// list names the runs, the oldest first.
func list(runs string) ([]string, error) {
	entries, err := os.ReadDir(runs)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the runs that are kept: %w", err)
	}
	var ids []string
	for _, entry := range entries {
		if entry.IsDir() {
			ids = append(ids, entry.Name())
		}
	}
	slices.Sort(ids)
	return ids, nil
}

// Directory is where the run is kept.
func (w *Writer) Directory() string { return w.directory }

// KeepGraph keeps the plan's graph, which reports show.
func (w *Writer) KeepGraph(graph json.RawMessage) {
	w.note(os.WriteFile(filepath.Join(w.directory, graphFile), graph, 0o600))
}

// Take implements runevents.Sink.
func (w *Writer) Take(event runevents.Event) {
	switch event.Kind {
	case runevents.Log:
		w.keepLines(event)
		return
	case runevents.PartialLine:
		return
	case runevents.RunStarted:
		if event.Input != nil {
			w.note(os.WriteFile(filepath.Join(w.directory, inputFile), event.Input, 0o600))
		}
	case runevents.StepStarted:
		w.keep(*event.Step, inputFile, event.Input)
		if len(event.Variables) > 0 && string(event.Variables) != "null" {
			w.keep(*event.Step, variablesFile, event.Variables)
		}
		if event.Step.Path == event.Step.Name {
			w.last = event.Input
		}
	case runevents.StepEnded:
		if event.Output != nil {
			w.keep(*event.Step, outputFile, event.Output)
		}
		if log := w.logs[event.Step.Visit]; log != nil {
			w.note(log.Close())
			delete(w.logs, event.Step.Visit)
		}
	case runevents.RunEnded:
		payload := event.Result.Output
		if payload == nil {
			payload = w.last
		}
		if payload != nil {
			w.note(os.WriteFile(filepath.Join(w.directory, payloadFile), payload, 0o600))
		}
	}
	w.json.Take(event)
}

// keep writes a payload of a step.
func (w *Writer) keep(step runevents.Step, file string, payload json.RawMessage) {
	directory := stepDirectory(w.directory, step)
	w.note(os.MkdirAll(directory, 0o700))
	w.note(os.WriteFile(filepath.Join(directory, file), payload, 0o600))
}

func (w *Writer) keepLines(event runevents.Event) {
	path := filepath.Join(w.directory, strings.Replace(startupFiles, "*", safe(event.Runner), 1))
	kept := w.startup[event.Runner]
	if event.Step != nil {
		path = filepath.Join(stepDirectory(w.directory, *event.Step), logFile)
		kept = w.logs[event.Step.Visit]
	}
	if kept == nil {
		file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
		if err != nil {
			w.note(err)
			return
		}
		kept = &log{File: file}
		if event.Step != nil {
			w.logs[event.Step.Visit] = kept
		} else {
			w.startup[event.Runner] = kept
		}
	}
	kept.write(w, event.Lines)
}

func (l *log) write(w *Writer, lines []byte) {
	if l.size > maxLog {
		return
	}
	if l.size += int64(len(lines)); l.size > maxLog {
		lines = []byte(fmt.Sprintf("[the rest is left out: the log has more than %d MiB]\n", maxLog>>20))
	}
	_, err := l.Write(lines)
	w.note(err)
}

// note keeps the first error.
func (w *Writer) note(err error) {
	if w.err == nil {
		w.err = err
	}
}

// Close ends the record of the run. Its error is the first one of all.
func (w *Writer) Close() error {
	w.note(w.json.Err())
	for _, log := range w.logs {
		w.note(log.Close())
	}
	for _, log := range w.startup {
		w.note(log.Close())
	}
	w.note(w.events.Close())
	if w.err != nil {
		return fmt.Errorf("keep the run: %w", w.err)
	}
	return nil
}

// stepDirectory is where a visit of a step has its files.
func stepDirectory(run string, step runevents.Step) string {
	return filepath.Join(run, "steps", fmt.Sprintf("%04d-%s", step.Visit, safe(step.Path)))
}

// safe makes a name that every file system takes of a step's.
func safe(name string) string {
	name = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.[]", r) {
			return r
		}
		return '_'
	}, name)
	return name[:min(len(name), 100)]
}
