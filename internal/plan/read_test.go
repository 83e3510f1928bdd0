package plan_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/problem/problemtest"
	"github.com/attini-go/runner/internal/test/golden"
)

func TestResourceProblems(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const list = "DeploymentPlan: [{Name: A, Type: Pass}]"
	cases := map[string]struct{ text, rule, path string }{
		"no Properties":                {"Type: x", "required", ""},
		"Properties as list":           {"Properties: []", "type", ""},
		"no DeploymentPlan":            {"Properties: {}", "required", ".DeploymentPlan"},
		"unknown property":             {"Properties: {" + list + ", Policie: x}", "unknown-property", ".Policie"},
		"DefaultRunner as list":        {"Properties: {" + list + ", DefaultRunner: []}", "runner", ".DefaultRunner"},
		"Prewarm as text":              {"Properties: {" + list + ", Prewarm: sometimes}", "type", ".Prewarm"},
		"Prewarm to come":              {"Properties: {" + list + ", Prewarm: !Ref X}", "type", ".Prewarm"},
		"Prewarm as null":              {"Properties: {" + list + ", Prewarm: null}", "type", ".Prewarm"},
		"role and policies":            {"Properties: {" + list + ", RoleArn: arn, Policies: []}", "exclusive", ".Policies"},
		"empty role":                   {"Properties: {" + list + ", RoleArn: ''}", "type", ".RoleArn"},
		"boundary as list":             {"Properties: {" + list + ", PermissionsBoundary: [a]}", "type", ".PermissionsBoundary"},
		"substitutions as list":        {"Properties: {" + list + ", DefinitionSubstitutions: []}", "type", ".DefinitionSubstitutions"},
		"a tag as a list":              {"Properties: {" + list + ", Tags: {A: []}}", "type", ".Tags.A"},
		"a tag of AWS's own":           {"Properties: {" + list + ", Tags: {'AWS:x': y}}", "reserved", `.Tags.AWS:x`},
		"a tag without a name":         {"Properties: {" + list + ", Tags: {'': y}}", "range", `.Tags[""]`},
		"a tag's long name":            {"Properties: {" + list + ", Tags: {" + strings.Repeat("é", 129) + ": y}}", "range", `.Tags["` + strings.Repeat("é", 129) + `"]`},
		"a tag's long value":           {"Properties: {" + list + ", Tags: {A: " + strings.Repeat("é", 257) + "}}", "range", `.Tags.A`},
		"a tag of the plan's":          {"Properties: {" + list + ", Tags: {AttiniProvider: y}}", "reserved", `.Tags.AttiniProvider`},
		"tags as a list":               {"Properties: {" + list + ", Tags: [{Key: a, Value: b}]}", "type", `.Tags`},
		"tags to come":                 {"Properties: {" + list + ", Tags: !Ref T}", "type", `.Tags`},
		"substitutions to come":        {"Properties: {" + list + ", DefinitionSubstitutions: !Ref X}", "type", ".DefinitionSubstitutions"},
		"substitution as list":         {"Properties: {" + list + ", DefinitionSubstitutions: {A: []}}", "type", ".DefinitionSubstitutions.A"},
		"payload defaults: the origin": {"Properties: {" + list + ", PayloadDefaults: {deploymentOriginData: {}}}", "reserved", ".PayloadDefaults.deploymentOriginData"},
		"payload defaults: text":       {"Properties: {" + list + ", PayloadDefaults: x}", "type", ".PayloadDefaults"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := plan.Read("P", node(t, c.text), resourcePath())
			assert.Equal(t, "error "+c.rule+" Resources.P.Properties"+c.path, problemtest.Places(problems))
			words.Assert(t, problemtest.Words(problems))
		})
	}
	p, problems := plan.Read("P", nil, resourcePath())
	assert.Nil(t, p.Machine)
	assert.Len(t, problems, 1)
}

