package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/history"
	"github.com/attini-go/runner/internal/plangraph"
	"github.com/attini-go/runner/internal/report"
	"github.com/attini-go/runner/internal/runevents"
)

// executions are those of an account and region.
type executions interface {
	Records(ctx context.Context, executionARN string) ([]history.Record, error)
	Definition(ctx context.Context, executionARN string) (definition []byte, name string, err error)
	// Log opens the log of a job; nil if it printed nothing.
	Log(ctx context.Context, bucket, key string) (io.ReadCloser, error)
}

// regionOf is the region of an execution.
func regionOf(executionARN string) (string, error) {
	parts := strings.Split(executionARN, ":")
	if len(parts) != 8 || parts[2] != "states" || parts[5] != "execution" {
		return "", usageError{fmt.Errorf("%s is not the ARN of an execution of a standard workflow: arn:aws:states:REGION:ACCOUNT:execution:STATE-MACHINE:NAME", executionARN)}
	}
	return parts[3], nil
}

// executionSource reads an execution for its page.
func executionSource(ctx context.Context, account executions, executionARN string) (report.Source, error) {
	definition, name, err := account.Definition(ctx, executionARN)
	if err != nil {
		return report.Source{}, err
	}
	graph, err := plangraph.OfDefinition(definition)
	if err != nil {
		return report.Source{}, err
	}
	records, err := account.Records(ctx, executionARN)
	if err != nil {
		return report.Source{}, err
	}
	about := runevents.Run{ID: executionARN[strings.LastIndex(executionARN, ":")+1:], Plan: name, Template: "state machine in AWS"}
	events := history.Events(about, records, branchesOf(graph))
	files := newExecutionFiles(events)
	if err := files.read(ctx, account, executionARN, graph); err != nil {
		return report.Source{}, err
	}
	return report.Source{Events: events, Graph: graph, Files: files, Origin: executionARN, Unfinished: "The execution still ran when this page was made."}, nil
}

// branchesOf finds branches by the state that they start at.
func branchesOf(graph *plangraph.Graph) history.Branch {
	return func(parallel, start string) int {
		for node := range graph.All {
			if node.Name != parallel {
				continue
			}
			for i, part := range node.Parts {
				for _, first := range part.Nodes {
					if first.Name == start {
						return i
					}
				}
			}
		}
		return -1
	}
}

// executionFiles are the texts of an execution.
type executionFiles struct {
	events   []runevents.Event
	payloads map[report.Part]map[int]json.RawMessage
	logs     history.Logs
}

func newExecutionFiles(events []runevents.Event) *executionFiles {
	f := &executionFiles{events: events, payloads: map[report.Part]map[int]json.RawMessage{report.Input: {}, report.Output: {}}}
	for _, event := range events {
		switch event.Kind { //nolint:exhaustive // the others have no payloads
		case runevents.StepStarted:
			f.payloads[report.Input][event.Step.Visit] = event.Input
		case runevents.StepEnded:
			f.payloads[report.Output][event.Step.Visit] = event.Output
		}
	}
	return f
}

var _ report.Files = (*executionFiles)(nil)

// read reads the logs of all jobs. One that cannot be read says why.
func (f *executionFiles) read(ctx context.Context, account executions, executionARN string, graph *plangraph.Graph) error {
	jobs := map[string][]history.Visit{}
	for _, visit := range history.Visits(f.events, time.Now()) {
		jobs[visit.Name] = append(jobs[visit.Name], visit)
	}
	for node := range graph.All {
		visits := jobs[node.Name]
		if node.Type != "AttiniRunnerJob" || len(visits) == 0 {
			continue
		}
		bucket, key, known := history.LogObject(visits[0].Input, node.Name, executionARN)
		if !known {
			continue
		}
		log, err := account.Log(ctx, bucket, key)
		if err == nil && log != nil {
			err = errors.Join(f.logs.Add(visits, log), log.Close())
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			for _, visit := range visits {
				f.logs.Note(visit.Visit, "the log cannot be read: "+err.Error())
			}
		}
	}
	return nil
}

// Payload implements report.Files. The history has no variables.
func (f *executionFiles) Payload(step runevents.Step, part report.Part) (json.RawMessage, error) {
	return f.payloads[part][step.Visit], nil
}

// Input implements report.Files.
func (f *executionFiles) Input() (json.RawMessage, error) {
	if len(f.events) == 0 {
		return nil, nil
	}
	return f.events[0].Input, nil
}

// Log implements report.Files.
func (f *executionFiles) Log(step runevents.Step) (report.Log, error) {
	text := f.logs.Of(step.Visit)
	return report.Log{Size: int64(len(text)), Open: func() (report.ReadAtCloser, error) { return memory{bytes.NewReader(text)}, nil }}, nil
}

// Startup implements report.Files. The artifact store has none.
func (f *executionFiles) Startup() (map[string]report.Log, error) { return nil, nil }

// memory is an open text.
type memory struct{ io.ReaderAt }

// Close implements io.Closer.
func (memory) Close() error { return nil }
