package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
)

// logs writes all logs, of which at most limit bytes: the longest ones are cut.
func (s *store) logs(r *run, files Files, limit int64) error {
	startups, err := files.Startup()
	if err != nil {
		return err
	}
	var sizes []int64
	logs := make([]Log, len(r.Steps))
	for i, step := range r.Steps {
		if logs[i], err = files.Log(step.Step); err != nil {
			return err
		}
		sizes = append(sizes, logs[i].Size)
	}
	for _, log := range startups {
		sizes = append(sizes, log.Size)
	}
	most := share(sizes, limit)
	for i, log := range logs {
		if log.Size == 0 {
			continue
		}
		if r.Steps[i].Log, err = s.log(log, most); err != nil {
			return fmt.Errorf("the log of step %q: %w", r.Steps[i].Path, err)
		}
	}
	for _, runner := range slices.Sorted(maps.Keys(startups)) {
		if startups[runner].Size == 0 {
			continue
		}
		text, err := s.log(startups[runner], most)
		if err != nil {
			return fmt.Errorf("the startup log of Runner %s: %w", runner, err)
		}
		r.Startup = append(r.Startup, startup{runner, text})
	}
	return nil
}

// share is how much each of several texts can have, so that all of them have at most
// limit: short ones are whole, and long ones share what is left.
func share(sizes []int64, limit int64) int64 {
	sorted := slices.Sorted(slices.Values(sizes))
	for i, size := range sorted {
		if each := limit / int64(len(sorted)-i); size > each {
			return each
		}
		limit -= size
	}
	return math.MaxInt64 // all of them are whole
}

// payloads writes the payloads of all steps, and what changed in them, until they have
// limit bytes; those of steps that failed are first.
func (s *store) payloads(r *run, files Files, limit int64) error {
	input, err := files.Input()
	if err != nil {
		return fmt.Errorf("the input of the execution: %w", err)
	}
	if r.Input, err = s.payload(input, &limit); err != nil {
		return err
	}
	if r.Output, err = s.payload(r.output, &limit); err != nil {
		return err
	}
	order := slices.Clone(r.Steps)
	slices.SortStableFunc(order, func(a, b *step) int { return b.urgency() - a.urgency() })
	for _, step := range order {
		if err := s.stepPayloads(step, files, &limit); err != nil {
			return fmt.Errorf("the payloads of step %q: %w", step.Path, err)
		}
	}
	return nil
}

func (s *step) urgency() int {
	if s.Reason != "" || !s.ended {
		return 1
	}
	return 0
}

func (s *store) stepPayloads(step *step, files Files, limit *int64) (err error) {
	var payloads [2]json.RawMessage
	for i, into := range []struct {
		part Part
		text **text
	}{{Input, &step.Input}, {Output, &step.Output}, {Variables, &step.Variables}} {
		payload, err := files.Payload(step.Step, into.part)
		if err != nil {
			return err
		}
		if i < len(payloads) {
			payloads[i] = payload
		}
		if *into.text, err = s.payload(payload, limit); err != nil {
			return err
		}
	}
	if payloads[0] == nil || payloads[1] == nil || *limit <= 0 {
		return nil
	}
	changes, more := changesOf(payloads[0], payloads[1])
	encoded, err := json.Marshal(struct {
		Changes []change `json:"changes"`
		More    int      `json:"more,omitempty"`
	}{changes, more})
	if err != nil {
		return err
	}
	step.Changes, err = s.once(encoded, limit)
	return err
}

// payload writes a payload, indented; nil if there is none or the page is full.
func (s *store) payload(payload json.RawMessage, limit *int64) (*text, error) {
	if payload == nil || *limit <= 0 {
		return nil, nil
	}
	var indented bytes.Buffer
	if err := json.Indent(&indented, bytes.TrimSpace(payload), "", "  "); err != nil {
		return s.once(payload, limit) // it is for people all the same
	}
	return s.once(indented.Bytes(), limit)
}

// once writes a text that is not in the page yet.
func (s *store) once(content []byte, limit *int64) (*text, error) {
	sum := sha256.Sum256(content)
	if known := s.seen[sum]; known != nil {
		return known, nil
	}
	written, err := s.write(bytes.NewReader(content))
	if err != nil {
		return nil, err
	}
	*limit -= int64(len(content))
	s.seen[sum] = written
	return written, nil
}
