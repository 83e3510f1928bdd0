package e2e_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamodbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// holdings are what a runner and its agent have at a rest.
type holdings struct {
	runner, age              string
	jobs                     counts
	memory, threads          int
	open, connections, files int
	processes, items, claims int
	messages                 string
}

// measure is what the runner and its agent have now.
func (s *soaking) measure(began time.Time) holdings {
	last := s.agents[len(s.agents)-1]
	h := holdings{runner: s.name, jobs: s.total, age: fmt.Sprintf("%.0f s", time.Since(began).Seconds())}
	h.messages, h.claims, h.items = s.waiting(s.t), s.openClaims(), s.lastingItems()
	h.processes = len(processes(s.t, last.mark))
	h.memory, h.threads = s.status(last, "VmRSS")<<10, s.status(last, "Threads")
	h.open, h.connections = s.descriptors(last)
	h.files = s.filesOf(last)
	return h
}

// status is a number of the agent's in /proc.
func (s *soaking) status(a *agent, name string) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", a.process.Process.Pid))
	require.NoError(s.t, err)
	_, after, found := strings.Cut(string(text), name+":")
	require.True(s.t, found)
	number, err := strconv.Atoi(strings.Fields(after)[0])
	require.NoError(s.t, err)
	return number
}

// descriptors counts an agent's open files, and its connections to AWS.
func (s *soaking) descriptors(a *agent) (files, connections int) {
	directory := fmt.Sprintf("/proc/%d/fd", a.process.Process.Pid)
	open, err := os.ReadDir(directory)
	require.NoError(s.t, err)
	for _, file := range open {
		if to, err := os.Readlink(filepath.Join(directory, file.Name())); err == nil && strings.HasPrefix(to, "socket:") {
			connections++
		} else {
			files++
		}
	}
	return files, connections
}

// filesOf counts what an agent has on disk and in shared memory.
func (s *soaking) filesOf(a *agent) (files int) {
	own, err := filepath.Glob(filepath.Join(a.directory, "*"))
	require.NoError(s.t, err)
	for _, directory := range own {
		for _, root := range []string{directory, filepath.Join("/dev/shm", filepath.Base(directory))} {
			_ = filepath.WalkDir(root, func(string, fs.DirEntry, error) error { // shared memory may be missing
				files++
				return nil
			})
		}
	}
	return files
}

func (s *soaking) openClaims() (open int) {
	for _, c := range s.claims(s.t) {
		if !c.finished {
			open++
		}
	}
	return open
}

// lastingItems counts the items of the table that do not expire.
func (s *soaking) lastingItems() (lasting int) {
	pages := dynamodb.NewScanPaginator(s.tables, &dynamodb.ScanInput{TableName: &s.stateTable, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(s.t.Context())
		require.NoError(s.t, err)
		lasting += len(slices.DeleteFunc(page.Items, func(item map[string]dynamodbtypes.AttributeValue) bool {
			return item[protocol.AttrExpiresAt] != nil
		}))
	}
	return lasting
}

// goroutines ends the agent and counts its goroutines, which Go's runtime prints, without
// those of its connections.
func (s *soaking) goroutines() int {
	last := s.agents[len(s.agents)-1]
	require.NoError(s.t, last.process.Process.Signal(syscall.SIGQUIT))
	<-last.ended
	last.output.mutex.Lock()
	defer last.output.mutex.Unlock()
	_, dump, found := bytes.Cut(last.output.text.Bytes(), []byte("SIGQUIT: quit"))
	require.True(s.t, found)
	all := len(regexp.MustCompile(`(?m)^goroutine [1-9]\d* `).FindAll(dump, -1))
	return all - bytes.Count(dump, []byte("\nnet/http.(*persistConn).readLoop(")) - bytes.Count(dump, []byte("\nnet/http.(*persistConn).writeLoop("))
}

// soakTable is a line for each rest.
func soakTable(rows []holdings) string {
	var text strings.Builder
	table := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "runner\tafter\tsent\tonce\ttold\ttwice\tlost\thung\tMB\tthreads\topen files\tconnections\tfiles on disk\tprocesses\titems\topen claims\tmessages")
	slices.SortStableFunc(rows, func(a, b holdings) int { return strings.Compare(a.runner, b.runner) })
	for _, h := range rows {
		j := h.jobs
		fmt.Fprintf(table, "%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n",
			h.runner, h.age, j.sent, j.once, j.told, j.twice, j.lost, j.hung, float64(h.memory)/(1<<20), h.threads, h.open, h.connections, h.files, h.processes, h.items, h.claims, h.messages)
	}
	_ = table.Flush() // into memory
	return text.String()
}
