package process

import (
	"bytes"
	"os"
	"os/exec"
	"time"

	"golang.org/x/sys/unix"
)

// bytesPending asks how much a pipe holds.
const bytesPending = unix.TIOCINQ

// members finds and signals the processes of one tree.
type members struct {
	leader identity
	cookie []byte
	cmd    *exec.Cmd
	self   int
	// session is this program's, and the leader's.
	session int

	// known are the members seen alive, and whether they were sent SIGTERM:
	// they stay members when their parents end.
	known map[identity]bool
	// alive are the members that the last look found.
	alive []status
	// told says that the group was sent SIGTERM.
	told bool
	// reaped says that the leader's number is free: its group is no longer
	// sent signals by number.
	reaped bool
	// blind says that /proc cannot be read, so only the group is known.
	blind bool
}

func newMembers(cmd *exec.Cmd, cookie string) *members {
	m := &members{
		cmd: cmd, cookie: []byte(cookie), self: os.Getpid(),
		leader: identity{pid: cmd.Process.Pid}, known: map[identity]bool{},
	}
	// The leader cannot have been reaped yet, so its status is its own.
	if s, err := readStatus(m.leader.pid); err == nil {
		m.leader, m.session = s.identity, s.session
	}
	return m
}

// left looks for members alive. A look that finds none is not trusted when
// processes ended meanwhile, because their children may just have moved, and
// only the second time when there are others, because the kernel may skip a
// child when another one is reaped.
func (m *members) left() bool {
	adopts := adoptsOrphans()
	if !adopts && m.groupEnded() {
		return false
	}
	const looks, pause = 5, time.Millisecond
	trusted := 0
	for range looks {
		sure, others := m.look(adopts)
		if len(m.alive) > 0 || sure && !others {
			break
		}
		if !sure {
			trusted = 0
			time.Sleep(pause)
			continue
		}
		if trusted++; trusted == 2 {
			break
		}
	}
	if m.blind {
		return !m.groupEnded()
	}
	return len(m.alive) > 0
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
	if m.reaped {
		return
	}
	m.reaped = true
	// How the leader ended is known already; this frees its number.
	_ = m.cmd.Wait()
}

// look reads the members alive and reaps those ended. It is sure when nothing
// changed meanwhile; others says that there are more processes than the leader.
func (m *members) look(adopts bool) (sure, others bool) {
	processes, sure, err := m.snapshot(adopts)
	m.blind = err != nil
	m.alive = m.alive[:0]
	if m.blind {
		return true, false
	}
	mine, unsure := m.attribute(processes, adopts)
	sure = sure && !unsure
	for _, s := range processes {
		switch orphan := s.parent == m.self && s.pid != m.leader.pid; {
		case mine[s.pid] && !s.dead:
			m.alive = append(m.alive, s)
			if _, known := m.known[s.identity]; !known {
				m.known[s.identity] = false
			}
		case s.dead && orphan && (mine[s.pid] || s.session != m.session):
			// Only this very process: others wait for theirs.
			_, _ = unix.Wait4(s.pid, nil, unix.WNOHANG, nil)
			sure = false
		}
	}
	return sure, len(processes) > 1
}

func (m *members) snapshot(adopts bool) (processes []status, complete bool, err error) {
	if adopts {
		processes, complete, err = descendants(m.self)
		if err == nil {
			return processes, complete, nil
		}
	}
	processes, err = everyProcess()
	return processes, true, err
}

// attribute tells which processes are the tree's: the leader, those known from
// earlier, those in the leader's group, orphans with the cookie, and all
// descendants and sessions of these. It is unsure when the environment of an
// orphan could not be read, as in the middle of an exec.
func (m *members) attribute(processes []status, adopts bool) (mine map[int]bool, unsure bool) {
	mine = map[int]bool{}
	sessions := map[int]bool{}
	add := func(s status) {
		mine[s.pid] = true
		if s.session != m.session {
			sessions[s.session] = true
		}
	}
	for _, s := range processes {
		_, known := m.known[s.identity]
		switch {
		case s.pid == m.self:
		case known, s.identity == m.leader, s.group == m.leader.pid && s.start >= m.leader.start:
			add(s)
		case adopts && s.parent == m.self && !s.dead:
			environment, err := os.ReadFile(procPath(s.pid, "environ"))
			if bytes.Contains(environment, m.cookie) {
				add(s)
			}
			unsure = unsure || (err == nil && len(environment) == 0)
		}
	}
	for before := -1; before != len(mine); {
		before = len(mine)
		for _, s := range processes {
			if s.pid != m.self && !mine[s.pid] && (mine[s.parent] || sessions[s.session]) {
				add(s)
			}
		}
	}
	return mine, unsure
}

// terminate sends SIGTERM once to each member, and wakes stopped ones so that
// they can obey.
func (m *members) terminate() {
	if !m.told && !m.reaped {
		m.told = true
		_ = unix.Kill(-m.leader.pid, unix.SIGTERM)
		_ = unix.Kill(-m.leader.pid, unix.SIGCONT)
	}
	for _, s := range m.alive {
		if m.known[s.identity] {
			continue
		}
		m.known[s.identity] = true
		if m.reaped || s.group != m.leader.pid {
			send(s.identity, unix.SIGTERM)
			send(s.identity, unix.SIGCONT)
		}
	}
}

// kill sends SIGKILL to all members.
func (m *members) kill() {
	if !m.reaped || m.blind {
		_ = unix.Kill(-m.leader.pid, unix.SIGKILL)
	}
	for _, s := range m.alive {
		send(s.identity, unix.SIGKILL)
	}
}
