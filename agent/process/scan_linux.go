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

// procScan is one scan for the members of a tree. It starts with the candidates, the
// children of this program with all orphans, and descends only into members of the
// tree, so that other trees cost nothing.
type procScan struct {
	*members
	// inTree are the members found, also ended ones, parents first.
	inTree []status
	found  map[int]bool
	// sessions are the members' sessions, without this program's own.
	sessions map[int]bool
	// complete means that no process ended during the scan: the children of an ended
	// process move to a parent that may have been read before.
	complete bool
	// walk means that children are read from /proc, not from the candidates.
	walk bool
}

// scan finds the living members and reaps the ended ones. sure means that nothing changed
// meanwhile, others that there are more processes than the leader.
func (m *members) scan(adopts bool) (sure, others bool) {
	m.identify()
	c := procScan{members: m, found: map[int]bool{}, sessions: map[int]bool{}}
	if !m.reaped || len(m.known) == 0 {
		c.sessions[m.leader.pid] = true // no other session can have this id yet
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

// candidates returns the children of this program, if orphans are among them and the
// kernel lists them; otherwise all processes.
func (c *procScan) candidates(adopts bool) (found []status, err error) {
	if adopts && listsChildren(c.self) {
		c.walk = true
		found, c.complete, err = children(c.self)
		return found, err
	}
	c.complete = true
	return everyProcess()
}

// attribute finds the tree's processes among the candidates: the leader, members known
// from earlier scans, orphans with the cookie, and the descendants and sessions of all
// these. The leader's session includes its group.
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

// carriesCookie reports whether a process has the tree's cookie in its environment or
// writes to the tree's pipe.
func (c *procScan) carriesCookie(pid int) bool {
	environment, err := os.ReadFile(procPath(pid, "environ"))
	if bytes.Contains(environment, c.cookie) {
		return true
	}
	if len(environment) == 0 && !errors.Is(err, fs.ErrPermission) {
		// During an exec or an exit, there are no arguments either.
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

// reap waits for ended orphans of this tree, and for ended orphans of unknown trees: an
// ended process has no environment. It leaves the leaders of other trees and this
// program's other children alone.
func (c *procScan) reap(candidates []status) (any bool) {
	for _, s := range candidates {
		if !s.dead || s.parent != c.self || s.identity == c.leader {
			continue
		}
		// Leaders lead their session and are never children of the first thread, see
		// runOnOwnThread; all orphans are.
		unowned := s.session != c.session && (s.session != s.pid || s.ofFirstThread)
		if c.found[s.pid] || unowned {
			// Not any child: other trees wait for theirs.
			_, _ = unix.Wait4(s.pid, nil, unix.WNOHANG, nil)
			any = true
		}
	}
	return any
}

// pipeName returns what /proc/<pid>/fd shows for a pipe; "" if unknown.
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
