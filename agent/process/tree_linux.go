package process

import (
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bytesPending is the ioctl for the number of bytes in a pipe.
const bytesPending = unix.TIOCINQ

// members finds and signals the processes of one tree.
type members struct {
	leader identity
	cookie []byte
	// pipe is the name in /proc of the pipe for the tree's output.
	pipe string
	cmd  *exec.Cmd
	self int
	// session is this program's. No tree has members in it.
	session int

	// known are the members that were found alive, and whether they got SIGTERM. They
	// stay members when their parents end.
	known map[identity]bool
	// unreachable are members that do not accept signals, such as processes of
	// another user.
	unreachable map[identity]bool
	// alive are the members that the last scan found, without unreachable ones.
	alive []status
	// termSentAt is when the group got SIGTERM, in clock ticks after boot.
	termSentAt uint64
	// reaping frees the leader's process id. After it, reaped is true and the group
	// gets no signals by id.
	reaping sync.Once
	reaped  bool
	// procUnreadable means that /proc cannot be read, so only the group is known.
	procUnreadable bool
}

func newMembers(cmd *exec.Cmd, cookie, pipe string) *members {
	m := &members{
		cmd: cmd, cookie: []byte(cookie), pipe: pipe, self: os.Getpid(),
		leader: identity{pid: cmd.Process.Pid},
		known:  map[identity]bool{}, unreachable: map[identity]bool{},
	}
	// Only fails for processes that do not exist.
	m.session, _ = unix.Getsid(0)
	return m
}

// identify reads when the leader started, as late as possible: until the leader has been
// reaped, its process id is enough.
func (m *members) identify() {
	if m.leader.start != 0 || m.reaped {
		return
	}
	if s, err := readStatus(m.leader.pid); err == nil {
		m.leader = s.identity
	}
}

// maxUnsureTime is how long scans without a sure result are repeated: a process that
// starts from a slow disk has no environment for a while.
const maxUnsureTime = 500 * time.Millisecond

// anyAlive scans for living members. A scan that finds none does not count if processes
// ended meanwhile, because their children may have moved. If there are other
// processes, two such scans are needed, because the kernel may skip a child while
// another one is reaped.
func (m *members) anyAlive() bool {
	adopts := adoptsOrphans()
	if adopts && m.noneLeft() || !adopts && m.groupEnded() {
		return false
	}
	pause, trusted := shortestPause, 0
	for begin := time.Now(); time.Since(begin) < maxUnsureTime; {
		sure, others := m.scan(adopts)
		if len(m.alive) > 0 || sure && !others {
			break
		}
		if !sure {
			trusted = 0
			time.Sleep(pause)
			pause = min(2*pause, longestPause)
			continue
		}
		if trusted++; trusted == 2 {
			break
		}
	}
	if m.procUnreadable {
		return !m.groupEnded()
	}
	return len(m.alive) > 0
}

// noneLeft is a cheap check for the usual case, a leader that left no processes: they
// would now be children of this program's first thread, which leaders never are.
func (m *members) noneLeft() bool {
	return len(m.known) == 0 && m.leaderEnded() && hasNoOrphans(m.self)
}

// groupEnded reports whether the leader and its group have ended and no other member is
// known. It releases the leader, because a group with a zombie does not look empty.
func (m *members) groupEnded() bool {
	if len(m.known) > 0 || !m.leaderEnded() {
		return false
	}
	m.release()
	return unix.Kill(-m.leader.pid, 0) == unix.ESRCH
}

func (m *members) leaderEnded() bool {
	if m.reaped {
		return true
	}
	return hasEnded(m.leader.pid)
}

// release reaps the leader, which must have ended.
func (m *members) release() {
	m.reaping.Do(func() {
		m.reaped = true
		// The exit is known already; this frees the process id.
		_ = m.cmd.Wait()
	})
}

// terminate sends SIGTERM once to each member, and SIGCONT so that stopped ones can
// react. Members that started later get none: a trap may run commands to clean up.
func (m *members) terminate() {
	first := m.termSentAt == 0
	if first {
		m.termSentAt = ticksAfterBoot()
		if !m.reaped {
			_ = unix.Kill(-m.leader.pid, unix.SIGTERM)
			_ = unix.Kill(-m.leader.pid, unix.SIGCONT)
		}
	}
	for _, s := range m.alive {
		if m.known[s.identity] || !first && s.start >= m.termSentAt {
			continue
		}
		m.known[s.identity] = true
		if m.reaped || s.group != m.leader.pid {
			// One that has ended needs no signal, and kill finds what a signal does not reach.
			_ = send(s.identity, unix.SIGTERM)
			_ = send(s.identity, unix.SIGCONT)
		}
	}
}

// kill sends SIGKILL to all members.
func (m *members) kill() {
	if !m.reaped || m.procUnreadable {
		_ = unix.Kill(-m.leader.pid, unix.SIGKILL)
	}
	for _, s := range m.alive {
		if send(s.identity, unix.SIGKILL) == unix.EPERM {
			m.unreachable[s.identity] = true
		}
	}
}

// enlargePipe makes a pipe larger, so that a job that prints much waits less often. The
// kernel may refuse.
func enlargePipe(pipe *os.File) {
	if connection, err := pipe.SyscallConn(); err == nil {
		_ = connection.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 2*pumpBuffer) })
	}
}
