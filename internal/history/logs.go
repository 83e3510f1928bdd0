package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// Visit is when a step ran, and the payload that it got.
type Visit struct {
	runevents.Step
	Started, Ended time.Time
	Input          json.RawMessage
}

// Visits are the steps of a run, in the order in which they started. A step that still
// runs has ended at now.
func Visits(events []runevents.Event, now time.Time) []Visit {
	var visits []Visit
	for _, event := range events {
		switch {
		case event.Kind == runevents.StepStarted:
			visits = append(visits, Visit{Step: *event.Step, Started: event.Time, Ended: now, Input: event.Input})
		case event.Kind == runevents.StepEnded && event.Step.Visit <= len(visits):
			visits[event.Step.Visit-1].Ended = event.Time
		}
	}
	return visits
}

// LogObject is where the log of a job is in the artifact store, by the step's input; ok
// is false if the input does not say what is deployed.
func LogObject(input json.RawMessage, step, executionARN string) (bucket, key string, ok bool) {
	var payload struct {
		Origin struct {
			Environment      string `json:"environment"`
			DistributionName string `json:"distributionName"`
			DistributionID   string `json:"distributionId"`
			Source           struct {
				Bucket string `json:"deploymentSourceBucket"`
			} `json:"deploymentSource"`
		} `json:"deploymentOriginData"`
	}
	if err := json.Unmarshal(input, &payload); err != nil || payload.Origin.Source.Bucket == "" {
		return "", "", false
	}
	o := payload.Origin
	return o.Source.Bucket, strings.Join([]string{
		"attini/deployment/logs/runner", o.Environment, o.DistributionName, o.DistributionID, step, executionARN[strings.LastIndex(executionARN, ":")+1:],
	}, "/"), true
}

const (
	// maxLog is how much is kept of the log of a visit, and maxLogs of all, in bytes.
	maxLog  = 64 << 20
	maxLogs = 256 << 20
)

// Logs are the logs of visits.
type Logs struct {
	byVisit map[int]*bytes.Buffer
	size    int
}

// Of is the log of a visit; nil if it printed nothing.
func (l *Logs) Of(visit int) []byte {
	if l.byVisit[visit] == nil {
		return nil
	}
	return l.byVisit[visit].Bytes()
}

// Note adds a line of our own to the log of a visit.
func (l *Logs) Note(visit int, text string) { l.buffer(visit).WriteString("[" + text + "]\n") }

func (l *Logs) buffer(visit int) *bytes.Buffer {
	if l.byVisit == nil {
		l.byVisit = map[int]*bytes.Buffer{}
	}
	if l.byVisit[visit] == nil {
		l.byVisit[visit] = &bytes.Buffer{}
	}
	return l.byVisit[visit]
}

// Add reads an object of the artifact store, which all visits of a step share: one JSON
// object per line. A line is of the visits that ran when it was printed.
func (l *Logs) Add(visits []Visit, object io.Reader) error {
	lines := bufio.NewReader(object)
	for {
		text, err := lines.ReadBytes('\n')
		if len(text) > 0 {
			l.add(visits, text)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read a log: %w", err)
		}
	}
}

func (l *Logs) add(visits []Visit, text []byte) {
	var line struct {
		Timestamp int64  `json:"timestamp"`
		Data      string `json:"data"`
	}
	if err := json.Unmarshal(text, &line); err != nil {
		line.Data = strings.TrimSuffix(string(text), "\n") // it is for people all the same
	}
	at := time.UnixMilli(line.Timestamp)
	found, nearest := false, 0
	for i, visit := range visits {
		if at.Before(visit.Started) {
			break // as all after it
		}
		nearest = i
		if !at.After(visit.Ended) {
			found = true
			l.write(visit.Visit, line.Data)
		}
	}
	if !found && len(visits) > 0 { // the clocks differ
		l.write(visits[nearest].Visit, line.Data)
	}
}

func (l *Logs) write(visit int, line string) {
	buffer := l.buffer(visit)
	if buffer.Len() > maxLog || l.size > maxLogs {
		return
	}
	l.size += len(line) + 1
	buffer.WriteString(line)
	buffer.WriteByte('\n')
	if buffer.Len() > maxLog || l.size > maxLogs {
		l.Note(visit, "the rest is left out: the log is too long; all of it is in the artifact store")
	}
}
