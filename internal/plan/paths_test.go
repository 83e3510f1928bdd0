package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/plan"
)

// TestPaths: which runners' jobs every way through a plan comes to, and which
// it begins with. In the bodies, <X> stands for a job on the runner X.
func TestPaths(t *testing.T) {
	t.Parallel()
	const again = "\nC: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: A}], Default: D}\nD: {Type: Succeed}"
	cases := map[string]struct{ body, passes, begins string }{
		"the only step":  {states("A: {<X>, End: true}"), "X", "X"},
		"a later step":   {states("A: {<X>, Next: B}\nB: {<Y>, End: true}"), "X Y", "X"},
		"after a wait":   {states("A: {Type: Wait, Seconds: 9, Next: B}\nB: {<X>, End: true}"), "X", ""},
		"after a task":   {states("A: {Type: Task, Resource: r, Next: B}\nB: {<X>, End: true}"), "X", ""},
		"after a Pass":   {states("A: {Type: Pass, Next: B}\nB: {<X>, End: true}"), "X", "X"},
		"no job":         {states("A: {Type: Pass, End: true}"), "", ""},
		"a Succeed":      {states("A: {Type: Succeed}"), "", ""},
		"twice the same": {states("A: {<X>, Next: B}\nB: {<Y>, Next: C}\nC: {<X>, End: true}"), "X Y", "X"},

		"one way of a Choice": {
			states("A: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: B}], Default: C}\nB: {<X>, Next: C}\nC: {<Y>, End: true}"), "Y", "",
		},
		"both ways of a Choice": {
			states("A: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: B}], Default: C}\nB: {<X>, Next: D}\nC: {<X>, Next: D}\nD: {<Y>, End: true}"), "X Y", "X",
		},
		"a Choice without Default": {
			states("A: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: B}]}\nB: {<X>, End: true}"), "X", "X",
		},
		"a Choice in JSONata": {
			states("A: {Type: Choice, QueryLanguage: JSONata, Choices: [{Condition: '{% true %}', Next: B}], Default: C}\nB: {<X>, End: true}\nC: {<X>, End: true}"), "X", "X",
		},
		"a way that ends in Fail": {
			states("A: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: B}], Default: C}\nB: {<X>, End: true}\nC: {Type: Fail}"), "", "",
		},
		"a way that ends in Succeed": {
			states("A: {Type: Wait, Seconds: 1, Next: B}\nB: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: C}], Default: D}\nC: {<X>, End: true}\nD: {Type: Succeed}"), "", "",
		},

		"a Catch round a job": {
			states("A: {Type: Task, Resource: r, Next: B, Catch: [{ErrorEquals: [States.ALL], Next: C}]}\nB: {<X>, Next: C}\nC: {<Y>, End: true}"), "Y", "",
		},
		"a Catch on the last step": {
			states("A: {Type: Task, Resource: r, End: true, Catch: [{ErrorEquals: [States.ALL], Next: B}]}\nB: {<X>, End: true}"), "", "",
		},
		"a job that is caught": {
			states("A: {<X>, Next: B, Catch: [{ErrorEquals: [States.ALL], Next: C}]}\nB: {<Y>, End: true}\nC: {<Z>, End: true}"), "X", "X",
		},

		"branches": {
			states("A: {Type: Parallel, Next: B, Branches: [{StartAt: C, States: {C: {<X>, End: true}}}, {StartAt: D, States: {D: {Type: Wait, Seconds: 1, Next: E}, E: {<Y>, End: true}}}]}\nB: {<Z>, End: true}"),
			"X Y Z", "X",
		},
		"a branch of two ways": {
			states("A: {Type: Parallel, Next: B, Branches: [{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: D}], Default: E}, D: {<X>, End: true}, E: {Type: Succeed}}}]}\nB: {<Z>, End: true}"),
			"Z", "",
		},
		"branches in branches": {
			states("A: {Type: Parallel, End: true, Branches: [{StartAt: C, States: {C: {Type: Parallel, Branches: [{StartAt: D, States: {D: {<X>, End: true}}}], End: true}}}]}"),
			"X", "X",
		},
		"branches that are caught": {
			states("A: {Type: Parallel, Next: B, Catch: [{ErrorEquals: [States.ALL], Next: E}], Branches: [{StartAt: C, States: {C: {<X>, End: true}}}, {StartAt: D, States: {D: {Type: Wait, Seconds: 1, Next: F}, F: {<Y>, End: true}}}]}\nB: {<Z>, End: true}\nE: {<Z>, End: true}"),
			"Z", "X",
		},
		"a Map": {
			states("A: {Type: Map, Next: B, ItemProcessor: {StartAt: C, States: {C: {<X>, End: true}}}}\nB: {<Y>, End: true}"), "Y", "",
		},
		"the older form of a Map": {
			states("A: {Type: Map, End: true, Iterator: {StartAt: C, States: {C: {<X>, End: true}}}}"), "", "",
		},
		"a job in a Map and after it": {
			states("A: {Type: Map, Next: B, ItemProcessor: {StartAt: C, States: {C: {<X>, End: true}}}}\nB: {<X>, End: true}"), "X", "",
		},

		"a loop that waits for something": {
			states("A: {<X>, Next: B}\nB: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: D}], Default: C}\nC: {Type: Wait, Seconds: 1, Next: A}\nD: {<Y>, End: true}"),
			"X Y", "X",
		},
		"a loop with another way out": {
			states("A: {Type: Wait, Seconds: 1, Next: B}\nB: {Type: Choice, Choices: [{Variable: $.a, IsPresent: true, Next: D}, {Variable: $.b, IsPresent: true, Next: E}], Default: A}\nD: {<Y>, End: true}\nE: {Type: Succeed}"),
			"", "",
		},
		"a loop":                      {states("A: {<X>, Next: B}\nB: {<Y>, Next: C}" + again), "X Y", "X"},
		"a Map in a loop":             {states("A: {Type: Map, Next: C, ItemProcessor: {StartAt: M, States: {M: {<X>, End: true}}}}" + again), "", ""},
		"a step that leads to itself": {states("A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: A}], Default: B}\nB: {Type: Succeed}"), "", ""},

		"a list": {
			"- {Name: A, Type: Wait, Seconds: 1}\n- {Name: B, <X>}\n- {Name: C, Type: Choice, Condition: {Variable: $.a, IsPresent: true}, IsTrue: [{Name: D, <Y>}]}\n- {Name: E, Type: Parallel, Branches: [[{Name: F, <Z>}]]}",
			"X Z", "",
		},
		"a list that ends in a Choice": {
			"- {Name: C, Type: Choice, Condition: {Variable: $.a, IsPresent: true}, IsTrue: [{Name: D, <X>}], IsFalse: [{Name: E, <X>}, {Name: F, <Y>}]}", "X", "X",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := c.body
			for _, runner := range []string{"X", "Y", "Z"} {
				body = strings.ReplaceAll(body, "<"+runner+">", "Type: AttiniRunnerJob, Properties: {Runner: "+runner+", Commands: [ls]}")
			}
			machine := whole(t, body).Machine
			var passes, begins []string
			for _, runner := range []string{"X", "Y", "Z"} {
				meant := func(s *plan.State) bool { return s.Job.Runner == runner }
				if machine.AlwaysRuns(meant) {
					passes = append(passes, runner)
				}
				if machine.StartsWith(meant) {
					begins = append(begins, runner)
				}
			}
			assert.Equal(t, c.passes, strings.Join(passes, " "), "passes")
			assert.Equal(t, c.begins, strings.Join(begins, " "), "begins with")
		})
	}
}
