package plantesting

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/runevents"
)

// Coverage says which states of a template's plan the cases entered, and which ways
// out of them they took. States that the macro adds are not counted.
type Coverage struct {
	Template string          `json:"template"`
	Summary  CoverageSummary `json:"summary"`
	States   []CoveredState  `json:"states"`
	Ways     []CoveredWay    `json:"transitions"`
}

// CoverageSummary counts what is covered.
type CoverageSummary struct {
	// Percent is of States and all ways together, rounded down.
	Percent     int   `json:"percent"`
	States      Ratio `json:"states"`
	Transitions Ratio `json:"transitions"`
	Choices     Ratio `json:"choices"`
	Catchers    Ratio `json:"catchers"`
	Retriers    Ratio `json:"retriers"`
}

// Ratio is how many of a kind are covered.
type Ratio struct {
	Covered int `json:"covered"`
	Total   int `json:"total"`
}

// CoveredState counts how often a state was entered.
type CoveredState struct {
	State string          `json:"state"`
	Place runevents.Place `json:"place,omitzero"`
	Count int             `json:"count"`
}

// CoveredWay counts how often a way out of a state was taken.
type CoveredWay struct {
	State string `json:"state"`
	// Kind is transition, choice, catcher or retrier; Via is Next, End, Choices[0],
	// Default, Catch[0] or Retry[0].
	Kind   string          `json:"kind"`
	Via    string          `json:"via"`
	To     string          `json:"to,omitempty"`
	Errors []string        `json:"errors,omitempty"`
	Place  runevents.Place `json:"place,omitzero"`
	Count  int             `json:"count"`
}

// The kinds of ways.
const (
	kindTransition = "transition"
	kindChoice     = "choice"
	kindCatcher    = "catcher"
	kindRetrier    = "retrier"
)

func kindOfWay(via string) string {
	switch {
	case strings.HasPrefix(via, "Choices[") || via == "Default":
		return kindChoice
	case strings.HasPrefix(via, "Catch["):
		return kindCatcher
	case strings.HasPrefix(via, "Retry["):
		return kindRetrier
	default:
		return kindTransition
	}
}

// Cover counts what the cases covered, one Coverage for each template, in the order of
// the outcomes.
func Cover(outcomes []Outcome) []Coverage {
	var templates []string
	byTemplate := map[string]*coverer{}
	for i := range outcomes {
		o := &outcomes[i]
		if o.Plan == nil {
			continue
		}
		name := o.Plan.Template
		if byTemplate[name] == nil {
			templates = append(templates, name)
			byTemplate[name] = &coverer{states: map[string]int{}, ways: map[Way]int{}, plans: map[*Plan]bool{}}
		}
		byTemplate[name].add(o)
	}
	coverage := []Coverage{}
	for _, name := range templates {
		byTemplate[name].Template = name
		coverage = append(coverage, byTemplate[name].summed())
	}
	return coverage
}

// coverer has the indexes of what it counts.
type coverer struct {
	Coverage
	states map[string]int
	ways   map[Way]int
	plans  map[*Plan]bool
}

func (c *coverer) add(o *Outcome) {
	if !c.plans[o.Plan] {
		c.plans[o.Plan] = true
		c.list(o.Plan)
	}
	for state, i := range c.states {
		c.States[i].Count += o.Seen.Entered[state]
	}
	for way, i := range c.ways {
		c.Ways[i].Count += o.Seen.Ways[way]
	}
}

// list adds what a plan has and those before did not.
func (c *coverer) list(plan *Plan) {
	for _, name := range plan.Deployment.StepNames() {
		place := plan.Places.Steps[name].Step
		if _, known := c.states[name]; known || place.Line == 0 {
			continue
		}
		c.states[name] = len(c.States)
		c.States = append(c.States, CoveredState{State: name, Place: place})
	}
	for _, t := range plan.Deployment.Transitions() {
		way := Way{t.State, t.Via}
		place := plan.Places.Steps[t.State].Step
		if _, known := c.ways[way]; known || place.Line == 0 {
			continue
		}
		c.ways[way] = len(c.Ways)
		c.Ways = append(c.Ways, CoveredWay{State: t.State, Kind: kindOfWay(t.Via), Via: t.Via, To: t.To, Errors: t.Errors, Place: place})
	}
}

func (c *coverer) summed() Coverage {
	s := &c.Summary
	for _, state := range c.States {
		s.States.count(state.Count)
	}
	for _, way := range c.Ways {
		switch way.Kind {
		case kindChoice:
			s.Choices.count(way.Count)
		case kindCatcher:
			s.Catchers.count(way.Count)
		case kindRetrier:
			s.Retriers.count(way.Count)
		default:
			s.Transitions.count(way.Count)
		}
	}
	covered, total := 0, 0
	for _, r := range []Ratio{s.States, s.Transitions, s.Choices, s.Catchers, s.Retriers} {
		covered, total = covered+r.Covered, total+r.Total
	}
	s.Percent = 100
	if total > 0 {
		s.Percent = covered * 100 / total
	}
	return c.Coverage
}

func (r *Ratio) count(times int) {
	r.Total++
	if times > 0 {
		r.Covered++
	}
}

// Missing lists the ways that no case took, and the states that none entered and that
// have no way out, as lines for people.
func (c Coverage) Missing() []string {
	var lines []string
	for _, way := range c.Ways {
		if way.Count > 0 {
			continue
		}
		line := way.Place.String() + ": " + way.State + " " + way.Via
		if len(way.Errors) > 0 {
			line += " (" + strings.Join(way.Errors, ", ") + ")"
		}
		if way.To != "" && way.Kind != kindRetrier {
			line += " -> " + way.To
		}
		lines = append(lines, line)
	}
	for _, state := range c.States {
		hasWay := slices.ContainsFunc(c.Ways, func(w CoveredWay) bool { return w.State == state.State })
		if state.Count == 0 && !hasWay {
			lines = append(lines, state.Place.String()+": "+state.State+" is never entered")
		}
	}
	return lines
}
