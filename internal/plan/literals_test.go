package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
)

const taken = "an object with the one key Condition would be taken for an intrinsic function; add another key, or pass it in the payload"

// TestOneKeyObjects: SAM takes an object with the one key Condition for an
// intrinsic function, whatever stands under it.
func TestOneKeyObjects(t *testing.T) {
	result := func(value string) string { return states("A: {Type: Pass, Result: " + value + ", End: true}") }
	check(t, map[string]mistake{
		"a text":                {result("{Condition: good}"), "intrinsic", ".States.A.Result"},
		"an object":             {result("{s3: {Condition: {StringEquals: {a: b}}}}"), "intrinsic", ".States.A.Result.s3"},
		"a list, in a list":     {result("[1, {Condition: []}]"), "intrinsic", ".States.A.Result[1]"},
		"null":                  {result("{Condition: ~}"), "intrinsic", ".States.A.Result"},
		"a payload":             {states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: {Condition: x}}, End: true}"), "intrinsic", ".States.A.Parameters.Payload"},
		"a variable":            {states("A: {Type: Pass, Assign: {Condition: 1}, End: true}"), "intrinsic", ".States.A.Assign"},
		"beside no value":       {result("{Condition: {a: 1}, b: !Ref AWS::NoValue}"), "intrinsic", ".States.A.Result"},
		"a Ref beside no value": {result("{Ref: x, b: !Ref AWS::NoValue}"), "intrinsic", ".States.A.Result"},
		"in a list's branch":    {"- {Name: A, Type: Parallel, Branches: [[{Name: B, Type: Pass, Result: {Condition: x}}]]}", "intrinsic", "[0].Branches[0][0].Result"},
		"in a list's Choice":    {"- {Name: A, Type: Choice, Condition: {Variable: $.x, IsNull: true}, IsTrue: [{Name: B, Type: Pass, Result: {Condition: x}}]}", "intrinsic", "[0].IsTrue[0].Result"},
		"of a nested machine":   {states("A: {Type: Map, ItemProcessor: {ProcessorConfig: {Condition: x}, StartAt: B, States: {B: {Type: Succeed}}}, End: true}"), "intrinsic", ".States.A.ItemProcessor.ProcessorConfig"},
		"of the plan":           {"Comment: {Condition: x}\n" + states(pass), "intrinsic", ".Comment"},
	})
}

func TestTwoKeyObjects(t *testing.T) {
	t.Parallel()
	whole(t, states("A: {Type: Pass, Result: {Condition: x, b: 1}, Next: B}\nB: {Type: Pass, Result: {Ref: 5, b: [{Fn::Sub: 5, c: ~}]}, End: true}"))
	whole(t, "QueryLanguage: JSONata\n"+states("A: {Type: Choice, Choices: [{Condition: '{% true %}', Next: B}], Default: B}\nB: {Type: Succeed}"))
}

// TestLoops: AWS::LanguageExtensions expands Fn::ForEach after this macro.
func TestLoops(t *testing.T) {
	const loop = "Fn::ForEach::L: [X, [a], {}]"
	check(t, map[string]mistake{
		"for the plan":            {loop, "reserved", ".Fn::ForEach::L"},
		"beside StartAt":          {loop + "\n" + states(pass), "reserved", ".Fn::ForEach::L"},
		"for branches":            {states("A: {Type: Parallel, Branches: {" + loop + "}, End: true}"), "reserved", ".States.A.Branches.Fn::ForEach::L"},
		"for a branch":            {states("A: {Type: Parallel, Branches: [{" + loop + "}], End: true}"), "reserved", ".States.A.Branches[0].Fn::ForEach::L"},
		"for an iterator":         {states("A: {Type: Map, ItemProcessor: {" + loop + "}, End: true}"), "reserved", ".States.A.ItemProcessor.Fn::ForEach::L"},
		"beside Type":             {states("A: {Type: Pass, " + loop + ", End: true}"), "reserved", ".States.A.Fn::ForEach::L"},
		"beside Type of a job":    {states("A: {Type: AttiniRunnerJob, " + loop + ", Properties: {Commands: [ls]}, End: true}"), "reserved", ".States.A.Fn::ForEach::L"},
		"for Properties":          {jobWith("{" + loop + "}"), "reserved", ".States.A.Properties.Fn::ForEach::L"},
		"among Properties":        {jobWith("{Commands: [ls], " + loop + "}"), "reserved", ".States.A.Properties.Fn::ForEach::L"},
		"for Commands":            {jobWith("{Commands: {" + loop + "}}"), "reserved", ".States.A.Properties.Commands.Fn::ForEach::L"},
		"for a command":           {jobWith("{Commands: [ls, {" + loop + "}]}"), "reserved", ".States.A.Properties.Commands[1].Fn::ForEach::L"},
		"for Environment":         {jobWith("{Commands: [ls], Environment: {" + loop + "}}"), "reserved", ".States.A.Properties.Environment.Fn::ForEach::L"},
		"among variables":         {jobWith("{Commands: [ls], Environment: {A: x, " + loop + "}}"), "reserved", ".States.A.Properties.Environment.Fn::ForEach::L"},
		"for Parameters":          {states("A: {Type: AttiniLambdaInvoke, Parameters: {" + loop + "}, End: true}"), "reserved", ".States.A.Parameters.Fn::ForEach::L"},
		"among Parameters":        {states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, " + loop + "}, End: true}"), "reserved", ".States.A.Parameters.Fn::ForEach::L"},
		"deep in a payload":       {states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: [{a: {b: 1, " + loop + "}}]}, End: true}"), "reserved", ".States.A.Parameters.Payload[0].a.Fn::ForEach::L"},
		"among the first step's":  {states("Fn::ForEach::L: [X, [a], {A: {Type: Pass}}]\n" + pass), "reserved", ".States.Fn::ForEach::L"},
		"among a branch's states": {states("A: {Type: Parallel, End: true, Branches: [{StartAt: B, States: {B: {Type: Succeed}, " + loop + "}}]}"), "reserved", ".States.A.Branches[0].States.Fn::ForEach::L"},
		"as an item of a branch":  {"- {Name: A, Type: Parallel, Branches: [[{Name: B, Type: Pass}, {" + loop + "}]]}", "reserved", "[0].Branches[0][1]"},
	})
}

// TestLiteralsOfBrokenSteps: what is wrong inside a step is found also when the
// step cannot be read.
func TestLiteralsOfBrokenSteps(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		states("A: {Result: {Condition: x}}"),
		"- {Name: A, Result: {Condition: x}}",
		"States: {A: {Result: {Condition: x}}}",
	} {
		_, problems := plan.Read("P", resource(t, body), resourcePath())
		require.NotEmpty(t, problems)
		assert.Contains(t, messages(problems), `Step "A": Result: `+taken)
	}
	_, problems := plan.Read("P", resource(t, "- {Result: {Condition: x}}"), resourcePath())
	assert.Contains(t, messages(problems), `Plan "P": DeploymentPlan[0].Result: `+taken)
}
