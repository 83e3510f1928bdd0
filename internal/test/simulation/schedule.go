package simulation

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Kind is which faults a schedule has, and so what must hold.
type Kind int

const (
	// Calm: nothing dies and no call of a launcher fails. Orders, delays, repeated
	// calls, events that are late, doubled or lost, answers that an agent does not get,
	// clocks that differ, and changed configurations. Every job succeeds.
	Calm Kind = iota
	// Kills is Calm with agents, tasks and hosts that die, and no lost event. Every job
	// gets an answer before its heartbeat is missing.
	Kills
	// Storm is everything: also launchers that die at a call or are refused, agents and
	// hosts that hang, and stacks that are deleted. No job begins twice, all end.
	Storm
	kinds
)

// String is the kind's name.
func (k Kind) String() string { return [...]string{"calm", "kills", "storm"}[k] }

// KindOf is the kind of a seed's schedule.
func KindOf(seed uint64) Kind { return Kind(seed % uint64(kinds)) }

// fault is a kind of fault, and how likely each chance of it is one.
type fault struct {
	name string
	// from is the mildest kind of schedule that has it.
	from   Kind
	chance float64
}

var (
	eventLost      = fault{name: "an event is lost", from: Calm, chance: 0.15}
	eventDoubled   = fault{name: "an event comes twice", from: Calm, chance: 0.15}
	eventLate      = fault{name: "an event is late", from: Calm, chance: 0.2}
	launchRepeated = fault{name: "a launch is repeated", from: Calm, chance: 0.1}
	callDelayed    = fault{name: "a launcher's call is delayed", from: Calm, chance: 0.02}
	answerLost     = fault{name: "an agent's call is not answered", from: Calm, chance: 0.03}
	taskKilled     = fault{name: "a task is killed", from: Kills, chance: 0.01}
	agentKilled    = fault{name: "a task is killed before a call", from: Kills, chance: 0.003}
	hostEnded      = fault{name: "EC2 ends a host", from: Kills, chance: 0.005}
	taskNeverUp    = fault{name: "a task never starts", from: Storm, chance: 0.05}
	hostNeverUp    = fault{name: "a host never registers", from: Storm, chance: 0.05}
	agentHangs     = fault{name: "an agent hangs", from: Storm, chance: 0.005}
	hostHangs      = fault{name: "a host hangs", from: Storm, chance: 0.005}
	callFails      = fault{name: "a launcher's call fails", from: Storm, chance: 0.03}
	callUnanswered = fault{name: "a launcher's call is done, and fails", from: Storm, chance: 0.02}
	launcherDies   = fault{name: "a launcher dies before a call", from: Storm, chance: 0.01}
	launcherDied   = fault{name: "a launcher dies after a call", from: Storm, chance: 0.01}
)

// schedule draws everything that a seed decides.
type schedule struct {
	random *rand.Rand
	kind   Kind
	// over means that no fault happens any more.
	over bool
	// faults are those that happened, numbered by their chances; skipped are numbers
	// whose faults do not happen.
	chances int
	faults  []happened
	skipped map[int]bool
	begun   time.Time
}

// happened is a fault that happened.
type happened struct {
	number int
	text   string
}

func newSchedule(seed uint64, skipped map[int]bool) *schedule {
	return &schedule{random: rand.New(rand.NewPCG(seed, 24)), kind: KindOf(seed), skipped: skipped, begun: time.Now()}
}

// happens draws whether a fault happens. on says to what.
func (s *schedule) happens(f fault, on ...string) bool {
	if s.over || s.kind < f.from || s.kind == Kills && f.name == eventLost.name {
		return false
	}
	s.chances++
	if s.random.Float64() >= f.chance || s.skipped[s.chances] {
		return false
	}
	s.faults = append(s.faults, happened{s.chances, fmt.Sprintf("%7.1f s  %s: %s", time.Since(s.begun).Seconds(), f.name, strings.Join(on, " "))})
	return true
}

// one draws one of several.
func (s *schedule) one(of int) int { return s.random.IntN(of) }

// oneOf is one, and draws nothing where there is no choice.
func (s *schedule) oneOf(of int) int {
	if of < 2 {
		return 0
	}
	return s.one(of)
}

// between draws a time.
func (s *schedule) between(least, most time.Duration) time.Duration {
	return least + time.Duration(s.random.Int64N(int64(most-least)+1)).Truncate(time.Millisecond)
}

// shrink looks for fewer faults that lead to a violation of the same rule, and
// returns their result.
func (p *Player) shrink(options Options, found Result) Result {
	skipped := map[int]bool{}
	for tries := 0; tries < 200; {
		smaller := false
		for _, f := range slices.Backward(found.faults) {
			skipped[f.number] = true
			options.skipped = skipped
			again := p.play(options)
			if tries++; again.Violation != nil && again.Violation.Rule == found.Violation.Rule && len(again.faults) < len(found.faults) {
				found, smaller = again, true
				break
			}
			delete(skipped, f.number)
		}
		if !smaller {
			break
		}
	}
	return found
}
