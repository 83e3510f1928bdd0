package plan_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/test/golden"
)

func resourcePath() cfn.Path { return cfn.NewPath("Resources", "P") }

// resource makes a plan's resource of the text of its DeploymentPlan, which
// begins in line 3, column 5.
func resource(t testing.TB, body string) *cfn.Node {
	t.Helper()
	return node(t, "Properties:\n  DeploymentPlan:\n"+indent(body, "    "))
}

func node(t testing.TB, text string) *cfn.Node {
	t.Helper()
	n, problems := cfn.Read([]byte(text))
	require.NoError(t, problems.Err())
	return n
}

func indent(text, by string) string {
	return by + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n"+by) + "\n"
}

// whole reads a plan that has nothing wrong.
func whole(t testing.TB, body string) *plan.Plan {
	t.Helper()
	p, problems := plan.Read("P", resource(t, body), resourcePath())
	require.Empty(t, problems)
	return p
}

func file(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return string(text)
}

func jsonOf(t testing.TB, n *cfn.Node) string {
	t.Helper()
	text, err := json.Marshal(n)
	require.NoError(t, err)
	return string(text)
}

func keep(*plan.State) *cfn.Node { return nil }

func names(m *plan.Machine) []string {
	var names []string
	for s := range m.All() {
		names = append(names, s.Name)
	}
	return names
}

func TestBothSyntaxes(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"list": {
			"Build", "Tests", "Unit", "Count", "Slow", "Slow-End", "Wait a bit", "Tests-Merge", "Loop", "Each",
			"Merge loop", "Kind", "A1", "A2", "Stop", "Last",
		},
		"states": {"Fork", "Loop", "Inner", "Deep job", "Decide", "Good", "Bad"},
		"deep":   {"Which", "Which-End", "Each", "Split", "Left", "Again", "Again-End", "Then", "Split-Merge", "Right", "Long"},
	}
	golden.Files(t, "*.json", "list.json", "states.json", "deep.json")
	for name, want := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source := resource(t, file(t, name+".yaml"))
			before := jsonOf(t, source)
			p, problems := plan.Read("P", source, resourcePath())
			assert.Empty(t, problems)
			assert.Equal(t, want, names(p.Machine))

			var text bytes.Buffer
			require.NoError(t, cfn.WriteJSON(&text, p.Machine.Definition(keep)))
			golden.Assert(t, name+".json", text.Bytes())
			assert.Equal(t, before, jsonOf(t, source), "the input must not change")
		})
	}
}

func TestAllStopsWhenTheLoopDoes(t *testing.T) {
	t.Parallel()
	p := whole(t, file(t, "states.yaml"))
	var seen []string
	for s := range p.Machine.All() {
		seen = append(seen, s.Name)
		if s.Name == "Inner" {
			break
		}
	}
	assert.Equal(t, []string{"Fork", "Loop", "Inner"}, seen)
}

func TestProperties(t *testing.T) {
	t.Parallel()
	p, problems := plan.Read("P", node(t, `
Type: Attini::Deploy::DeploymentPlan
Properties:
  DeploymentPlan: [{Name: A, Type: AttiniRunnerJob, Properties: {Commands: [ls]}}]
  DefaultRunner: !Ref Small
  RoleArn: !GetAtt Role.Arn
  PermissionsBoundary: arn:aws:iam::123456789012:policy/boundary
  Policies: !Ref AWS::NoValue
  DefinitionSubstitutions: {Size: 3, Bucket: !Ref Bucket}
  Tags: {Team: core, Stage: !Ref Stage}
  PayloadDefaults: {a: 1}
`), resourcePath())
	require.Empty(t, problems)
	assert.Equal(t, "P", p.Name)
	assert.Equal(t, resourcePath(), p.Path)
	assert.Equal(t, "Small", p.DefaultRunner)
	assert.JSONEq(t, `{"Fn::GetAtt": ["Role", "Arn"]}`, jsonOf(t, p.RoleArn))
	assert.Equal(t, "arn:aws:iam::123456789012:policy/boundary", p.PermissionsBoundary.Value())
	assert.Nil(t, p.Policies, "AWS::NoValue stands for nothing")
	assert.JSONEq(t, `{"Size": 3, "Bucket": {"Ref": "Bucket"}}`, jsonOf(t, p.DefinitionSubstitutions))
	assert.JSONEq(t, `{"Team": "core", "Stage": {"Ref": "Stage"}}`, jsonOf(t, p.Tags))
	assert.JSONEq(t, `{"a": 1}`, jsonOf(t, p.PayloadDefaults))
}

