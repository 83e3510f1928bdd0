package process

import "time"

// Bounds of the time between two scans for processes. End must poll, because the
// kernel reports the end of children but not of grandchildren.
const (
	shortestPause = time.Millisecond
	longestPause  = 20 * time.Millisecond
)

// defaultGiveUp is how long after the first SIGKILL End waits for a process. A process
// that hangs in the kernel, for example on a lost file system, does not die.
const defaultGiveUp = 5 * time.Second

// End ends the rest of the tree: it sends SIGTERM to all processes, and SIGKILL after
// Grace, until none is alive. Then it waits for the rest of the output and releases
// everything. The caller must always call it; later calls wait for the first.
//
// End gives up processes that it may not send signals or that are alive 5 seconds
// after SIGKILL, and an Output that accepts nothing for 10 seconds.
func (t *Tree) End() {
	t.end.Do(func() {
		defer close(t.ended)
		lastly := t.endMembers(time.Now().Add(t.command.Grace))
		t.releaseLeader(lastly)
		t.output.finish(t.command.Drain)
		t.program.release(t)
	})
}

// endMembers returns when no process is alive that can be ended. It sends SIGKILL from
// the time kill on, or when KillNow is closed. It gives up processes that are alive
// at the time lastly.
func (t *Tree) endMembers(kill time.Time) (lastly time.Time) {
	lastly = kill.Add(t.giveUp)
	for pause := shortestPause; t.members.anyAlive(); pause = min(2*pause, longestPause) {
		now := time.Now()
		if now.Before(kill) && isClosed(t.command.KillNow) {
			kill, lastly = now, now.Add(t.giveUp)
		}
		switch {
		case now.Before(kill):
			t.members.terminate()
			pause = min(pause, kill.Sub(now))
		case now.Before(lastly):
			t.members.kill()
		default:
			return lastly
		}
		time.Sleep(pause)
	}
	return lastly
}

// releaseLeader waits for the leader's end and frees its process id. If the leader was
// given up, lead releases it when it ends.
func (t *Tree) releaseLeader(lastly time.Time) {
	timer := time.NewTimer(time.Until(lastly))
	defer timer.Stop()
	select {
	case <-t.exited:
	case <-timer.C:
		t.abandoned.Store(true)
		if !isClosed(t.exited) {
			return
		}
	}
	t.members.release()
}