// TestManyMistakes has all problems of a plan at once, in the order of the
// source, and no problem that is only the consequence of another.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
	words := golden.Open(t, wordsFile)
	const body = `
StartAt: Biuld
Comment: many mistakes
States:
  Build:
    Type: AttiniRunnerJob
    Properties:
      Comands: [make]
      Environment: {1st: x}
    Next: Split
  Split:
    Type: Parallel
    MaxConcurrency: 5
    Branches:
      - StartAt: Left
        States:
          Left: {Type: Wait, Seconds: '5', Next: Build}
      - - {Name: Right, Type: Pass, End: true}
        - {Name: Left, Type: Pass}
  Broken: {Next: Build}
  Last:
    Type: Choice
    Default: Broken`
	source := node(t, "Properties:\n  DefaultRuner: X\n  DeploymentPlan:\n"+indent(strings.TrimSpace(body), "    "))
	want := []string{
		"2:3 unknown-property",
		"4:14 unknown-step",
		"10:11 unknown-property",
		"11:25 environment",
		"13:7 transition",
		"15:9 unknown-property",
		"19:43 number",
		"19:54 unknown-step",
		"20:41 transition",
		"21:22 step-name",
		"22:7 required",
		"23:7 required",
	}
	var said []string
	for range 3 {
		_, problems := plan.Read("P", source, resourcePath())
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Column, p.Rule))
		}
		assert.Equal(t, want, got)
		said = append(said, problemtest.Words(problems))
	}
	assert.Equal(t, said[0], said[1])
	assert.Equal(t, said[0], said[2])
	words.Assert(t, said[0])
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"list.yaml", "states.yaml", "deep.yaml"} {
		f.Add(jsonOf(f, resource(f, file(f, name))))
	}
	f.Add(`{"Properties":{"DeploymentPlan":[{"Name":"A","Type":"Choice","Condition":{},"IsTrue":[{"Name":"B","Type":"Fail"}]}]}}`)
	f.Add(`{"Properties":{"RoleArn":[],"DeploymentPlan":{"StartAt":null,"States":{"Ref":{"Type":"Map","Iterator":[{}]}}}}}`)
	f.Add(`{"Properties":[null,{"Fn::Sub":"${"}]}`)
	f.Add(`{"Properties":{"DeploymentPlan":{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Condition":"{% true %}"},{"Condition":true,"Next":"B"}]},"B":{"Type":"Succeed"}}}}}`)
	f.Add(`{"Properties":{"DeploymentPlan":[{"Name":"A","Type":"Choice","Condition":{"Or":[{"Not":{"Variable":"$.x","StringMatches":"\\*"}},{"Ref":"AWS::NoValue"}]},"IsTrue":[{"Name":"B","Type":"AttiniLambdaInvoke","Parameters":{"FunctionName.$":"$.f","Payload":{"a":{"Fn::If":["C",{"Fn::Join":[":",["{{resolve","ssm:x}}"]]},"b"]},"b.$":"$.b"}}}]}]}}`)
	f.Add(`{"Properties":{"Tags":{"AWS:a":"","":[]},"DefinitionSubstitutions":{"a":"{{resolve:ssm-secure:x}}"},"DeploymentPlan":{"Fn::ForEach::A":[],"StartAt":{"Condition":1},"States":{"A":{"Type":"Pass","Result":{"Fn::If":["a"],"Ref":{"Ref":"AWS::NoValue"}}}}}}}`)
	f.Fuzz(func(t *testing.T, text string) {
		n, err := cfn.ReadJSON([]byte(text))
		if err != nil {
			return
		}
		before := jsonOf(t, n)
		p, problems := plan.Read("P", n, resourcePath())
		for _, found := range problems {
			require.NotEmpty(t, found.Rule)
			require.True(t, strings.HasPrefix(found.Message, `Plan "P": `) || strings.HasPrefix(found.Message, `Step "`), found.Message)
			require.True(t, strings.HasPrefix(found.Path, "Resources.P."), found.Path)
		}
		if p.Machine == nil {
			require.True(t, problems.HasErrors())
			return
		}
		definition := p.Machine.Definition(keep)
		require.Equal(t, before, jsonOf(t, n), "the input must not change")
		if len(problems) > 0 {
			return
		}
		again, problems := plan.Read("P", cfn.Obj(cfn.F("Properties", cfn.Obj(cfn.F("DeploymentPlan", definition)))), resourcePath())
		require.Equal(t, problem.List(nil), problems)
		require.Equal(t, names(p.Machine), names(again.Machine))
		require.Equal(t, jsonOf(t, definition), jsonOf(t, again.Machine.Definition(keep)))
	})
}
