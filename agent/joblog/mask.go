package joblog

import (
	"bytes"
	"fmt"
	"slices"
)

// Mask hides secrets in a job's lines: the values of variables that look like secrets,
// and values that the job adds. A nil Mask hides nothing. It is for one goroutine at a
// time.
type Mask struct {
	patterns patterns
	// added counts the values that the job added, addedBytes their bytes.
	added, addedBytes int
	// Buffers of Hide.
	plain  []byte
	pieces []piece
	spans  []span
}

// masked replaces a secret.
const masked = "***"

// resetColours follows a secret that had escape sequences inside, because one of them
// may have ended a colour.
const resetColours = "\x1b[0m"

// minSecretLength is the least length in bytes of a secret, unless SecretVariables lists
// it: hiding "1" would make every line unreadable.
const minSecretLength = 4

// NewMask returns a mask for the secrets of an environment, as in os.Environ: the values
// of variables that look like secrets or are in SecretVariables, and the passwords in
// URLs of any variable. Each line of a value is a secret. It returns nil if there are
// none.
func NewMask(environment []string) *Mask {
	found := secretsOf(environment)
	m := &Mask{}
	// The values themselves first: encoded ones have a limit.
	for _, s := range found {
		m.addValue(s)
	}
	for _, s := range found {
		m.addEncoded(s)
	}
	if m.patterns.count == 0 {
		return nil
	}
	return m
}

func (m *Mask) addValue(s secret) {
	for _, line := range s.lines() {
		for _, text := range printed(line) {
			if len(text) >= s.least {
				m.patterns.add(text)
			}
		}
	}
}

// maxPatternBytes bounds the memory for encoded secrets. Values themselves are always
// hidden; no real environment comes near.
const maxPatternBytes = 16 << 20

func (m *Mask) addEncoded(s secret) {
	for _, line := range s.units() {
		if m.patterns.bytes > maxPatternBytes {
			return
		}
		for text := range encodings(line) {
			for _, text := range printed(text) {
				if len(text) >= s.least {
					m.patterns.add(text)
				}
			}
		}
	}
}

// Limits of the values that a job can add, so that it cannot fill the agent's memory.
const (
	maxAdded      = 10_000
	maxAddedBytes = 1 << 20
)

// Add hides a value from now on. The error says why it is not hidden.
func (m *Mask) Add(value string) error {
	s := secret{value: value, least: minSecretLength}
	switch {
	case len(s.lines()) == 0:
		return fmt.Errorf("a secret has at least %d bytes and is no common word", minSecretLength)
	case m.added == maxAdded || m.addedBytes+len(value) > maxAddedBytes:
		return fmt.Errorf("a job can add %d values of %d bytes together", maxAdded, maxAddedBytes)
	}
	m.added++
	m.addedBytes += len(value)
	m.addValue(s)
	m.addEncoded(s)
	return nil
}

// Hide returns the lines with secrets replaced; the same slice if there are none.
func (m *Mask) Hide(lines []byte) []byte {
	if m == nil {
		return lines
	}
	return replace(lines, m.find(lines))
}

// replace replaces the spans of a text; without spans it returns the same slice.
func replace(text []byte, spans []span) []byte {
	if len(spans) == 0 {
		return text
	}
	hidden := make([]byte, 0, len(text))
	at := 0
	for _, s := range spans {
		hidden = append(append(hidden, text[at:s.start]...), masked...)
		if bytes.IndexByte(text[s.start:s.end], escape) >= 0 {
			hidden = append(hidden, resetColours...)
		}
		at = s.end
	}
	return append(hidden, text[at:]...)
}

// Contains reports whether a text contains a secret.
func (m *Mask) Contains(text []byte) bool { return m != nil && len(m.find(text)) > 0 }

// find returns where secrets are, in order; spans neither overlap nor touch. Escape
// sequences inside a secret do not hide it.
func (m *Mask) find(lines []byte) []span {
	m.spans = m.spans[:0]
	m.spans = m.patterns.find(lines, m.spans)
	for at := 0; ; {
		next := bytes.IndexByte(lines[at:], escape)
		if next < 0 {
			return merge(m.spans)
		}
		start, end := at+bytes.LastIndexByte(lines[at:at+next], '\n')+1, len(lines)
		if length := bytes.IndexByte(lines[at+next:], '\n'); length >= 0 {
			end = at + next + length
		}
		m.findBetweenEscapes(lines[start:end], start)
		at = end
	}
}

// findBetweenEscapes adds where secrets are in a line without its escape sequences. No
// secret and no sequence goes on in the next line. start is where the line is in its
// lines.
func (m *Mask) findBetweenEscapes(line []byte, start int) {
	m.plain, m.pieces = withoutEscapes(line, m.plain[:0], m.pieces[:0])
	first := len(m.spans)
	m.spans = m.patterns.find(m.plain, m.spans)
	for i := range m.spans[first:] {
		s := &m.spans[first+i]
		*s = span{start + original(m.pieces, s.start), start + original(m.pieces, s.end-1) + 1}
	}
}

// Cut cuts a line that is too long: at its end, or before a secret that continues or
// may continue there. It returns where, and what is before with secrets replaced.
func (m *Mask) Cut(line []byte) (at int, before []byte) {
	if m == nil {
		return len(line), line
	}
	m.plain, m.pieces = withoutEscapes(line, m.plain[:0], m.pieces[:0])
	at = len(line)
	end := len(m.plain) - m.patterns.begun(m.plain)
	for start := max(end-maxPattern, 0); start < end; start++ {
		if start+m.patterns.at(m.plain[start:]) > end {
			end = start
		}
	}
	if end < len(m.plain) {
		at = original(m.pieces, end)
	}
	if len(m.pieces) > 1 || len(m.plain) < len(line) {
		at = min(at, len(line)-m.patterns.begun(line)) // what begins inside an escape sequence
	}
	spans := m.find(line)
	for i, s := range spans {
		if s.end > at {
			spans[i].end = at
			spans = spans[:i+1]
			break
		}
	}
	if n := len(spans); n > 0 && spans[n-1].start >= at {
		spans = spans[:n-1]
	}
	return at, replace(line[:at], spans)
}

// span is a part of a text.
type span struct{ start, end int }

// merge sorts spans and joins those that overlap or touch.
func merge(spans []span) []span {
	if len(spans) < 2 {
		return spans
	}
	slices.SortFunc(spans, func(a, b span) int { return a.start - b.start })
	joined := spans[:1]
	for _, s := range spans[1:] {
		if last := &joined[len(joined)-1]; s.start <= last.end {
			last.end = max(last.end, s.end)
		} else {
			joined = append(joined, s)
		}
	}
	return joined
}
