package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

const doubtJob = "Type: AttiniRunnerJob, Properties: {Commands: [ls]}"

// TestDoubts: a sound plan that always fails, or reads what is nowhere.
func TestDoubts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plan string
		want []string // rule path
	}{
		"a heartbeat below the agent's": {"[{Name: A, HeartbeatSeconds: 20, " + doubtJob + "}]", []string{"heartbeat DeploymentPlan[0].HeartbeatSeconds"}},
		"a heartbeat above it":          {"[{Name: A, HeartbeatSeconds: 21, " + doubtJob + "}]", nil},
		"another step's heartbeat":      {"[{Name: A, Type: Task, Resource: r, HeartbeatSeconds: 1}]", nil},
		"a reserved variable":           {"[{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {ATTINI_OUTPUT: x, ATTINI: y}}}]", []string{"reserved-variable DeploymentPlan[0].Properties.Environment.ATTINI_OUTPUT"}},

		"a Fail at the end of a list":      {"[{Name: A, " + doubtJob + "}, {Name: F, Type: Fail}]", []string{"always-fails DeploymentPlan[1]"}},
		"a Fail that a Choice goes around": {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: F}], Default: S}, F: {Type: Fail}, S: {Type: Succeed}}}", nil},
		"a Fail in a Catch":                {"{StartAt: A, States: {A: {" + doubtJob + ", Catch: [{ErrorEquals: [States.ALL], Next: F}], End: true}, F: {Type: Fail}}}", nil},
		"two Fails":                        {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: F}], Default: G}, F: {Type: Fail}, G: {Type: Fail}}}", []string{"always-fails DeploymentPlan.States.F"}},

		"a job after a Map":                   {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: A, " + doubtJob + "}]", []string{"payload DeploymentPlan[1]"}},
		"with a Choice between":               {"{StartAt: M, States: {M: {Type: Map, Next: W, ItemProcessor: {StartAt: I, States: {I: {" + doubtJob + ", End: true}}}}, W: {Type: Wait, Seconds: 1, Next: A}, A: {" + doubtJob + ", End: true}}}", []string{"payload DeploymentPlan.States.A"}},
		"with a merge between":                {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: J, Type: AttiniMergeOutput}, {Name: A, " + doubtJob + "}]", nil},
		"a Map that keeps the payload":        {"[{Name: M, Type: Map, ResultPath: $.m, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: A, " + doubtJob + "}]", nil},
		"a Map without a result":              {"[{Name: M, Type: Map, ResultPath: null, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: A, " + doubtJob + "}]", nil},
		"a Map with a selector":               {"[{Name: M, Type: Map, ResultSelector: {a.$: '$'}, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: A, " + doubtJob + "}]", nil},
		"a Parallel of a list":                {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + doubtJob + "}]]}, {Name: A, " + doubtJob + "}]", nil},
		"a Parallel of states":                {"{StartAt: P, States: {P: {Type: Parallel, Next: A, Branches: [{StartAt: B, States: {B: {" + doubtJob + ", End: true}}}]}, A: {" + doubtJob + ", End: true}}}", []string{"payload DeploymentPlan.States.A"}},
		"a job that another way also reaches": {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: M}], Default: A}, M: {Type: Map, Next: A, ItemProcessor: {StartAt: I, States: {I: {" + doubtJob + ", End: true}}}}, A: {" + doubtJob + ", End: true}}}", nil},
		"a job that takes an item":            {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + doubtJob + "}]}, {Name: A, InputPath: '$[0]', " + doubtJob + "}]", nil},
		"a job in a Parallel after a Map":     {"{StartAt: M, States: {M: {Type: Map, Next: P, ItemProcessor: {StartAt: I, States: {I: {" + doubtJob + ", End: true}}}}, P: {Type: Parallel, End: true, Branches: [{StartAt: B, States: {B: {" + doubtJob + ", End: true}}}]}}}", []string{"payload DeploymentPlan.States.P.Branches[0].States.B"}},
		"a Map in JSONata":                    {"{StartAt: M, States: {M: {Type: Map, QueryLanguage: JSONata, Next: A, ItemProcessor: {StartAt: I, States: {I: {Type: Pass, End: true}}}}, A: {" + doubtJob + ", End: true}}}", nil},

		"an output that no step writes":  {"[{Name: Build, " + doubtJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Bild.version}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Environment[\"V.$\"]"}},
		"outputs of early versions":      {"[{Name: Db, Type: AttiniCfn, Properties: {StackName: s, Template: t}}, {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: t, Parameters: {P.$: $.cfnOutput.s.Name}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Parameters[\"P.$\"]"}},
		"one in a Choice":                {"{StartAt: Build, States: {Build: {" + doubtJob + ", Next: C}, C: {Type: Choice, Choices: [{Variable: \"$.output['Bild'].ok\", IsNull: true, Next: S}], Default: S}, S: {Type: Succeed}}}", []string{"unknown-output DeploymentPlan.States.C.Choices[0].Variable"}},
		"one in a function":              {"[{Name: Build, " + doubtJob + "}, {Name: A, Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: {a.$: \"States.Format('{}', $.output.Bild)\"}}}]", []string{"unknown-output DeploymentPlan[1].Parameters.Payload[\"a.$\"]"}},
		"outputs that are there":         {"[{Name: Build it, " + doubtJob + "}, {Name: E, Type: Task, Resource: r, ResultPath: $.output.Own.x, Catch: [{ErrorEquals: [States.ALL], ResultPath: $.output.Error, Next: A}]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: \"$.output['Build it'].x\", W.$: $.output.Own, X.$: $.output.Error}}}]", nil},
		"a step that may write anything": {"[{Name: E, Type: Task, Resource: r}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]", nil},
		"an item's output":               {"[{Name: M, Type: Map, ItemsPath: $.customData.x, ItemProcessor: [{Name: I, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]}]", nil},
		"an output after a merge":        {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + doubtJob + "}]]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B.x}}}]", nil},
		"an output of a job's own path":  {"[{Name: B, ResultPath: $.output.Mine, " + doubtJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Mine}}}]", nil},
		"what a shell reads is no path":  {"[{Name: B, Type: AttiniRunnerJob, Properties: {Commands: ['jq $.output.Bild'], Environment: {V: $.output.Bild}}}]", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource, problems := cfn.Read([]byte("Type: Attini::Deploy::DeploymentPlan\nProperties: {DeploymentPlan: " + test.plan + "}"))
			require.NoError(t, problems.Err())
			p, found := plan.Read("Plan", resource, "Plan")
			require.NoError(t, found.Err())
			var got []string
			for _, doubt := range plan.Doubts(p) {
				got = append(got, doubt.Rule+" "+doubt.Path[len("Plan.Properties."):])
				assert.Positive(t, doubt.Line)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// TestDefaultsAreOutputs: PayloadDefaults may have outputs of their own.
func TestDefaultsAreOutputs(t *testing.T) {
	t.Parallel()
	for defaults, doubts := range map[string]int{"{output: {Any: 1}}": 0, "{other: 1}": 1, "!Ref X": 0} {
		resource, _ := cfn.Read([]byte("Type: T\nProperties: {PayloadDefaults: " + defaults + ", DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]}"))
		p, _ := plan.Read("Plan", resource, "Plan")
		assert.Len(t, plan.Doubts(p), doubts, defaults)
	}
}
