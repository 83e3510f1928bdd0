package transform_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// twoRunners is a template with the Runners R and S and a plan with the given
// properties.
func twoRunners(plan string) string {
	return `
Conditions: {Some: !Equals [a, b]}
Resources:
  R: {Type: Attini::Deploy::Runner, Properties: {Image: debian}}
  S: {Type: Attini::Deploy::Runner, Condition: Some, Properties: {Image: debian}}
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      ` + strings.ReplaceAll(strings.TrimSpace(plan), "\n", "\n      ") + "\n"
}

const (
	jobR = "Type: AttiniRunnerJob, Properties: {Runner: R, Commands: [ls]}"
	jobS = "Type: AttiniRunnerJob, Properties: {Runner: !Ref S, Commands: [ls]}"
)

// TestPrewarmRunners: which runners a plan starts ahead. Package plan's TestPaths has
// the paths through a plan.
func TestPrewarmRunners(t *testing.T) {
	t.Parallel()
	cases := map[string]struct{ plan, want string }{
		"the first job's is there as soon":        {"DeploymentPlan: [{Name: A, " + jobR + "}]", ""},
		"the second job's, by Ref":                {"DeploymentPlan: [{Name: A, " + jobR + "}, {Name: B, " + jobS + "}]", "S"},
		"both after a wait, in template order":    {"DeploymentPlan: [{Name: W, Type: Wait, Seconds: 60}, {Name: A, " + jobS + "}, {Name: B, " + jobR + "}]", "R S"},
		"the plan's default Runner":               {"DefaultRunner: S\nDeploymentPlan: [{Name: A, " + jobR + "}, {Name: B, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]", "S"},
		"the Runner that is declared nowhere":     {"DeploymentPlan: [{Name: A, " + jobR + "}, {Name: B, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]", "AttiniDefaultRunner"},
		"none that only one way comes to":         {"DeploymentPlan: [{Name: A, " + jobR + "}, {Name: C, Type: Choice, Condition: {Variable: $.a, IsPresent: true}, IsTrue: [{Name: B, " + jobS + "}]}]", ""},
		"none that only a Map has":                {"DeploymentPlan: [{Name: A, " + jobR + "}, {Name: M, Type: Map, ItemProcessor: [{Name: B, " + jobS + "}]}]", ""},
		"branches that begin are there as soon":   {"DeploymentPlan: [{Name: P, Type: Parallel, Branches: [[{Name: A, " + jobR + "}], [{Name: B, " + jobS + "}]]}]", ""},
		"a branch's second job's":                 {"DeploymentPlan: [{Name: P, Type: Parallel, Branches: [[{Name: A, " + jobR + "}, {Name: B, " + jobS + "}]]}]", "S"},
		"none where the plan says no":             {"Prewarm: false\nDeploymentPlan: [{Name: A, " + jobR + "}, {Name: B, " + jobS + "}]", ""},
		"where the plan says yes":                 {"Prewarm: true\nDeploymentPlan: [{Name: A, " + jobR + "}, {Name: B, " + jobS + "}]", "S"},
		"none that no step uses, though declared": {"DefaultRunner: S\nDeploymentPlan: [{Name: W, Type: Wait, Seconds: 60}, {Name: B, " + jobR + "}]", "R"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			states := machine(expanded(t, twoRunners(c.plan)))
			var names []string
			if ahead := states.At("AttiniPrewarm", "Parameters", "Payload", "Runners"); ahead != nil {
				for _, runner := range ahead.Items {
					names = append(names, strings.TrimSuffix(strings.TrimPrefix(runner.Text, "${AttiniRunner"), "}"))
				}
			}
			assert.Equal(t, c.want, strings.Join(names, " "))
			assert.Equal(t, c.want != "", states.Has("AttiniPrewarm"), "without a runner to start there is no state")
			assert.Equal(t, c.want != "", states.Has("AttiniPrewarm-End"))
		})
	}
}

