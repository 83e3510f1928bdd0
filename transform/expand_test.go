package transform_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/transform"
)

// TestExpandGolden expands each testdata/*/template.yaml, and the examples.
func TestExpandGolden(t *testing.T) {
	t.Parallel()
	templates, err := filepath.Glob("testdata/*/template.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, templates)
	for _, path := range templates {
		checkGolden(t, filepath.Base(filepath.Dir(path)), path)
	}
	for _, example := range []string{"hello", "release"} {
		checkGolden(t, "example-"+example, filepath.Join("../examples", example, "init-stack.yaml"))
	}
}

func checkGolden(t *testing.T, name, path string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		template := read(t, string(data))
		before := marshal(t, template)

		expanded, problems := expand(t, template)
		require.NoError(t, problems.Err())
		assert.Equal(t, before, marshal(t, template), "the input must not change")
		again, _ := expand(t, template)
		assert.Equal(t, marshal(t, expanded), marshal(t, again), "the same input gives the same bytes")

		var text bytes.Buffer
		require.NoError(t, cfn.WriteJSON(&text, expanded))
		golden.Assert(t, name+"/expanded.json", text.Bytes())
		for _, resource := range expanded.Get("Resources").Fields {
			if definition := resource.Value.At("Properties", "Definition"); definition != nil {
				_, err := asl.ParseWith([]byte(marshal(t, definition)), asl.ParseOptions{Substituted: true})
				assert.NoError(t, err, "Step Functions creates what comes out")
			}
		}
	})
}

// expand expands with the facts of testdata/facts.json.
func expand(t *testing.T, template *cfn.Node) (*cfn.Node, problem.List) {
	t.Helper()
	return transform.Expand(t.Context(), transform.Request{Template: template, Account: facts(t).Account(), Values: pseudo()})
}

// facts are those of an account with a default VPC, all AMI aliases and some
// instance types.
func facts(t testing.TB) transform.Facts {
	t.Helper()
	text, err := os.ReadFile("testdata/facts.json")
	require.NoError(t, err)
	var facts transform.Facts
	require.NoError(t, json.Unmarshal(text, &facts))
	return facts
}

// pseudo is what a macro is told beside the template.
func pseudo() cfn.Values {
	return cfn.Values{Pseudo: map[string]string{"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::Partition": "aws"}}
}

func read(t *testing.T, text string) *cfn.Node {
	t.Helper()
	template, problems := cfn.Read([]byte(text))
	require.NoError(t, problems.Err())
	return template
}

func marshal(t *testing.T, n *cfn.Node) string {
	t.Helper()
	text, err := json.Marshal(n)
	require.NoError(t, err)
	return string(text)
}

// job is a plan with one job step on the named runner.
func job(runner string) string {
	return `
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      DeploymentPlan:
        - {Name: Job, Type: AttiniRunnerJob, Properties: {Runner: ` + runner + `, Commands: [ls]}}
`
}

func TestExpandProblems(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	cases := map[string]struct {
		template string
		want     problem.Problem
	}{
		"no Resources": {
			"Description: x",
			problem.Problem{Severity: problem.Error, Rule: "no-resources", Place: problem.Place{Line: 1, Column: 1}},
		},
		"Resources is a list": {
			"Resources: [A]",
			problem.Problem{Severity: problem.Error, Rule: "no-resources", Path: "Resources", Place: problem.Place{Line: 1, Column: 12}},
		},
		"no plan": {
			"Resources:\n  A: {Type: AWS::SNS::Topic}",
			problem.Problem{Severity: problem.Error, Rule: "no-plan", Path: "Resources", Place: problem.Place{Line: 2, Column: 3}},
		},
		"a resource without Type": {
			"Resources:\n  A: {Properties: {}}" + job("R") + "  R: {Type: Attini::Deploy::Runner}\n",
			problem.Problem{Severity: problem.Error, Rule: "no-type", Path: "Resources.A", Place: problem.Place{Line: 2, Column: 3}},
		},
		"another Attini type": {
			"Resources:\n  A: {Type: Attini::Deploy::AppDeploymentPlan}" + job("R") + "  R: {Type: Attini::Deploy::Runner}\n",
			problem.Problem{Severity: problem.Error, Rule: "unsupported-type", Path: "Resources.A.Type", Place: problem.Place{Line: 2, Column: 13}},
		},
		"an app's plan alone": {
			"Resources:\n  A: {Type: Attini::Deploy::AppDeploymentPlan}\n",
			problem.Problem{Severity: problem.Error, Rule: "unsupported-type", Path: "Resources.A.Type", Place: problem.Place{Line: 2, Column: 13}},
		},
		"the Runner is another resource": {
			"Resources:\n  Topic: {Type: AWS::SNS::Topic}" + job("Topic"),
			problem.Problem{Severity: problem.Error, Rule: "unknown-runner", Path: "Resources.Plan.Properties.DeploymentPlan[0].Properties.Runner", Place: problem.Place{Line: 7, Column: 67}},
		},
		"an unused Runner": {
			"Resources:\n  R: {Type: Attini::Deploy::Runner}\n  Idle: {Type: Attini::Deploy::Runner}" + job("R"),
			problem.Problem{Severity: problem.Warning, Rule: "unused-runner", Path: "Resources.Idle", Place: problem.Place{Line: 3, Column: 9}},
		},
		"a name that is taken": {
			"Resources:\n  R: {Type: Attini::Deploy::Runner}\n  AttiniRunnerQueueR: {Type: AWS::SQS::Queue}" + job("R"),
			problem.Problem{Severity: problem.Error, Rule: "name-clash", Path: "Resources.AttiniRunnerQueueR", Place: problem.Place{Line: 3, Column: 3}},
		},
		"a default runner that is none": {
			"Resources:\n  AttiniDefaultRunner: {Type: AWS::SNS::Topic}\n  Plan: {Type: Attini::Deploy::DeploymentPlan, Properties: {DeploymentPlan: [{Name: J, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]}}",
			problem.Problem{Severity: problem.Error, Rule: "unknown-runner", Path: "Resources.Plan.Properties.DeploymentPlan[0].Properties.Runner", Place: problem.Place{Line: 3, Column: 85}},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := expand(t, read(t, c.template))
			assert.Equal(t, problem.List{c.want}, problemtest.Wordless(problems))
			words.Assert(t, problemtest.Words(problems))
		})
	}
}

