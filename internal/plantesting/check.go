package plantesting

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// check finds what in a case does not fit the plan: names of states that it does not
// have, mocks that no task gives.
func (c *Case) check(plan *Plan) problem.List {
	k := checker{name: c.Name, plan: plan, states: plan.Deployment.StepNames()}
	for _, text := range plan.Deployment.CheckAnswers(c.Mocks) {
		name := c.mockOf(text)
		k.report(RuleMock, c.MockPlaces[name], "the mock of %s", text)
	}
	for _, name := range sorted(c.Items) {
		k.state(c.Place, name, "items")
	}
	e := c.Expect
	if e.States != nil {
		for _, state := range e.States.Items {
			k.path(state.Place, state.Text, "states")
		}
	}
	for _, state := range e.Never {
		if !slices.Contains(k.states, state.Text) { // a name stands for all its paths
			k.path(state.Place, state.Text, "never")
		}
	}
	for key, texts := range map[string]*Map{"caught": e.Caught, "attempts": e.Attempts} {
		if texts != nil {
			for _, entry := range texts.Entries {
				k.path(entry.Value.Place, entry.Key, key)
			}
		}
	}
	for _, job := range e.Jobs {
		k.path(job.Place, job.Path, "jobs")
	}
	return k.problems
}

// mockOf is the state that a problem of the mocks is about: the longest name that its
// text starts with.
func (c *Case) mockOf(text string) string {
	found := ""
	for name := range c.MockPlaces {
		if strings.HasPrefix(text, name) && len(name) > len(found) {
			found = name
		}
	}
	return found
}

type checker struct {
	name     string
	plan     *Plan
	states   []string
	problems problem.List
}

func (k *checker) report(rule string, place problem.Place, format string, args ...any) {
	k.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: rule, Place: place, Message: fmt.Sprintf("case %q: ", k.name) + fmt.Sprintf(format, args...),
	})
}

var pathIndex = regexp.MustCompile(`\[\d+\]\.`)

// path checks the names in a path such as Shards[1].Test.
func (k *checker) path(place problem.Place, path, what string) {
	if path == Ellipsis {
		return
	}
	if slices.Contains(k.states, path) {
		if full := k.plan.Deployment.StepPath(path); full != path {
			k.report(RuleState, place, "%s: %s is in a branch or an iteration; write its path, such as %s", what, wording.Quote(path), full)
		}
		return
	}
	for _, name := range pathIndex.Split(path, -1) {
		k.state(place, name, what)
	}
}

func (k *checker) state(place problem.Place, name, what string) {
	if !slices.Contains(k.states, name) {
		k.report(RuleState, place, "%s: the plan has no state %s; %s", what, wording.Quote(name), wording.Suggestion(name, k.states))
	}
}