// TestLongestTexts has what is just allowed.
func TestLongestTexts(t *testing.T) {
	t.Parallel()
	whole(t, states("A: {Type: AttiniLambdaInvoke, Parameters: {FunctionName: f, ClientContext: "+strings.Repeat("x", 3583)+"}, End: true}"))
	_, problems := plan.Read("P", node(t, "Properties: {DeploymentPlan: [{Name: A, Type: Pass}], Tags: {"+
		strings.Repeat("é", 128)+": "+strings.Repeat("é", 256)+"}}"), resourcePath())
	assert.Empty(t, problems)
}

func TestPrewarm(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]bool{
		"": true, "Prewarm: true": true, "Prewarm: 'true'": true, "Prewarm: !Ref AWS::NoValue": true,
		"Prewarm: false": false, "Prewarm: 'false'": false,
	} {
		p, problems := plan.Read("P", node(t, "Properties:\n  DeploymentPlan: [{Name: A, Type: Pass}]\n  "+given), resourcePath())
		require.Empty(t, problems, given)
		assert.Equal(t, want, p.Prewarm, given)
	}
}

func TestDefinitionRewritesNestedStates(t *testing.T) {
	t.Parallel()
	p := whole(t, file(t, "states.yaml"))
	before := jsonOf(t, p.Resource)
	var asked []string
	definition := p.Machine.Definition(func(s *plan.State) *cfn.Node {
		asked = append(asked, s.Name)
		switch {
		case s.Job != nil:
			return cfn.Obj(cfn.F("Type", cfn.Str("Task")))
		case s.Name == "Fork":
			return cfn.Obj(cfn.F("Type", cfn.Str("Parallel")), cfn.F("Comment", cfn.Str("new")), cfn.F("End", cfn.Boolean(true)))
		}
		return nil
	})
	assert.Equal(t, names(p.Machine), asked)
	fork := definition.At("States", "Fork")
	assert.Equal(t, "new", fork.Get("Comment").Value())
	deep := fork.Get("Branches").Items[0].
		At("States", "Loop", "Iterator", "States", "Inner").Get("Branches").Items[0].
		At("States", "Deep job")
	assert.JSONEq(t, `{"Type": "Task"}`, jsonOf(t, deep))
	assert.Equal(t, before, jsonOf(t, p.Resource), "the input must not change")
}

func TestDefinitionLeavesTheMachine(t *testing.T) {
	t.Parallel()
	p := whole(t, file(t, "states.yaml"))
	before := jsonOf(t, p.Resource)
	definition := p.Machine.Definition(func(s *plan.State) *cfn.Node { return s.Node })
	definition.Set("StartAt", cfn.Str("changed"))
	definition.Get("States").Delete("Good")
	definition.At("States", "Fork").Set("Branches", cfn.Seq())
	assert.Equal(t, before, jsonOf(t, p.Resource))
}

func TestOutputPath(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Build":    "$.output.Build",
		"_a1":      "$.output._a1",
		"My step":  "$.output['My step']",
		"1st":      "$.output['1st']",
		"a.b":      "$.output['a.b']",
		"it's":     `$.output['it\'s']`,
		`a\b`:      `$.output['a\\b']`,
		`a"b`:      `$.output['a"b']`,
		"$x":       "$.output['$x']",
		"a[0]":     "$.output['a[0]']",
		"Prüfung":  "$.output['Prüfung']",
		"🚀":        "$.output['🚀']",
		"a-b-Ende": "$.output['a-b-Ende']",
	} {
		assert.Equal(t, want, (&plan.State{Name: name}).OutputPath())
	}
}