// TestTextArrives plays CloudFormation: it replaces the substitutions in the
// definition's text and reads what the job would get.
func TestTextArrives(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/text/template.yaml")
	require.NoError(t, err)
	template := read(t, string(data))
	expanded, problems := expand(t, template)
	require.NoError(t, problems.Err())

	machine := expanded.At("Resources", "AttiniDeploymentPlanSfnPlan", "Properties")
	evaluator, problems := cfn.NewEvaluator(template, cfn.Values{
		Parameters: map[string]string{"Name": "value"},
		Pseudo:     map[string]string{"AWS::Region": "eu-west-1", "AWS::Partition": "aws", "AWS::AccountId": "1", "AWS::StackName": "shop"},
		References: map[string]string{"Bucket.Arn": "arn:bucket", "Build.ConfigurationId": "id"},
	})
	require.NoError(t, problems.Err())
	text := marshal(t, machine.Get("Definition"))
	for _, field := range machine.Get("DefinitionSubstitutions").Entries() {
		value, unknown := evaluator.Evaluate(field.Value, cfn.Path{})
		require.NoError(t, unknown.Err())
		text = strings.ReplaceAll(text, "${"+field.Key+"}", value.Text)
	}
	definition, err := cfn.ReadJSON([]byte(text))
	require.NoError(t, err)
	properties := definition.At("States", "Speak", "Parameters", "Payload", "Properties").Value()
	assert.Equal(t, map[string]any{
		"Environment": map[string]any{
			"PLAIN":  json.Number("5"),
			"JOINED": "say \"\nvalue\n\" \\ <&>",
			"CHOSEN": "two\nlines",
		},
		"Commands": []any{
			"echo \"value\" '\\' \"${HOME}\" <&>\nprintf \"%s\\n\" \"eu-west-1\"\n",
			"arn:bucket and value",
			`echo "${HOME}" \ "quoted"`,
			"value",
		},
	}, properties)
}

func FuzzExpand(f *testing.F) {
	templates, err := filepath.Glob("testdata/*/template.yaml")
	require.NoError(f, err)
	for _, path := range templates {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		template, problems := cfn.Read(data)
		if problems.HasErrors() {
			return
		}
		before := marshal(t, template)
		expanded, problems := expand(t, template)
		assert.Equal(t, before, marshal(t, template), "the input must not change")
		assert.Equal(t, problems.Sorted(), problems)
		for _, p := range problems {
			assert.NotEmpty(t, p.Rule)
			assert.NotEmpty(t, p.Message)
		}
		_, ofFile := transform.Expand(t.Context(), transform.Request{Template: template, Account: facts(t).Account(), Values: pseudo(), File: true})
		assert.Equal(t, before, marshal(t, template), "the input must not change")
		assert.Equal(t, ofFile.Sorted(), ofFile)
		if problems.HasErrors() {
			assert.Nil(t, expanded)
			return
		}
		again, _ := expand(t, template)
		assert.Equal(t, marshal(t, expanded), marshal(t, again), "the same input gives the same bytes")
		for _, resource := range expanded.Get("Resources").Entries() {
			assert.NotContains(t, []any{"Attini::Deploy::Runner", "Attini::Deploy::DeploymentPlan"}, resource.Value.Get("Type").Value())
		}
	})
}
