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
)

func TestResourceProblems(t *testing.T) {
	t.Parallel()
	const list = "DeploymentPlan: [{Name: A, Type: Pass}]"
	cases := map[string]struct{ text, rule, path, message string }{
		"no Properties":          {"Type: x", "required", "", `has no Properties, so no DeploymentPlan`},
		"Properties as list":     {"Properties: []", "type", "", `Properties must be an object, not a list`},
		"no DeploymentPlan":      {"Properties: {}", "required", ".DeploymentPlan", `DeploymentPlan is required: an object with StartAt and States, or a list of steps`},
		"unknown property":       {"Properties: {" + list + ", Policie: x}", "unknown-property", ".Policie", `Policie: there is no such property; did you mean "Policies"?`},
		"DefaultRunner as list":  {"Properties: {" + list + ", DefaultRunner: []}", "runner", ".DefaultRunner", `DefaultRunner: must be the name of a Runner, not a list; it has to be known when the template is expanded`},
		"Prewarm as text":        {"Properties: {" + list + ", Prewarm: sometimes}", "type", ".Prewarm", `Prewarm: must be true or false, not "sometimes"; it has to be known when the template is expanded`},
		"Prewarm to come":        {"Properties: {" + list + ", Prewarm: !Ref X}", "type", ".Prewarm", `Prewarm: must be true or false, not an intrinsic function; it has to be known when the template is expanded`},
		"Prewarm as null":        {"Properties: {" + list + ", Prewarm: null}", "type", ".Prewarm", `Prewarm: must be true or false, not null; it has to be known when the template is expanded`},
		"role and policies":      {"Properties: {" + list + ", RoleArn: arn, Policies: []}", "exclusive", ".Policies", `Policies: cannot be given beside RoleArn; the policies belong to the role`},
		"empty role":             {"Properties: {" + list + ", RoleArn: ''}", "type", ".RoleArn", `RoleArn: is empty`},
		"boundary as list":       {"Properties: {" + list + ", PermissionsBoundary: [a]}", "type", ".PermissionsBoundary", `PermissionsBoundary: must be an ARN, not a list`},
		"substitutions as list":  {"Properties: {" + list + ", DefinitionSubstitutions: []}", "type", ".DefinitionSubstitutions", `DefinitionSubstitutions: must be an object of texts by name, not a list`},
		"a tag as a list":        {"Properties: {" + list + ", Tags: {A: []}}", "type", ".Tags.A", `Tags: A must be a string, not a list`},
		"a tag of AWS's own":     {"Properties: {" + list + ", Tags: {'AWS:x': y}}", "reserved", `.Tags.AWS:x`, `Tags: AWS:x: names that begin with aws: are AWS's own`},
		"a tag without a name":   {"Properties: {" + list + ", Tags: {'': y}}", "range", `.Tags[""]`, `Tags: a name is empty`},
		"a tag's long name":      {"Properties: {" + list + ", Tags: {" + strings.Repeat("é", 129) + ": y}}", "range", `.Tags["` + strings.Repeat("é", 129) + `"]`, `Tags: a name has 129 characters (at most 128): ` + strings.Repeat("é", 20) + "…"},
		"a tag's long value":     {"Properties: {" + list + ", Tags: {A: " + strings.Repeat("é", 257) + "}}", "range", `.Tags.A`, `Tags: A has 257 characters (at most 256)`},
		"a tag of the plan's":    {"Properties: {" + list + ", Tags: {AttiniProvider: y}}", "reserved", `.Tags.AttiniProvider`, `Tags: AttiniProvider: is given to every plan, so that tools find it; choose another name`},
		"tags as a list":         {"Properties: {" + list + ", Tags: [{Key: a, Value: b}]}", "type", `.Tags`, `Tags: must be an object of texts by name, not a list`},
		"tags to come":           {"Properties: {" + list + ", Tags: !Ref T}", "type", `.Tags`, `Tags: must be an object of texts by name, not an intrinsic function`},
		"substitutions to come":  {"Properties: {" + list + ", DefinitionSubstitutions: !Ref X}", "type", ".DefinitionSubstitutions", `DefinitionSubstitutions: must be an object of texts by name, not an intrinsic function`},
		"substitution as list":   {"Properties: {" + list + ", DefinitionSubstitutions: {A: []}}", "type", ".DefinitionSubstitutions.A", `DefinitionSubstitutions: A must be a string, not a list`},
		"payload defaults: text": {"Properties: {" + list + ", PayloadDefaults: x}", "type", ".PayloadDefaults", `PayloadDefaults: must be an object, not a string`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, problems := plan.Read("P", node(t, c.text), resourcePath)
			require.Len(t, problems, 1)
			assert.Equal(t, c.rule, problems[0].Rule)
			assert.Equal(t, "Resources.P.Properties"+c.path, problems[0].Path)
			assert.Equal(t, `Plan "P": `+c.message, problems[0].Message)
		})
	}
	p, problems := plan.Read("P", nil, resourcePath)
	assert.Nil(t, p.Machine)
	assert.Len(t, problems, 1)
}

// TestManyMistakes has all problems of a plan at once, in the order of the
// source, and no problem that is only the consequence of another.
func TestManyMistakes(t *testing.T) {
	t.Parallel()
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
		`2:3 unknown-property Plan "P": DefaultRuner: there is no such property; did you mean "DefaultRunner"?`,
		`4:14 unknown-step Plan "P": StartAt: state "Biuld" does not exist at this level; did you mean "Build"?`,
		`10:11 unknown-property Step "Build": Comands: there is no such property; did you mean "Commands"?`,
		`11:25 environment Step "Build": Environment: "1st" is no name of a variable (letters, digits and _, not beginning with a digit)`,
		`13:7 transition Step "Split": has neither Next nor End; say which state follows, or End: true`,
		`15:9 unknown-property Step "Split": MaxConcurrency: a Parallel state has no such field; known: Type, Comment, QueryLanguage, InputPath, OutputPath, Parameters, Branches, ResultSelector, ResultPath, Assign, Next, End and 2 more`,
		`19:43 number Step "Left": Seconds: must be a number, not a string; it has to be written out: CloudFormation substitutes texts into a definition, never numbers or booleans, or taken from the state's input with SecondsPath`,
		`19:54 unknown-step Step "Left": Next: state "Build" is at another level, at States.Build; a transition stays inside its branch or iteration`,
		`20:41 transition Step "Right": End cannot be given in a list: each step is followed by the next one; to choose what follows, write the plan with StartAt and States`,
		`21:22 step-name Step "Left": the name is taken by States.Split.Branches[0].States.Left; names are unique in the whole machine, nested states included`,
		`22:7 required Step "Broken": has no Type (` + allTypes + `)`,
		`23:7 required Step "Last": Choices is required: a list with at least one rule`,
	}
	for range 3 {
		_, problems := plan.Read("P", source, resourcePath)
		var got []string
		for _, p := range problems {
			got = append(got, fmt.Sprintf("%d:%d %s %s", p.Line, p.Column, p.Rule, p.Message))
		}
		assert.Equal(t, want, got)
	}
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
		p, problems := plan.Read("P", n, resourcePath)
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
		again, problems := plan.Read("P", cfn.Obj(cfn.F("Properties", cfn.Obj(cfn.F("DeploymentPlan", definition)))), resourcePath)
		require.Equal(t, problem.List(nil), problems)
		require.Equal(t, names(p.Machine), names(again.Machine))
		require.Equal(t, jsonOf(t, definition), jsonOf(t, again.Machine.Definition(keep)))
	})
}
