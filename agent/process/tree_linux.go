package process

import (
	"os"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// bytesPending asks how much a pipe holds.
const bytesPending = unix.TIOCINQ

// members finds and signals the processes of one tree.
type members struct {
	leader identity
	cookie []byte
	// pipe is the name in /proc of the pipe that takes the tree's output.
	pipe string
	cmd  *exec.Cmd
	self int
	// session is this program's. No tree has members in it.
	session int

	// known are the members seen alive, and whether they were sent SIGTERM:
	// they stay members when their parents end.
	known map[identity]bool
	// unreachable are members that may not be sent signals, such as those
	// that a job started as another user.
	unreachable map[identity]bool
	// alive are the members that the last look found, but for the unreachable.
	alive []status
	// termSentAt is when the group was sent SIGTERM, in clock ticks after boot.
	termSentAt uint64
	// reaping frees the leader's number; reaped says that it has, and that
	// the leader's group is no longer sent signals by number.
	reaping sync.Once
	reaped  bool
	// procUnreadable says that /proc cannot be read, so only the group is known.
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

// identify learns when the leader started. It is asked only once it matters:
// before the leader has been reaped its number is its own.
func (m *members) identify() {
	if m.leader.start != 0 || m.reaped {
		return
	}
	if s, err := readStatus(m.leader.pid); err == nil {
		m.leader = s.identity
	}
}

// maxUnsureTime is how long looks go on that cannot be trusted. A process that is
// being executed from a slow disk is nobody's for that long.
const maxUnsureTime = 500 * time.Millisecond

// anyAlive looks for members alive. A look that finds none is not trusted when
// processes ended meanwhile, because their children may just have moved, and
// only the second time when there are others, because the kernel may skip a
// child when another one is reaped.
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

// noneLeft is the cheap look after the end of a leader that has started nothing
// that outlived it, which is nearly always: all that it left would be this
// program's now, as a child of its first thread, which leaders never are.
func (m *members) noneLeft() bool {
	return len(m.known) == 0 && m.leaderEnded() && hasNoOrphans(m.self)
}

// groupEnded says that the leader and its group have ended and nothing else
// is known. It gives up the leader's number, because with a zombie in it no
// group looks empty.
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
		// How the leader ended is known already; this frees its number.
		_ = m.cmd.Wait()
	})
}

// terminate sends SIGTERM once to each member, and wakes stopped ones so that
// they can obey. Members that were started later are left alone: a trap may
// start commands to clean up.
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
			// kill finds out who is unreachable.
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

// enlargePipe lets a pipe hold more, so that a job that prints much is stopped less
// often. It is no error when the kernel does not.
func enlargePipe(pipe *os.File) {
	if connection, err := pipe.SyscallConn(); err == nil {
		_ = connection.Control(func(fd uintptr) { _, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 2*pumpBuffer) })
	}
}
