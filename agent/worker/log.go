package worker

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

const (
	// logTimeout is how long a job's report waits for its log to be complete.
	logTimeout = 10 * time.Second
	// logStopTimeout is the same for an agent that is shutting down.
	logStopTimeout = 3 * time.Second
)

// guardedLog keeps a log from harming its job: a Write that hangs delays the
// report for a bounded time only, and after a panic the log gets no more lines.
// Write and Close of the log never overlap: if Write hangs, it closes the log
// itself when it returns.
type guardedLog struct {
	worker *Worker
	log    JobLog
	// inUse has an entry during a call of the log.
	inUse chan struct{}
	// closing means that the log gets no more lines; closeLate that the Write in
	// progress must close it.
	closing, closeLate atomic.Bool
}

// openLog opens the log of a job, or of the startup commands for a nil message.
func (w *Worker) openLog(message *protocol.Message) *guardedLog {
	l := &guardedLog{worker: w, inUse: make(chan struct{}, 1)}
	if w.catchPanic(func() error { l.log = w.ports.Log.Open(message); return nil }) != nil {
		l.log = noLog{}
	}
	return l
}

// noLog replaces a log that could not be opened.
type noLog struct{}

func (noLog) Write(time.Time, []byte) {}
func (noLog) Close(context.Context)   {}

// write passes lines on, unless the log is closed.
func (l *guardedLog) write(at time.Time, lines []byte) {
	l.inUse <- struct{}{}
	if !l.closing.Load() && l.worker.catchPanic(func() error { l.log.Write(at, lines); return nil }) != nil {
		l.closing.Store(true)
	}
	<-l.inUse
	l.closeIfLate()
}

// takesPartial reports whether writePartial does anything.
func (l *guardedLog) takesPartial() bool { _, ok := l.log.(PartialLog); return ok }

// writePartial passes on a line without LF, unless the log is busy or closed.
func (l *guardedLog) writePartial(at time.Time, text []byte) {
	select {
	case l.inUse <- struct{}{}:
	default:
		return
	}
	partial, ok := l.log.(PartialLog)
	if ok && !l.closing.Load() && l.worker.catchPanic(func() error { partial.WritePartial(at, text); return nil }) != nil {
		l.closing.Store(true)
	}
	<-l.inUse
	l.closeIfLate()
}

// close completes the log before its job is reported. A job whose agent is
// shutting down has little time left.
func (l *guardedLog) close(job context.Context) {
	patience := logTimeout
	if job.Err() != nil {
		patience = logStopTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(job), patience)
	defer cancel()
	l.closing.Store(true)
	select {
	case l.inUse <- struct{}{}:
		l.closeNow(ctx)
		<-l.inUse
		return
	case <-ctx.Done():
	}
	l.closeLate.Store(true)
	select {
	case l.inUse <- struct{}{}: // the Write has just returned, perhaps before it could see closeLate
		<-l.inUse
		l.closeIfLate()
	default:
		l.worker.logger.Warn("the log of a job is blocked; the job is reported before its log is complete")
	}
}

func (l *guardedLog) closeIfLate() {
	if l.closeLate.CompareAndSwap(true, false) {
		ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
		defer cancel()
		l.closeNow(ctx)
	}
}

func (l *guardedLog) closeNow(ctx context.Context) {
	_ = l.worker.catchPanic(func() error { l.log.Close(ctx); return nil })
}
