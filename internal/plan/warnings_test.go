package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
)

const warnedJob = "Type: AttiniRunnerJob, Properties: {Commands: [ls]}"

// TestWarnings: a sound plan that always fails, or reads what is nowhere.
func TestWarnings(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		plan string
		want []string // rule path
	}{
		"a heartbeat below the agent's": {"[{Name: A, HeartbeatSeconds: 20, " + warnedJob + "}]", []string{"heartbeat DeploymentPlan[0].HeartbeatSeconds"}},
		"a heartbeat above it":          {"[{Name: A, HeartbeatSeconds: 21, " + warnedJob + "}]", nil},
		"another step's heartbeat":      {"[{Name: A, Type: Task, Resource: r, HeartbeatSeconds: 1}]", nil},
		"a reserved variable":           {"[{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {ATTINI_OUTPUT: x, ATTINI: y}}}]", []string{"reserved-variable DeploymentPlan[0].Properties.Environment.ATTINI_OUTPUT"}},

		"an error that no step fails with": {"[{Name: A, Catch: [{ErrorEquals: [Runner.ImageNotFoud, Runner.OutOfMemory, Own], Next: A}], " + warnedJob + "}]", []string{"unknown-error DeploymentPlan[0].Catch[0].ErrorEquals[0]"}},
		"a misspelt error of the language": {"[{Name: A, Retry: [{ErrorEquals: [States.Timeoout, States.TaskFailed, States.Http.StatusCode.404]}], " + warnedJob + "}]", []string{"unknown-error DeploymentPlan[0].Retry[0].ErrorEquals[0]"}},
		"one to retry, of a Parallel":      {"[{Name: P, Type: Parallel, Retry: [{ErrorEquals: [X]}, {ErrorEquals: [Y, Runner.Timeout]}], Branches: [[{Name: B, " + warnedJob + "}]]}]", []string{"unknown-error DeploymentPlan[0].Retry[1].ErrorEquals[1]"}},

		"a Fail at the end of a list":      {"[{Name: A, " + warnedJob + "}, {Name: F, Type: Fail}]", []string{"always-fails DeploymentPlan[1]"}},
		"a Fail that a Choice goes around": {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: F}], Default: S}, F: {Type: Fail}, S: {Type: Succeed}}}", nil},
		"a Fail in a Catch":                {"{StartAt: A, States: {A: {" + warnedJob + ", Catch: [{ErrorEquals: [States.ALL], Next: F}], End: true}, F: {Type: Fail}}}", nil},
		"two Fails":                        {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: F}], Default: G}, F: {Type: Fail}, G: {Type: Fail}}}", []string{"always-fails DeploymentPlan.States.F"}},

		"a job after a Map":                   {"{StartAt: M, States: {M: {Type: Map, Next: A, ItemProcessor: {StartAt: I, States: {I: {Type: Pass, End: true}}}}, A: {" + warnedJob + ", End: true}}}", []string{"payload DeploymentPlan.States.A"}},
		"a job after a Map of a list":         {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: A, " + warnedJob + "}]", nil},
		"with a Choice between":               {"{StartAt: M, States: {M: {Type: Map, Next: W, ItemProcessor: {StartAt: I, States: {I: {" + warnedJob + ", End: true}}}}, W: {Type: Wait, Seconds: 1, Next: A}, A: {" + warnedJob + ", End: true}}}", []string{"payload DeploymentPlan.States.A"}},
		"with a merge between":                {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: J, Type: AttiniMergeOutput}, {Name: A, " + warnedJob + "}]", nil},
		"a Map that keeps the payload":        {"[{Name: M, Type: Map, ResultPath: $.m, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: A, " + warnedJob + "}]", nil},
		"a Map without a result":              {"[{Name: M, Type: Map, ResultPath: null, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: A, " + warnedJob + "}]", nil},
		"a Map with a selector":               {"[{Name: M, Type: Map, ResultSelector: {a.$: '$'}, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: A, " + warnedJob + "}]", nil},
		"a Parallel of a list":                {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + warnedJob + "}]]}, {Name: A, " + warnedJob + "}]", nil},
		"a Parallel of states":                {"{StartAt: P, States: {P: {Type: Parallel, Next: A, Branches: [{StartAt: B, States: {B: {" + warnedJob + ", End: true}}}]}, A: {" + warnedJob + ", End: true}}}", []string{"payload DeploymentPlan.States.A"}},
		"a job that another way also reaches": {"{StartAt: C, States: {C: {Type: Choice, Choices: [{Variable: $.a, IsNull: true, Next: M}], Default: A}, M: {Type: Map, Next: A, ItemProcessor: {StartAt: I, States: {I: {" + warnedJob + ", End: true}}}}, A: {" + warnedJob + ", End: true}}}", nil},
		"a job that takes an item":            {"[{Name: M, Type: Map, ItemProcessor: [{Name: I, " + warnedJob + "}]}, {Name: A, InputPath: '$[0]', " + warnedJob + "}]", nil},
		"a job in a Parallel after a Map":     {"{StartAt: M, States: {M: {Type: Map, Next: P, ItemProcessor: {StartAt: I, States: {I: {" + warnedJob + ", End: true}}}}, P: {Type: Parallel, End: true, Branches: [{StartAt: B, States: {B: {" + warnedJob + ", End: true}}}]}}}", []string{"payload DeploymentPlan.States.P.Branches[0].States.B"}},
		"a Map that writes its results":       {"[{Name: M, Type: Map, ResultWriter: {Resource: 'arn:aws:states:::s3:putObject', Parameters: {Bucket: b}}, ItemProcessor: {ProcessorConfig: {Mode: DISTRIBUTED, ExecutionType: STANDARD}, StartAt: I, States: {I: {Type: Pass, End: true}}}}, {Name: A, " + warnedJob + "}]", nil},
		"a job in a Parallel with Parameters": {"{StartAt: M, States: {M: {Type: Map, Next: P, ItemProcessor: {StartAt: I, States: {I: {" + warnedJob + ", End: true}}}}, P: {Type: Parallel, Parameters: {a: 1}, End: true, Branches: [{StartAt: B, States: {B: {" + warnedJob + ", End: true}}}]}}}", nil},
		"a Map in JSONata":                    {"{StartAt: M, States: {M: {Type: Map, QueryLanguage: JSONata, Next: A, ItemProcessor: {StartAt: I, States: {I: {Type: Pass, End: true}}}}, A: {" + warnedJob + ", End: true}}}", nil},

		"a name alone in JSONata":       {"[{Name: A, QueryLanguage: JSONata, Type: Pass, Output: {a: ['{% name %}'], b: '{%order.id%}'}}]", []string{"expression DeploymentPlan[0].Output.a[0]", "expression DeploymentPlan[0].Output.b"}},
		"one in a job":                  {"[{Name: A, QueryLanguage: JSONata, Type: AttiniRunnerJob, Properties: {Commands: ['{% command %}']}}]", []string{"expression DeploymentPlan[0].Properties.Commands[0]"}},
		"expressions that have a value": {"[{Name: A, QueryLanguage: JSONata, Type: Pass, Comment: '{% a %}', Output: {a: '{% true %}', b: '{% null %}', c: '{% $states.input.a %}', d: '{% $a.b %}', e: '{% {}.a %}', f: 'name'}}]", nil},
		"a name alone in a nested step": {"{StartAt: P, States: {P: {Type: Parallel, QueryLanguage: JSONata, End: true, Branches: [{StartAt: B, States: {B: {QueryLanguage: JSONata, Type: Pass, Output: '{% a %}', End: true}}}]}}}", []string{"expression DeploymentPlan.States.P.Branches[0].States.B.Output"}},

		"an output that no step writes":   {"[{Name: Build, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Bild.version}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Environment[\"V.$\"]"}},
		"outputs of early versions":       {"[{Name: Db, Type: AttiniCfn, Properties: {StackName: s, Template: t}}, {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: t, Parameters: {P.$: $.cfnOutput.s.Name}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Parameters[\"P.$\"]"}},
		"outputs of early versions, made": {"[{Name: Db, Type: Task, Resource: r}, {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: t, Parameters: {P.$: !Sub '$.cfnOutput.${AWS::StackName}-s.Name'}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Parameters[\"P.$\"]"}},
		"one in a Choice":                 {"{StartAt: Build, States: {Build: {" + warnedJob + ", Next: C}, C: {Type: Choice, Choices: [{Variable: \"$.output['Bild'].ok\", IsNull: true, Next: S}], Default: S}, S: {Type: Succeed}}}", []string{"unknown-output DeploymentPlan.States.C.Choices[0].Variable"}},
		"one in a function":               {"[{Name: Build, " + warnedJob + "}, {Name: A, Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, Payload: {a.$: \"States.Format('{}', $.output.Bild)\"}}}]", []string{"unknown-output DeploymentPlan[1].Parameters.Payload[\"a.$\"]"}},
		"outputs that are there":          {"[{Name: Build it, " + warnedJob + "}, {Name: E, Type: Task, Resource: r, ResultPath: $.output.Own.x, Catch: [{ErrorEquals: [States.ALL], ResultPath: $.output.Error, Next: A}]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: \"$.output['Build it'].x\", W.$: $.output.Own, X.$: $.output.Error}}}]", nil},
		"a step that may write anything":  {"[{Name: E, Type: Task, Resource: r}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]", nil},
		"a Pass with a Result":            {"[{Name: E, Type: Pass, Result: {output: {Any: 1}}}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]", nil},
		"a Pass with Parameters":          {"[{Name: E, Type: Pass, Parameters: {output: {Any: 1}}}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]", nil},
		"a Pass of its input":             {"[{Name: E, Type: Pass}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Environment[\"V.$\"]"}},
		"a selector of a result":          {"[{Name: E, Type: Task, Resource: r, ResultPath: $.e, ResultSelector: {a.$: $.output.Any}}, {Name: A, " + warnedJob + "}]", nil},
		"an item's output":                {"[{Name: M, Type: Map, ItemsPath: $.customData.x, ItemProcessor: [{Name: I, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]}]", nil},
		"an output after a merge":         {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + warnedJob + "}]]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B.x}}}]", nil},
		"an output of a job's own path":   {"[{Name: B, ResultPath: $.output.Mine, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Mine}}}]", nil},
		"an output in brackets":           {"[{Name: Build, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: \"$['output']['Bild']\"}}}]", []string{"unknown-output DeploymentPlan[1].Properties.Environment[\"V.$\"]"}},
		"its own output":                  {"[{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.A.x}}}]", []string{"unknown-output DeploymentPlan[0].Properties.Environment[\"V.$\"]"}},
		"a later step's output":           {"[{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}, {Name: B, " + warnedJob + "}]", []string{"unknown-output DeploymentPlan[0].Properties.Environment[\"V.$\"]"}},
		"the output of a branch beside":   {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + warnedJob + "}], [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}]]}]", []string{"unknown-output DeploymentPlan[0].Branches[1][0].Properties.Environment[\"V.$\"]"}},
		"an earlier step of a branch":     {"[{Name: P, Type: Parallel, Branches: [[{Name: B, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}]]}]", nil},
		"an output before a branch":       {"[{Name: B, " + warnedJob + "}, {Name: P, Type: Parallel, Branches: [[{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}]]}]", nil},
		"an output in a loop":             {"{StartAt: A, States: {A: {Type: AttiniRunnerJob, Next: B, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}, B: {" + warnedJob + ", Next: C}, C: {Type: Choice, Choices: [{Variable: $.output.B.again, BooleanEquals: true, Next: A}], Default: S}, S: {Type: Succeed}}}", nil},
		"an output after a Choice":        {"[{Name: C, Type: Choice, Condition: {Variable: $.a, IsNull: true}, IsTrue: [{Name: B, " + warnedJob + "}]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}]", nil},
		"an output of a handler":          {"[{Name: D, " + warnedJob + ", Catch: [{ErrorEquals: [States.ALL], Steps: [{Name: B, " + warnedJob + "}]}]}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.B}}}]", nil},
		"a slip in a command":             {"[{Name: Build, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: ['jq -r .output.Bild.x $ATTINI_INPUT']}}]", []string{"unknown-output DeploymentPlan[1].Properties.Commands[0]"}},
		"another name in a command":       {"[{Name: Build, " + warnedJob + "}, {Name: A, Type: AttiniRunnerJob, Properties: {Commands: ['jq -r .output.stack.x cdk.json', 'jq .output.Build.x $ATTINI_INPUT | y .output.Bild', 'jq .output.Bild other.json']}}]", nil},
		"what a shell reads is no path":   {"[{Name: B, Type: AttiniRunnerJob, Properties: {Commands: ['jq $.output.Bild'], Environment: {V: $.output.Bild, SomePath: $.output.Bild, Variable: $.output.Bild}}}]", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource, problems := cfn.Read([]byte("Type: Attini::Deploy::DeploymentPlan\nProperties: {DeploymentPlan: " + test.plan + "}"))
			require.NoError(t, problems.Err())
			p, found := plan.Read("Plan", resource, cfn.NewPath("Plan"))
			require.NoError(t, found.Err())
			var got []string
			for _, warning := range plan.Warnings(p, false) {
				got = append(got, warning.Rule+" "+warning.Path[len("Plan.Properties."):])
				assert.Positive(t, warning.Line)
			}
			assert.Equal(t, test.want, got)
		})
	}
}

