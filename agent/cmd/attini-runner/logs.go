package main

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// logs writes the lines of jobs to the container's log and to the artifact store.
type logs struct {
	console *joblog.Console
	archive *joblog.Archive
	store   artifactStore
}

var _ worker.Log = (*logs)(nil)

// droppedNotice returns a line for the agent's log, at any log level, when lines of
// jobs are missing.
func droppedNotice(dropped joblog.Dropped) []byte {
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Warn("the container's log was blocked; lines are missing here", "lines", dropped.Lines, "bytes", dropped.Bytes)
	return line.Bytes()
}

// Open implements worker.Log.
func (l *logs) Open(message *protocol.Message) worker.JobLog {
	if message == nil {
		return &jobLog{step: l.console.Step(worker.StartupStep, nil)}
	}
	opened := &jobLog{step: l.console.Step(message.Metadata.StepName, nil)}
	if place, known := logLocation(message); known && l.store.allows(place.Bucket) {
		opened.entry = l.archive.Open(place)
	}
	return opened
}

// logLocation returns where a job's log is in the artifact store; the framework's
// tools look there.
func logLocation(message *protocol.Message) (place joblog.Location, known bool) {
	origin := message.Origin
	execution := message.Metadata.ExecutionARN
	return joblog.Location{
		Bucket: origin.Source.Bucket,
		Key: strings.Join([]string{
			"attini/deployment/logs/runner", origin.Environment, origin.DistributionName, origin.DistributionID,
			message.Metadata.StepName, execution[strings.LastIndex(execution, ":")+1:],
		}, "/"),
	}, origin.Source.Bucket != ""
}

// jobLog is the log of one job. The startup commands have no entry.
type jobLog struct {
	step  *joblog.Step
	entry *joblog.Entry
}

// Write implements worker.JobLog.
func (l *jobLog) Write(at time.Time, lines []byte) {
	_ = l.step.WriteLines(lines) // a broken container log must not fail a job
	if l.entry != nil {
		l.entry.WriteLines(at, lines)
	}
}

// Close implements worker.JobLog.
func (l *jobLog) Close(ctx context.Context) {
	if l.entry != nil {
		l.entry.Close(ctx)
	}
}