// TestPrewarmState: the state's answer and its failure lead to the same place,
// and the launcher is told not to be waited for.
func TestPrewarmState(t *testing.T) {
	t.Parallel()
	resources := expanded(t, twoRunners("DeploymentPlan: [{Name: A, "+jobR+"}, {Name: B, "+jobS+"}]"))
	properties := resources.At("AttiniDeploymentPlanSfnPlan", "Properties")
	assert.Equal(t, "AttiniPrewarm", properties.At("Definition", "StartAt").Text)
	states := machine(resources)
	assert.JSONEq(t, `{
		"Type": "Task", "Resource": "arn:${AttiniPartition}:states:::lambda:invoke", "TimeoutSeconds": 10,
		"Comment": "Starts runners ahead of their jobs; Prewarm: false on the plan leaves this out.",
		"Parameters": {
			"FunctionName": "${AttiniRunnerLauncher}", "InvocationType": "Event",
			"Payload": {"attiniActionType": "Prewarm", "Runners": ["${AttiniRunnerS}"]}},
		"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "AttiniPrewarm-End"}], "Next": "AttiniPrewarm-End"}`,
		marshal(t, states.Get("AttiniPrewarm")))
	assert.JSONEq(t, `{"Type": "Pass", "Parameters": {"input.$": "$$.Execution.Input"}, "OutputPath": "$.input", "Next": "A"}`,
		marshal(t, states.Get("AttiniPrewarm-End")))
	assert.JSONEq(t, `{"Fn::Join": ["/", [{"Ref": "AWS::StackName"}, "S", {"Fn::If": ["Some", {"Fn::GetAtt": ["S", "ConfigurationId"]}, "none"]}]]}`,
		marshal(t, properties.At("DefinitionSubstitutions", "AttiniRunnerS")), "a Runner under a condition may not be there")
	for _, steps := range []*cfn.Node{
		resources.At("AttiniDeploymentPlanSfnPlan", "Metadata", "AttiniSteps"), resources.At("AttiniDeploymentPlanSfnPlanTrigger", "Properties", "AttiniSteps"),
	} {
		assert.NotContains(t, marshal(t, steps), "Prewarm", "it is no step of the user's")
	}
}

// TestPrewarmNameIsUnused: steps keep their names, nested ones too.
func TestPrewarmNameIsUnused(t *testing.T) {
	t.Parallel()
	states := machine(expanded(t, twoRunners(`DeploymentPlan:
  - {Name: AttiniPrewarm, `+jobR+`}
  - {Name: P, Type: Parallel, Branches: [[{Name: AttiniPrewarm2-End, `+jobS+`}]]}`)))
	assert.Equal(t, "AttiniPrewarm3-End", states.At("AttiniPrewarm3", "Next").Text)
	assert.Equal(t, "AttiniPrewarm", states.At("AttiniPrewarm3-End", "Next").Text)
	assert.Equal(t, "P", states.At("AttiniPrewarm", "Next").Text)
}

// TestPrewarmIsForDeployments: on a laptop there is nothing to start ahead.
func TestPrewarmIsForDeployments(t *testing.T) {
	t.Parallel()
	template := read(t, twoRunners("DeploymentPlan: [{Name: A, "+jobR+"}, {Name: B, "+jobS+"}]"))
	local, problems := transform.Expand(t.Context(), transform.Request{Template: template, Values: pseudo()})
	require.NoError(t, problems.Err())
	assert.Equal(t, "A", local.At("Resources", "AttiniDeploymentPlanSfnPlan", "Properties", "Definition", "StartAt").Text)
}

// TestPrewarmIsBounded: a plan of very many Runners starts none ahead.
func TestPrewarmIsBounded(t *testing.T) {
	t.Parallel()
	for n, ahead := range map[int]bool{166: true, 167: false} {
		name := func(i int) string { return fmt.Sprint("r", i) }
		resources := runners(n, name, nil)
		resources["Plan"] = chain(n, func(i int) object { return runnerJob(name(i), "ls") })
		states := machine(expanded(t, string(write(t, object{"Resources": resources}))))
		assert.Equal(t, ahead, states.Has("AttiniPrewarm"), n)
	}
}
