package process

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Conceal keeps other processes of the same user, such as jobs, from reading this
// program's memory, environment and open files, unless they may trace any process
// (CAP_SYS_PTRACE, CAP_PERFMON or CAP_SYS_ADMIN, which ECS gives to no container by
// itself). Programs that it starts
// are not affected. Only main packages may call it.
func Conceal() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }

// orphans returns the orphans that this program has now.
func orphans() map[identity]bool {
	found := map[identity]bool{}
	for _, s := range listOrphans(nil) {
		found[s.identity] = true
	}
	return found
}

// listOrphans returns the living and the ended orphans of this program. They are in
// another session, and children of its first thread, which leaders never are.
func listOrphans(services map[*Tree]bool) []status {
	self := os.Getpid()
	if !adoptsOrphans() || hasNoOrphans(self) {
		return nil
	}
	session, err := unix.Getsid(0)
	if err != nil {
		return nil
	}
	lists := listsChildren(self)
	all, _, err := children(self)
	if !lists {
		all, err = everyProcess()
	}
	if err != nil {
		return nil
	}
	leaders := map[int]bool{}
	for t := range services {
		leaders[t.Pid()] = true
	}
	var found []status
	for _, s := range all {
		if s.parent == self && s.session != session && (s.ofFirstThread || !lists && !leaders[s.pid]) {
			found = append(found, s)
		}
	}
	return found
}

// endOrphans kills all orphans but those of services and those that are spared, with
// their descendants, until there is none. It gives up after defaultGiveUp.
func endOrphans(services map[*Tree]bool, spared map[identity]bool) {
	for begin, pause := time.Now(), shortestPause; time.Since(begin) < defaultGiveUp; pause = min(2*pause, longestPause) {
		killed := false
		for _, s := range listOrphans(services) {
			switch {
			case s.dead:
				_, _ = unix.Wait4(s.pid, nil, unix.WNOHANG, nil)
			case spared[s.identity] || isOfService(s, services):
			default:
				killed = true
				killAll(s)
			}
		}
		if !killed {
			return
		}
		time.Sleep(pause)
	}
}

// killAll kills a process and its descendants. Those that get away become orphans.
func killAll(s status) {
	for queue := []status{s}; len(queue) > 0; queue = queue[1:] {
		below, _, err := children(queue[0].pid)
		if err == nil {
			queue = append(queue, below...)
		}
		_ = send(queue[0].identity, unix.SIGKILL) // EPERM: another user's
	}
}

func isOfService(s status, services map[*Tree]bool) bool {
	for t := range services {
		scan := procScan{members: t.members}
		if s.session == t.Pid() || scan.carriesCookie(s.pid) {
			return true
		}
	}
	return false
}
