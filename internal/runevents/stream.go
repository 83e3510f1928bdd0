package runevents

import (
	"sync"
	"time"
)

// Sink takes events, in order; calls never overlap. A Sink that fails must not fail
// the run: it keeps its error for its end.
type Sink interface {
	Take(Event)
}

// Stream hands events to sinks. Emit may be called concurrently.
type Stream struct {
	mu    sync.Mutex
	sinks []Sink
}

// NewStream returns a stream to these sinks; each gets an event before the next does.
func NewStream(sinks ...Sink) *Stream { return &Stream{sinks: sinks} }

// Emit hands an event on. It sets Time if that is zero.
func (s *Stream) Emit(event Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if event.Time.IsZero() {
		event.Time = time.Now()
	}
	for _, sink := range s.sinks {
		sink.Take(event)
	}
}

// Say emits a Message.
func (s *Stream) Say(level, text string) { s.Emit(Event{Kind: Message, Level: level, Text: text}) }
