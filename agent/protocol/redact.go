package protocol

import (
	"fmt"
	"io"
	"log/slog"
)

// Any principal with the task token can answer the step, and a payload may contain
// secrets. So a message that is printed, logged or encoded by mistake shows only
// which job it is.

// String describes the step without the token.
func (m ExecutionMetadata) String() string {
	return fmt.Sprintf("step %q of %s", m.StepName, m.ExecutionARN)
}

// Format implements fmt.Formatter: every verb prints String.
func (m ExecutionMetadata) Format(state fmt.State, _ rune) { write(state, m.String()) }

// MarshalText implements encoding.TextMarshaler: without the token.
func (m ExecutionMetadata) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// LogValue implements slog.LogValuer: without the token.
func (m ExecutionMetadata) LogValue() slog.Value {
	return slog.GroupValue(slog.String("step", m.StepName), slog.String("execution", m.ExecutionARN), slog.Int("retry", m.RetryCount))
}

// String describes the message without its payload and token.
func (m Message) String() string { return "job of " + m.Metadata.String() }

// Format implements fmt.Formatter: every verb prints String.
func (m Message) Format(state fmt.State, _ rune) { write(state, m.String()) }

// MarshalText implements encoding.TextMarshaler: without payload and token.
func (m Message) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// LogValue implements slog.LogValuer: without payload and token.
func (m Message) LogValue() slog.Value { return m.Metadata.LogValue() }

func write(state fmt.State, text string) {
	// fmt offers no way to report an error of its own buffer.
	_, _ = io.WriteString(state, text)
}
