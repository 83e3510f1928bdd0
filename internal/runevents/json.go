package runevents

import (
	"bytes"
	"encoding/json"
	"io"
)

// JSONWriter writes a stream as JSON lines: one object per event, and one per printed
// line.
type JSONWriter struct {
	encoder *json.Encoder
	err     error
}

var _ Sink = (*JSONWriter)(nil)

// NewJSONWriter returns a sink that writes to w.
func NewJSONWriter(w io.Writer) *JSONWriter {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return &JSONWriter{encoder: encoder}
}

// lineEvent is an event of printed lines in JSON. Its step is only named, since there
// are many of them.
type lineEvent struct {
	Event
	Step *stepName `json:"step,omitempty"`
	Line string    `json:"line"`
}

type stepName struct {
	Path  string `json:"path"`
	Visit int    `json:"visit"`
}

// Take implements Sink.
func (j *JSONWriter) Take(event Event) {
	event.Time = event.Time.UTC()
	if event.Kind != Log && event.Kind != PartialLine {
		j.write(event)
		return
	}
	line := lineEvent{Event: event}
	if event.Step != nil {
		line.Step = &stepName{event.Step.Path, event.Step.Visit}
	}
	for text := range bytes.Lines(event.Lines) {
		line.Line = string(bytes.TrimSuffix(text, []byte("\n")))
		j.write(line)
	}
}

func (j *JSONWriter) write(value any) {
	if j.err == nil {
		j.err = j.encoder.Encode(value)
	}
}

// Err is the first error of writing.
func (j *JSONWriter) Err() error { return j.err }
