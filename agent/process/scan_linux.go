package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// procScan is one look at the members of a tree. It begins with the candidates:
// the children of this program, among them all orphans, and descends only into
// those that are the tree's, so that other trees cost nothing.
type procScan struct {
	*members
	// inTree are the members found, parents first, the ended ones too.
	inTree []status
	found  map[int]bool
	// sessions are those of members. This program's own is never among them.
	sessions map[int]bool
	// complete says that nothing ended while it was looked at: the children of
	// an ended process move to a place that may have been read before.
	complete bool
	// walk says that children are read from /proc and not from the candidates.
	walk bool
}

// scan reads the members alive and reaps those ended. It is sure when nothing
// changed meanwhile; others says that there are more processes than the leader.
func (m *members) scan(adopts bool) (sure, others bool) {
	m.identify()
	c := procScan{members: m, found: map[int]bool{}, sessions: map[int]bool{}}
	if !m.reaped || len(m.known) == 0 {
		c.sessions[m.leader.pid] = true // nobody else can have the number yet
	}
	candidates, err := c.candidates(adopts)
	m.procUnreadable = err != nil
	m.alive = m.alive[:0]
	if m.procUnreadable {
		return true, false
	}
	c.attribute(candidates, adopts)
	for _, s := range c.inTree {
		if s.dead || m.unreachable[s.identity] {
			continue
		}
		m.alive = append(m.alive, s)
		if _, known := m.known[s.identity]; !known {
			m.known[s.identity] = false
		}
	}
	reaped := c.reap(candidates)
	return c.complete && !reaped, len(candidates) > 1 || len(c.inTree) > 1
}

// candidates are the children of this program, when orphans are among them and
// the kernel lists them, and else all processes.
func (c *procScan) candidates(adopts bool) (found []status, err error) {
	if adopts && listsChildren(c.self) {
		c.walk = true
		found, c.complete, err = children(c.self)
		return found, err
	}
	c.complete = true
	return everyProcess()
}

// attribute finds the tree's processes among the candidates: the leader, those
// known from earlier, orphans that carry the cookie, and all descendants and
// sessions of these. The leader's session holds its group.
func (c *procScan) attribute(candidates []status, adopts bool) {
	for _, s := range candidates {
		if s.pid == c.self {
			continue
		}
		_, known := c.known[s.identity]
		orphan := adopts && s.parent == c.self && !s.dead && s.session != c.session
		if known || s.identity == c.leader || orphan && c.carriesCookie(s.pid) {
			c.add(s)
		}
	}
	for before := -1; before != len(c.inTree); {
		before = len(c.inTree)
		for _, s := range candidates {
			if s.pid != c.self && !c.found[s.pid] && (c.found[s.parent] || c.sessions[s.session]) {
				c.add(s)
			}
		}
	}
}

// add adds a member with its descendants.
func (c *procScan) add(member status) {
	for queue := []status{member}; len(queue) > 0; queue = queue[1:] {
		s := queue[0]
		if c.found[s.pid] {
			continue
		}
		c.found[s.pid] = true
		c.inTree = append(c.inTree, s)
		if s.session != c.session {
			c.sessions[s.session] = true
		}
		if !c.walk || s.dead {
			continue
		}
		below, complete, err := children(s.pid)
		c.complete = c.complete && complete && err == nil
		queue = append(queue, below...)
	}
}

// carriesCookie says whether a process has the tree's cookie in its environment
// or, when it cleared that, writes to the tree's pipe.
func (c *procScan) carriesCookie(pid int) bool {
	environment, err := os.ReadFile(procPath(pid, "environ"))
	if bytes.Contains(environment, c.cookie) {
		return true
	}
	if len(environment) == 0 && !errors.Is(err, fs.ErrPermission) {
		// In the middle of an exec or an exit there are no arguments either.
		arguments, err := os.ReadFile(procPath(pid, "cmdline"))
		c.complete = c.complete && err == nil && len(arguments) > 0
	}
	for _, stream := range []string{"fd/1", "fd/2"} {
		if target, err := os.Readlink(procPath(pid, stream)); err == nil && target == c.pipe {
			return true
		}
	}
	return false
}

// reap waits for ended orphans of this tree, and for those that nobody can
// attribute any more because an ended process has no environment. It spares the
// leaders of other trees and this program's other children.
func (c *procScan) reap(candidates []status) (any bool) {
	for _, s := range candidates {
		if !s.dead || s.parent != c.self || s.identity == c.leader {
			continue
		}
		// Leaders are the first of their session and never children of the
		// first thread, see ownThread; all orphans are.
		unowned := s.session != c.session && (s.session != s.pid || s.ofFirstThread)
		if c.found[s.pid] || unowned {
			// Only this very process: others wait for theirs.
			_, _ = unix.Wait4(s.pid, nil, unix.WNOHANG, nil)
			any = true
		}
	}
	return any
}

// pipeName is what /proc/<pid>/fd shows for a pipe; empty when that is unknown.
func pipeName(pipe *os.File) string {
	info, err := pipe.Stat()
	if err != nil {
		return ""
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return "pipe:[" + strconv.FormatUint(stat.Ino, 10) + "]"
}
