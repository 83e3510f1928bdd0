package e2e_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

const (
	// soakRests is how often a soak rests: no job is sent, and all is measured.
	soakRests = 10
	// soakPause is the longest time between two bursts of jobs.
	soakPause = 3 * time.Second
	// soakBurst is how many jobs a burst has at most, of which soakRunning run at a time.
	soakBurst   = 8
	soakRunning = 4
	// soakFiles are an agent's own two directories, and four entries for each directory
	// that it keeps for the next job.
	soakFiles = 2 + 4*soakRunning
)

// What an agent may have more at the end than at its first rest. The memory of a Go
// process varies by that much; a job that leaks adds more in a soak of 30 minutes.
const (
	extraMemory     = 12 << 20
	extraThreads    = 8
	extraGoroutines = 4
	extraFiles      = 2
	// extraConnections are those of an agent that waits for jobs: the next receive, and
	// what its signs of life use.
	extraConnections = 12
)

// soaking is one runner in a soak, with its agent of the moment.
type soaking struct {
	*fixture
	t      *testing.T
	name   string
	faults []fault
	random *rand.Rand
	cell   *cell
	// agents are those that may still work, the runner's own last.
	agents  []*agent
	started int
	total   counts
}

// TestSoak: three runners run jobs of all kinds while one thing after another goes wrong.
// No job is lost, runs twice or hangs, and what agents hold returns to where it began.
// ATTINI_SOAK=30m runs it for so long (make soak). The agent of the first runner meets
// only faults that it survives, so it lives as long as the soak.
func TestSoak(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv("ATTINI_SOAK"))
	if err != nil {
		t.Skip("make soak runs it: it takes half an hour")
	}
	var mu sync.Mutex
	var rows []holdings
	seed, err := strconv.ParseUint(os.Getenv("ATTINI_SOAK_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("ATTINI_SOAK_SEED=%d has the same jobs and faults again", seed)
	t.Run("runners", func(t *testing.T) {
		for i, name := range []string{"one agent", "agents that die", "agents that die too"} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := &soaking{fixture: newFixtureWithVisibility(t, "5"), t: t, name: name, random: rand.New(rand.NewPCG(seed, uint64(i)))}
				s.faults = slices.DeleteFunc(faults(), func(f fault) bool { return i == 0 && f.ends })
				s.run(length, func(h holdings) {
					mu.Lock()
					defer mu.Unlock()
					rows = append(rows, h)
				})
			})
		}
	})
	fmt.Print(soakTable(rows))
}

// run sends jobs and strikes for so long, with rests between.
func (s *soaking) run(length time.Duration, note func(holdings)) {
	began := time.Now()
	s.start()
	s.burst("").count(s.t) // what the first job makes once is no leak
	first := s.rest(began)
	note(first)
	goroutines := s.goroutines()
	s.start()
	for part := range soakRests {
		var sent []*work
		var struck []string
		for until := began.Add(length * time.Duration(part+1) / soakRests); time.Now().Before(until); {
			f := s.faults[s.random.IntN(len(s.faults))]
			sent, struck = append(sent, s.burst(f.name)), append(struck, f.name)
			s.pause(soakPause)
			s.strike(f)
			s.pause(soakPause)
		}
		for i, w := range sent {
			s.add(struck[i], w.count(s.t))
		}
		note(s.rest(began))
	}
	time.Sleep(2 * outage)         // the longest that a fault lasts
	calm := s.burst("").count(s.t) // after a job the agent cleans up what it could not before
	s.add("nothing", calm)
	assert.Equal(s.t, calm.sent, calm.once, "jobs run again when all is well: %v", calm.words)
	last := s.rest(began)
	assert.Eventually(s.t, func() bool {
		last = s.measure(began)
		return last.connections <= extraConnections
	}, soon, time.Second, "idle connections are closed: %+v", &last)
	note(last)
	assert.Zero(s.t, s.total.twice+s.total.lost+s.total.hung, "%s", s.total)
	assert.LessOrEqual(s.t, last.memory, first.memory+extraMemory, "resident memory")
	assert.LessOrEqual(s.t, last.threads, first.threads+extraThreads, "threads")
	assert.LessOrEqual(s.t, last.open, first.open+extraFiles, "open files")
	assert.LessOrEqual(s.t, last.files, soakFiles, "temporary files")
	assert.Equal(s.t, first.processes, last.processes, "processes")
	assert.Equal(s.t, first.items, last.items, "items that do not expire")
	assert.Equal(s.t, "0+0", last.messages)
	assert.Zero(s.t, last.claims, "open claims")
	assert.LessOrEqual(s.t, s.goroutines(), goroutines+extraGoroutines, "goroutines")
}

// add adds the counts of a burst, during which something went wrong.
func (s *soaking) add(what string, got counts) {
	s.total.sent += got.sent
	s.total.once += got.once
	s.total.told += got.told
	s.total.twice += got.twice
	s.total.lost += got.lost
	s.total.hung += got.hung
	assert.Zero(s.t, got.twice+got.lost+got.hung, "%s: %v: %s", got, got.words, what)
}

func (s *soaking) pause(most time.Duration) {
	time.Sleep(time.Duration(s.random.Int64N(int64(most)))) // a soak is in real time
}

// start starts the runner's next agent.
func (s *soaking) start() {
	s.started++
	a := s.startNextAgent(s.t, fmt.Sprint("arn:task/", s.started), fmt.Sprint("ATTINI_MAX_CONCURRENT_JOBS=", soakRunning))
	s.agents = append(s.agents, a)
	s.cell = &cell{t: s.t, agent: a, failing: map[string]fakeaws.Answer{}, work: &work{fixture: s.fixture}}
	s.cell.guard()
}

// burst sends jobs of one kind.
func (s *soaking) burst(label string) *work {
	s.adding.Lock()
	s.bodies = nil // a fault sends them again
	s.adding.Unlock()
	commands := [][]string{
		{"true"},
		{"sleep 1"},
		{"bin/hello.sh"},
		{"seq 2000"},
		{"false | cat", "exit 3"},
		{`head -c 20000000 /dev/zero >"$TMPDIR/large"`, `ls >there`},
		{"setsid sleep 600 &", `(trap "" TERM; exec sleep 600) &`},
		{"sleep 3", "echo " + strconv.Quote(label)},
	}
	s.cell.work = s.work(s.t, 1+s.random.IntN(soakBurst), commands[s.random.IntN(len(commands))]...)
	return s.cell.work
}

// strike has a fault happen, and sees to it that the runner has an agent then.
func (s *soaking) strike(f fault) {
	f.strike(s.cell)
	switch {
	case f.ends:
		s.start()
	case f.stays:
		struck := s.cell
		time.AfterFunc(outage, func() { struck.stale.Store(false) })
	}
	if isClosed(s.cell.agent.ended) {
		s.start() // as the launcher does
	}
}

// rest waits until all is done and all agents but the last have left, and measures. It
// stops tasks that were replaced and have no job, as the launcher's check does.
func (s *soaking) rest(began time.Time) holdings {
	last := len(s.agents) - 1
	for _, a := range s.agents[:last] {
		_ = a.process.Process.Signal(syscall.SIGTERM) // it may have ended
		require.Eventually(s.t, func() bool { return isClosed(a.ended) }, soon, tick, "a replaced agent leaves")
		a.leavesNothing(s.t)
	}
	s.agents = s.agents[last:]
	var h holdings
	require.Eventually(s.t, func() bool {
		h = s.measure(began)
		return h.messages == "0+0" && h.claims == 0 && h.processes == 1
	}, soon, time.Second, "all claims, messages and processes come to an end: %+v", &h)
	return h
}
