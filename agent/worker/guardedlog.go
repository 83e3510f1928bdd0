package worker

import (
	"context"
	"sync"
	"time"
)

// panicGuardLog is one job's log; none when it could not be opened. Write and Close
// never overlap, also when a job is given up while its log hangs in a Write:
// that closes the log when it returns.
type panicGuardLog struct {
	guard *panicGuard
	log   JobLog

	mu sync.Mutex
	// writing is true during a Write.
	writing bool
	// closing is true from Close on: nothing more is written.
	closing bool
	// idle is closed when the Write returns that Close waits for.
	idle chan struct{}
	// late is true when Close has not waited for it.
	late bool
}

// Write implements JobLog.
func (l *panicGuardLog) Write(at time.Time, lines []byte) {
	if l.log == nil || !l.begin() {
		return
	}
	defer l.end()
	defer l.guard.recoverAndLog("Log", &l.guard.logFailed)
	l.log.Write(at, lines)
}

func (l *panicGuardLog) begin() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.writing = !l.closing
	return l.writing
}

func (l *panicGuardLog) end() {
	l.mu.Lock()
	l.writing = false
	idle, late := l.idle, l.late
	l.mu.Unlock()
	if idle != nil {
		close(idle)
	}
	if late {
		ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
		defer cancel()
		l.close(ctx)
	}
}

// Close implements JobLog. It waits for a Write as long as ctx lasts.
func (l *panicGuardLog) Close(ctx context.Context) {
	if l.log != nil && l.awaitIdle(ctx) {
		l.close(ctx)
	}
}

// awaitIdle waits for the Write in progress, and allows no more. It returns false
// when ctx has ended before.
func (l *panicGuardLog) awaitIdle(ctx context.Context) bool {
	l.mu.Lock()
	l.closing = true
	if !l.writing {
		l.mu.Unlock()
		return true
	}
	idle := make(chan struct{})
	l.idle = idle
	l.mu.Unlock()
	select {
	case <-idle:
		return true
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.late = l.writing
	if l.late {
		l.guard.logger.Warn("a job's log is blocked; the job is reported without waiting for it")
	}
	return !l.late
}

func (l *panicGuardLog) close(ctx context.Context) {
	defer l.guard.recoverAndLog("Log", &l.guard.logFailed)
	l.log.Close(ctx)
}
