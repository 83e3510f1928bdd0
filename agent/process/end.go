package process

import "time"

// Bounds of the time between two looks at what is left. Only a look can tell:
// the kernel reports the end of children, not of grandchildren.
const (
	shortestPause = time.Millisecond
	longestPause  = 20 * time.Millisecond
)

// killGiveUp is how long after the first SIGKILL a process may still be there.
// A process that hangs in the kernel, as on a file system that is gone, does
// not die, and it must not keep the caller for ever.
const killGiveUp = 5 * time.Second

// End ends what is left of the tree: SIGTERM to all, SIGKILL after Grace, again
// and again until nothing is alive. Then it waits for the rest of the output
// and releases everything. It must always be called; calls after the first
// wait for the first.
//
// Processes that may not be sent signals, and those alive 5 seconds after
// SIGKILL, are given up; so is an Output that takes nothing for 10 seconds.
func (t *Tree) End() {
	t.end.Do(func() {
		defer close(t.ended)
		lastly := t.endMembers(time.Now().Add(t.command.Grace))
		t.releaseLeader(lastly)
		t.output.finish(t.command.Drain)
	})
}

// endMembers returns when nothing of the tree is alive that can be ended. SIGKILL is
// sent from kill on, or from the moment KillNow is closed. What is alive lastly
// is given up.
func (t *Tree) endMembers(kill time.Time) (lastly time.Time) {
	lastly = kill.Add(killGiveUp)
	for pause := shortestPause; t.members.anyAlive(); pause = min(2*pause, longestPause) {
		now := time.Now()
		if now.Before(kill) && isClosed(t.command.KillNow) {
			kill, lastly = now, now.Add(killGiveUp)
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

// releaseLeader waits for the leader, which has ended or is about to, and frees
// its number. A leader that was given up is released by lead, if it ever ends.
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
