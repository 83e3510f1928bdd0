// Package report makes one HTML page of a run: the plan's graph, the timeline, and each
// step with its log, payloads, attempts and errors. The page is a single file that
// loads nothing from anywhere; docs/report.md describes it.
//
// What a run prints and passes on is hostile until shown otherwise. It is in the page
// as JSON without "<" and as compressed pieces in base64, and the page's scripts write
// it as text only. The page's policy lets no other script run.
package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/runevents"
)

// Source is a run.
type Source struct {
	// Events is what happened, in order; printed lines and payloads are in Files.
	Events []runevents.Event
	// Graph is the plan's graph without states of a run; nil if it is unknown.
	Graph *plangraph.Graph
	Files Files
	// Origin says where the run is, for people: a directory, or an execution's ARN.
	Origin string
	// Unfinished says why the events have no end, if they have none; "" for a run that
	// was killed.
	Unfinished string
}

// Files are the payloads and logs of a run.
type Files interface {
	// Payload is a step's; nil if it is not known.
	Payload(step runevents.Step, part Part) (json.RawMessage, error)
	// Input is the input of the execution; nil if it is not known.
	Input() (json.RawMessage, error)
	// Log is what a step's job printed; it is empty if the job printed nothing.
	Log(step runevents.Step) (Log, error)
	// Startup has what startup commands printed, by Runner.
	Startup() (map[string]Log, error)
}

// Part is a payload of a step.
type Part string

// The payloads of a step.
const (
	Input     Part = "input"
	Output    Part = "output"
	Variables Part = "variables"
)

// Log is a text of any length.
type Log struct {
	// Size is in bytes.
	Size int64
	Open func() (ReadAtCloser, error)
}

// ReadAtCloser is an open Log.
type ReadAtCloser interface {
	io.ReaderAt
	io.Closer
}

// maxText is how much of all logs a page has, and how much of all payloads, in bytes
// before compression. Compressed logs have about a tenth of it.
const maxText = 128 << 20

// Write writes the page of a run.
func Write(w io.Writer, source Source) error {
	return write(w, source, maxText)
}

func write(w io.Writer, source Source, limit int64) error {
	run := read(source)
	out := &output{w: w}
	page := &page{out: out, run: run, source: source}
	if err := page.head(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	store := &store{out: out, origin: source.Origin, seen: map[[32]byte]*text{}}
	if err := store.logs(run, source.Files, limit); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := store.payloads(run, source.Files, limit); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if err := page.tail(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if out.err != nil {
		return fmt.Errorf("write the report: %w", out.err)
	}
	return nil
}

// output keeps the first error of writing.
type output struct {
	w   io.Writer
	err error
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	var n int
	n, o.err = o.w.Write(p)
	return n, o.err
}
