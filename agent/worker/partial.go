package worker

import (
	"sync"
	"time"

	"github.com/attini-go/runner/agent/joblog"
)

// partialAfter is how long a line waits for its LF before its start is shown.
const partialAfter = 500 * time.Millisecond

// partialWriter writes to a splitter, and shows the line that a job has begun when it
// prints nothing else for a while: a question without LF, or dots of progress.
type partialWriter struct {
	show func(text []byte)

	mu    sync.Mutex
	lines *joblog.Splitter
	timer *time.Timer
}

// Write implements io.Writer.
func (p *partialWriter) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n, err := p.lines.Write(text)
	switch {
	case text[len(text)-1] == '\n':
		if p.timer != nil {
			p.timer.Stop()
		}
	case p.timer == nil:
		p.timer = time.AfterFunc(partialAfter, p.flush)
	default:
		p.timer.Reset(partialAfter)
	}
	return n, err
}

// flush shows the line so far. If the job is printing, there is nothing to show.
func (p *partialWriter) flush() {
	if !p.mu.TryLock() {
		return
	}
	defer p.mu.Unlock()
	if text := p.lines.Unfinished(); len(text) > 0 {
		p.show(text)
	}
}

// Close implements io.Closer.
func (p *partialWriter) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	return p.lines.Close()
}
