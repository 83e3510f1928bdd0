package localrun

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/internal/runevents"
)

// tailLines is how many of a job's last lines its failure is shown with.
const tailLines = 10

// jobLog makes events of the jobs' lines and keeps each job's last ones.
type jobLog struct {
	events *runevents.Stream

	mu   sync.Mutex
	jobs map[string]*jobLines // by task token
}

// jobLines are the lines of one job.
type jobLines struct {
	step *runevents.Step
	tail *joblog.Tail

	mu sync.Mutex
	// begun is the start of a line that has no LF yet.
	begun string
}

func newJobLog(events *runevents.Stream) *jobLog {
	return &jobLog{events: events, jobs: map[string]*jobLines{}}
}

// expect announces a step's job.
func (l *jobLog) expect(token string, step runevents.Step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs[token] = &jobLines{step: &step, tail: joblog.NewTail(tailLines)}
}

// forget returns a job's last lines and drops the job.
func (l *jobLog) forget(token string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	job := l.jobs[token]
	delete(l.jobs, token)
	lines := job.tail.Lines()
	job.mu.Lock()
	defer job.mu.Unlock()
	if job.begun != "" { // the step ended before the line did
		lines = append(lines, job.begun)
	}
	return lines
}

// runnerLog is the log of one Runner's jobs.
type runnerLog struct {
	*jobLog
	runner string
}

var _ worker.Log = runnerLog{}

// Open implements worker.Log.
func (l runnerLog) Open(message *protocol.Message) worker.JobLog {
	if message == nil {
		return openLog{events: l.events, runner: l.runner}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	job := l.jobs[message.Metadata.TaskToken]
	if job == nil { // its step has ended
		job = &jobLines{step: &runevents.Step{Name: message.Metadata.StepName, Path: message.Metadata.StepName}, tail: joblog.NewTail(0)}
	}
	return openLog{events: l.events, runner: l.runner, job: job}
}

// openLog takes the lines of a job, or of startup commands if job is nil.
type openLog struct {
	events *runevents.Stream
	runner string
	job    *jobLines
}

var _ worker.PartialLog = openLog{}

// Write implements worker.JobLog.
func (o openLog) Write(at time.Time, lines []byte) {
	if o.job != nil {
		for line := range bytes.Lines(lines) {
			o.job.tail.Add(strings.TrimSuffix(string(line), "\n"))
		}
		o.job.setBegun("")
	}
	o.events.Emit(o.event(runevents.Log, at, lines))
}

// WritePartial implements worker.PartialLog.
func (o openLog) WritePartial(at time.Time, text []byte) {
	if o.job != nil {
		o.job.setBegun(string(text))
	}
	o.events.Emit(o.event(runevents.PartialLine, at, text))
}

func (o openLog) event(kind runevents.Kind, at time.Time, lines []byte) runevents.Event {
	event := runevents.Event{Kind: kind, Time: at, Lines: lines, Runner: o.runner}
	if o.job != nil {
		event.Step, event.Runner = o.job.step, ""
	}
	return event
}

// Close implements worker.JobLog.
func (openLog) Close(context.Context) {}

func (j *jobLines) setBegun(text string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.begun = text
}
