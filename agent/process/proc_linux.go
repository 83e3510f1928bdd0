package process

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strconv"
	"syscall"
)

// status is the content of /proc/<pid>/stat, see proc(5).
type status struct {
	identity
	parent  int
	group   int
	session int
	dead    bool
	// ofFirstThread means that it is listed as a child of its parent's first thread.
	// parseStatus does not set it.
	ofFirstThread bool
}

// identity distinguishes a process from a later one with the same id.
type identity struct {
	pid int
	// start is in clock ticks after boot.
	start uint64
}

func procPath(pid int, name string) string {
	return "/proc/" + strconv.Itoa(pid) + "/" + name
}

func readStatus(pid int) (status, error) {
	content, err := os.ReadFile(procPath(pid, "stat"))
	if err != nil {
		return status{}, err
	}
	return parseStatus(pid, content)
}

var errStat = errors.New("unknown form of /proc/<pid>/stat")

// parseStatus reads the fields after the command's name, which is in parentheses and
// may contain any byte.
func parseStatus(pid int, content []byte) (status, error) {
	const (
		state, parent, group, session, threads, start = 0, 1, 2, 3, 17, 19
	)
	fields := bytes.Fields(content[bytes.LastIndexByte(content, ')')+1:])
	if len(fields) <= start {
		return status{}, errStat
	}
	var number [start + 1]uint64
	for _, i := range []int{parent, group, session, threads, start} {
		n, err := strconv.ParseUint(string(fields[i]), 10, 64)
		if err != nil {
			return status{}, errStat
		}
		number[i] = n
	}
	ended := string(fields[state]) == "Z" || string(fields[state]) == "X"
	return status{
		identity: identity{pid: pid, start: number[start]},
		parent:   int(number[parent]), group: int(number[group]), session: int(number[session]),
		// The first thread of a program may end before the others.
		dead: ended && number[threads] <= 1,
	}, nil
}

// listsChildren reports whether the kernel lists the children of processes, which is a
// build option.
func listsChildren(pid int) bool {
	_, err := os.Stat(procPath(pid, "task/"+strconv.Itoa(pid)+"/children"))
	return err == nil
}

// hasNoOrphans reports whether a program's first thread certainly has no children. The
// kernel moves orphans before it reports that their parent has ended.
func hasNoOrphans(pid int) bool {
	children, err := os.ReadFile(procPath(pid, "task/"+strconv.Itoa(pid)+"/children"))
	return err == nil && len(children) == 0
}

// children reads the children of all threads of a process. complete is false if a child
// ended meanwhile: its children may have moved to a thread that was read before.
func children(pid int) (found []status, complete bool, err error) {
	complete = true
	threads, err := threads(pid)
	if err != nil {
		return nil, false, err
	}
	for _, thread := range threads {
		content, err := os.ReadFile(procPath(pid, "task/"+thread+"/children"))
		if len(threads) > 1 && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH)) {
			continue // an ended thread has no children
		}
		if err != nil {
			return found, false, err
		}
		first := thread == strconv.Itoa(pid)
		for field := range bytes.FieldsSeq(content) {
			child, err := strconv.Atoi(string(field))
			if err != nil {
				return found, false, err
			}
			s, err := readStatus(child)
			if err != nil {
				complete = false
				continue
			}
			s.ofFirstThread = first
			found = append(found, s)
		}
	}
	return found, complete, nil
}

func threads(pid int) ([]string, error) {
	directory, err := os.Open(procPath(pid, "task"))
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	return directory.Readdirnames(-1)
}

// everyProcess reads all processes in /proc.
func everyProcess() ([]status, error) {
	directory, err := os.Open("/proc")
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	names, err := directory.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	var found []status
	for _, name := range names {
		pid, err := strconv.Atoi(name)
		if err != nil {
			continue
		}
		if s, err := readStatus(pid); err == nil {
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		return nil, fs.ErrNotExist
	}
	return found, nil
}
