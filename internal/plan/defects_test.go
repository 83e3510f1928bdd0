package plan_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

// nested has a job at every level at which steps can stand. Only the first
// names a Runner.
const nested = `
StartAt: Top
States:
  Top: {Type: AttiniRunnerJob, Properties: {Runner: Own, Commands: [ls]}, Next: Fork}
  Fork:
    Type: Parallel
    Branches:
      - StartAt: In branch
        States:
          In branch: {Type: AttiniRunnerJob, Properties: {Commands: [ls]}, Next: New map}
          New map:
            Type: Map
            ItemProcessor:
              ProcessorConfig: {Mode: INLINE}
              StartAt: In new map
              States:
                In new map: {Type: AttiniRunnerJob, Properties: {Commands: [ls]}, Next: Old map}
                Old map:
                  Type: Map
                  Iterator:
                    StartAt: In old map
                    States:
                      In old map: {Type: AttiniRunnerJob, Properties: {Commands: [ls]}, Next: Deepest fork}
                      Deepest fork:
                        Type: Parallel
                        Branches:
                          - - {Name: In list, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}
                        End: true
                  End: true
            End: true
    End: true`

// TestDefects shows that ours is without the original macro's defects in
// reading plans. The names are those of the list in which they were recorded;
// package transform shows the same of what is emitted.
func TestDefects(t *testing.T) {
	t.Parallel()

	t.Run("jobs at every level are found, so each gets its runner", func(t *testing.T) {
		t.Parallel()
		runners := map[string]string{}
		for s := range whole(t, nested).Machine.All() {
			if s.Job != nil {
				runners[s.Name] = s.Job.Runner
			}
		}
		assert.Equal(t, map[string]string{"Top": "Own", "In branch": "", "In new map": "", "In old map": "", "In list": ""}, runners)
	})

	t.Run("jobs at every level are rewritten in place", func(t *testing.T) {
		t.Parallel()
		definition := whole(t, nested).Machine.Definition(func(s *plan.State) *cfn.Node {
			if s.Job == nil {
				return nil
			}
			return cfn.Obj(cfn.F("Type", cfn.Str("Task")), cfn.F("Comment", cfn.Str(s.Name)))
		})
		written := jsonOf(t, definition)
		assert.NotContains(t, written, plan.JobType)
		branch := definition.At("States", "Fork", "Branches").Items[0]
		iteration := branch.At("States", "New map", "ItemProcessor")
		older := iteration.At("States", "Old map", "Iterator")
		list := older.At("States", "Deepest fork", "Branches").Items[0]
		for name, machine := range map[string]*cfn.Node{"Top": definition, "In branch": branch, "In new map": iteration, "In old map": older, "In list": list} {
			assert.Equal(t, name, machine.At("States", name, "Comment").Value())
		}
		assert.Equal(t, "INLINE", iteration.At("ProcessorConfig", "Mode").Value(), "what else a machine has is kept")
	})

	t.Run("Runner.$ is refused", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{`Step "A": Runner.$: the Runner must be known when the template is expanded, so it cannot be taken from the payload`},
			found(t, jobWith("{Commands: [ls], Runner.$: $.runner}")))
	})

	t.Run("Parameters are refused and ResultPath is kept", func(t *testing.T) {
		t.Parallel()
		assert.Equal(t, []string{`Step "A": Parameters: cannot be given on an AttiniRunnerJob, which makes its own`},
			found(t, states("A: {Type: AttiniRunnerJob, Parameters: {}, Properties: {Commands: [ls]}, End: true}")))
		kept := whole(t, states("A: {Type: AttiniRunnerJob, ResultPath: $.mine, Properties: {Commands: [ls]}, End: true}")).Machine.States[0]
		assert.Equal(t, "$.mine", kept.Node.Get("ResultPath").Value())
		assert.Equal(t, `$.output['it\'s odd']`, (&plan.State{Name: "it's odd"}).OutputPath())
	})

	t.Run("every transition is followed", func(t *testing.T) {
		t.Parallel()
		whole(t, states(`A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: By rule}], Default: By default}
By rule: {Type: AttiniRunnerJob, Catch: [{ErrorEquals: [States.ALL], Next: By catch}], Properties: {Commands: [ls]}, Next: By next}
By default: {Type: Succeed}
By catch: {Type: Succeed}
By next: {Type: Succeed}`))
		assert.Equal(t, []string{
			`Plan "P": StartAt: state "Z0" does not exist at this level; known: A, B`,
			`Step "A": Choices[0].Next: state "Z1" does not exist at this level; known: A, B`,
			`Step "A": Default: state "Z2" does not exist at this level; known: A, B`,
			`Step "B": Catch[0].Next: state "Z3" does not exist at this level; known: A, B`,
			`Step "B": Next: state "Z4" does not exist at this level; known: A, B`,
		}, found(t, `StartAt: Z0
States:
  A: {Type: Choice, Choices: [{Variable: $.x, IsNull: true, Next: Z1}], Default: Z2}
  B: {Type: AttiniRunnerJob, Catch: [{ErrorEquals: [States.ALL], Next: Z3}], Properties: {Commands: [ls]}, Next: Z4}`))
	})

	t.Run("every transition inside a branch and an iteration is followed", func(t *testing.T) {
		t.Parallel()
		inner := func(key string) string {
			return "{StartAt: B, States: {B: {Type: Task, Resource: r, Catch: [{ErrorEquals: [x], Next: Z}], End: true}}}" + key
		}
		for key, body := range map[string]string{
			"Branches":      "A: {Type: Parallel, End: true, Branches: [" + inner("]"),
			"ItemProcessor": "A: {Type: Map, End: true, ItemProcessor: " + inner(""),
			"Iterator":      "A: {Type: Map, End: true, Iterator: " + inner(""),
		} {
			assert.Equal(t, []string{`Step "B": Catch[0].Next: state "Z" does not exist at this level; known: B`}, found(t, states(body+"}")), key)
		}
	})

	t.Run("ItemProcessor is read in both syntaxes", func(t *testing.T) {
		t.Parallel()
		for _, body := range []string{
			states("A: {Type: Map, End: true, ItemProcessor: {StartAt: B, States: {B: {Type: AttiniRunnerJob, Properties: {Commands: [ls]}, End: true}}}}"),
			"- {Name: A, Type: Map, ItemProcessor: [{Name: B, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]}",
		} {
			p := whole(t, body)
			assert.Equal(t, []string{"A", "B"}, names(p.Machine))
			assert.NotNil(t, p.Machine.States[0].Machines[0].States[0].Job)
			processor := p.Machine.Definition(keep).At("States", "A", "ItemProcessor")
			assert.Equal(t, "B", processor.Get("StartAt").Value())
			assert.True(t, processor.At("States", "B").IsMap())
		}
	})

	t.Run("errors name the step, not the one around it", func(t *testing.T) {
		t.Parallel()
		around := func(step string) string {
			return states("A: {Type: Map, End: true, ItemProcessor: {StartAt: B, States: {B: " + step + "}}}")
		}
		for step, want := range map[string]string{
			"{Type: Map, End: true}":                              `Step "B": ItemProcessor is required: the states that run for each item`,
			"{Type: Parallel, End: true}":                         `Step "B": Branches is required: a list with at least one branch`,
			"{Type: Parallel, Branches: x, End: true}":            `Step "B": Branches: must be a list, not a string`,
			"{Type: Parallel, Branches: [{}], End: true}":         `Step "B": Branches[0]: StartAt is required: the name of the first state`,
			"{Type: Map, ItemProcessor: {}, End: true}":           `Step "B": ItemProcessor: StartAt is required: the name of the first state`,
			"{Type: AttiniRunnerJob, End: true}":                  `Step "B": Properties is required, with the Commands to run`,
			"{Type: AttiniLambdaInvoke, End: true}":               `Step "B": Parameters is required, with the FunctionName to call`,
			"{End: true}":                                         `Step "B": has no Type (` + strings.Join(append(plan.OwnTypes(), asl.StateTypes()...), ", ") + `)`,
			"{Type: Pass, Result: {Condition: c}, End: true}":     `Step "B": Result: ` + taken,
			"{Type: Wait, Seconds: -1, End: true}":                `Step "B": Seconds: -1 is not allowed (a whole number from 0 to 99999999)`,
			"{Type: Choice, Choices: [{Variable: $.x, Next: B}]}": `Step "B": Choices[0]: has no comparison, such as StringEquals`,
		} {
			assert.Contains(t, found(t, around(step)), want, step)
		}
	})
}

// found are the messages of what is wrong with a plan.
func found(t *testing.T, body string) []string {
	t.Helper()
	_, problems := plan.Read("P", resource(t, body), resourcePath())
	require.NotEmpty(t, problems)
	return messages(problems)
}
