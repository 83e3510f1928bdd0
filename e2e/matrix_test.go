package e2e_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// jobsOfCell is how many jobs each cell has.
const jobsOfCell = 4

// cell is a fault at a stage: an agent, its jobs, and the proxy before its services.
type cell struct {
	*work
	t      *testing.T
	agent  *agent
	fault  fault
	stage  stage
	struck chan struct{}
	once   sync.Once
	calls  atomic.Int64

	dead, losing, stale atomic.Bool

	mu      sync.Mutex
	failing map[string]fakeaws.Answer
}

// counts are what became of a cell's jobs: each ran once, ran not at all and its step
// says why, or one of the others, which must not be.
type counts struct {
	sent, once, told, twice, lost, hung int
	// words are what users see of the steps that failed.
	words []string
}

func (c counts) String() string {
	return fmt.Sprintf("sent %d: once %d, not begun and told so %d, twice %d, lost %d, hung %d", c.sent, c.once, c.told, c.twice, c.lost, c.hung)
}

// TestFaultMatrix: whatever goes wrong at whichever stage of a job, no job is lost, none
// runs twice, and no step waits for its heartbeat. ATTINI_FAULTS=1 runs it (make faults),
// and ATTINI_FAULTS_PAGE writes its page.
func TestFaultMatrix(t *testing.T) {
	if os.Getenv("ATTINI_FAULTS") == "" {
		t.Skip("make faults runs it: it takes minutes")
	}
	var mu sync.Mutex
	results := map[string]counts{}
	t.Run("cells", func(t *testing.T) {
		for _, fault := range faults() {
			for _, stage := range stages() {
				t.Run(fault.name+"/"+stage.name, func(t *testing.T) {
					t.Parallel()
					got := runCell(t, fault, stage)
					t.Log(got, strings.Join(got.words, "; "))
					assert.Zero(t, got.twice+got.lost+got.hung, "%s", got)
					mu.Lock()
					defer mu.Unlock()
					results[fault.name+"/"+stage.name] = got
				})
			}
		}
	})
	t.Logf("%d cells", len(results))
	if page := os.Getenv("ATTINI_FAULTS_PAGE"); page != "" && !t.Failed() {
		text, err := os.ReadFile("testdata/faults.md")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(page, []byte(strings.Replace(string(text), "TABLE\n", matrixTable(results), 1)), 0o600))
	}
}

// runCell runs a cell's jobs to their ends.
func runCell(t *testing.T, f fault, s stage) counts {
	t.Helper()
	b := newFixtureWithVisibility(t, "5")
	b.runner(t, "arn:task/a", "true")
	c := &cell{t: t, agent: b.prepare(t, "arn:task/a"), fault: f, stage: s, struck: make(chan struct{}), failing: map[string]fakeaws.Answer{}}
	c.work = b.work(t, jobsOfCell, "sleep 1")
	c.agent.process.Env = append(c.agent.process.Env, quick()...)
	c.agent.process.Env = append(c.agent.process.Env, "ATTINI_MAX_CONCURRENT_JOBS=2")
	c.guard()
	require.Eventually(t, func() bool { return c.waiting(t) == fmt.Sprint(jobsOfCell, "+0") }, soon, tick, "all jobs wait")
	c.agent.begin(t)
	if s.operation == "" {
		require.Eventually(t, func() bool { return len(c.begun()) > 0 }, soon, tick, "a job runs")
		c.strike()
	}
	select {
	case <-c.struck:
	case <-time.After(soon):
		require.Fail(t, "the stage is never reached")
	}
	if f.ends {
		b.startNextAgent(t, "arn:task/b")
	}
	return c.count(t)
}

// strike has the fault happen, once.
func (c *cell) strike() {
	c.once.Do(func() {
		c.fault.strike(c)
		close(c.struck)
	})
}

// begun are the files of the jobs that have begun.
func (c *cell) begun() []string {
	files, err := filepath.Glob(filepath.Join(c.written, "*"))
	assert.NoError(c.t, err)
	return files
}

// count waits for all steps' ends. A step that ends by its heartbeat was hung; one that
// neither ran nor failed was lost.
func (w *work) count(t testing.TB) counts {
	t.Helper()
	got := counts{sent: len(w.executions)}
	words := map[string]bool{}
	for i, execution := range w.executions {
		ended := w.ended(t, execution, 2*soon)
		ran, _ := os.ReadFile(filepath.Join(w.written, fmt.Sprint(i))) // it has not run
		times := len(strings.Fields(string(ran)))
		switch {
		case times == 1:
			got.once++
		case times > 1:
			got.twice++
		case ended.Status == sfntypes.ExecutionStatusSucceeded:
			got.lost++
		default:
			got.told++
		}
		if ended.Status != sfntypes.ExecutionStatusFailed {
			continue
		}
		failure := aws.ToString(ended.Error) + ": " + aws.ToString(ended.Cause) // stopped: neither
		if strings.HasPrefix(failure, "States.") {
			got.hung++
		}
		words[wordsOf(failure)] = true
	}
	got.words = slices.Sorted(maps.Keys(words))
	return got
}

// wordsOf is a failure without what is another in each run: paths, tasks, the log's address.
func wordsOf(failure string) string {
	failure, _, _ = strings.Cut(failure, ", see complete logs at")
	failure, _, _ = strings.Cut(failure, ": task arn:")
	failure, _, _ = strings.Cut(failure, ": operation error")
	failure = regexp.MustCompile(`/\S*/`).ReplaceAllString(failure, "")
	return regexp.MustCompile(`[A-Z0-9]{26}|[0-9]{6,}`).ReplaceAllString(failure, "*")
}

// matrixTable is the table of all cells: of four jobs, how many ran once, and how many
// did not begin and failed, with the words below.
func matrixTable(results map[string]counts) string {
	var page strings.Builder
	page.WriteString("| fault |")
	for _, stage := range stages() {
		page.WriteString(" " + stage.name + " |")
	}
	page.WriteString("\n|" + strings.Repeat("---|", 1+len(stages())) + "\n")
	words := map[string]bool{}
	for _, fault := range faults() {
		page.WriteString("| " + fault.name + " |")
		for _, stage := range stages() {
			got := results[fault.name+"/"+stage.name]
			fmt.Fprintf(&page, " %d + %d |", got.once, got.told)
			for _, word := range got.words {
				words[word] = true
			}
		}
		page.WriteString("\n")
	}
	page.WriteString("\nWhat users see of the steps that failed:\n\n")
	for _, word := range slices.Sorted(maps.Keys(words)) {
		page.WriteString("* " + word + "\n")
	}
	return page.String()
}