// TestDefaultsAreOutputs: PayloadDefaults may have outputs of their own.
func TestDefaultsAreOutputs(t *testing.T) {
	t.Parallel()
	for defaults, warnings := range map[string]int{"{output: {Any: 1}}": 0, "{other: 1}": 1, "!Ref X": 0} {
		resource, _ := cfn.Read([]byte("Type: T\nProperties: {PayloadDefaults: " + defaults + ", DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Any}}}]}"))
		p, _ := plan.Read("Plan", resource, cfn.NewPath("Plan"))
		assert.Len(t, plan.Warnings(p, false), warnings, defaults)
	}
}

// TestWarningsOfABrokenPlan: what is certain although another step is wrong.
func TestWarningsOfABrokenPlan(t *testing.T) {
	t.Parallel()
	for steps, want := range map[string]string{
		"{Name: W, Type: Wait, Second: 1}": "unknown-output",
		"{Name: Bild}":                     "",
		"{Name: Bild, Type: AttiniOther}":  "",
		"{Type: Pass}":                     "",
		"{Name: F, Type: Fail, Next: A}":   "unknown-output",
	} {
		p, found := plan.Read("P", resource(t, "- {Name: Build, "+warnedJob+"}\n- {Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls], Environment: {V.$: $.output.Bild}}}\n- "+steps+"\n"), resourcePath())
		require.Error(t, found.Err(), steps)
		got := ""
		for _, warning := range plan.Warnings(p, true) {
			got += warning.Rule
		}
		assert.Equal(t, want, got, steps)
	}
}
