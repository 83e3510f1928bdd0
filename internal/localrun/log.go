package localrun

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// tailLines is how many of a job's last lines its failure is shown with.
const tailLines = 10

// jobLog hands every line on and keeps each job's last ones.
type jobLog struct {
	next worker.Log

	mu    sync.Mutex
	tails map[string]*joblog.Tail // by task token
}

var _ worker.Log = (*jobLog)(nil)

func newJobLog(next worker.Log) *jobLog {
	return &jobLog{next: next, tails: map[string]*joblog.Tail{}}
}

// Open implements worker.Log.
func (l *jobLog) Open(message *protocol.Message) worker.JobLog {
	if message == nil {
		return l.next.Open(nil)
	}
	return tailLog{l.next.Open(message), l.tail(message.Metadata.TaskToken)}
}

// tailLog keeps one job's last lines.
type tailLog struct {
	next worker.JobLog
	tail *joblog.Tail
}

// Write implements worker.JobLog.
func (t tailLog) Write(at time.Time, lines []byte) {
	for line := range strings.Lines(string(lines)) {
		t.tail.Add(strings.TrimSuffix(line, "\n"))
	}
	t.next.Write(at, lines)
}

// Close implements worker.JobLog.
func (t tailLog) Close(ctx context.Context) { t.next.Close(ctx) }

func (l *jobLog) tail(token string) *joblog.Tail {
	l.mu.Lock()
	defer l.mu.Unlock()
	tail := l.tails[token]
	if tail == nil {
		tail = joblog.NewTail(tailLines)
		l.tails[token] = tail
	}
	return tail
}

// takeTail returns a job's last lines and forgets them.
func (l *jobLog) takeTail(token string) []string {
	lines := l.tail(token).Lines()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.tails, token)
	return lines
}
