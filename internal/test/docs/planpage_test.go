package docs_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/plan/plantest"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
	"github.com/attini-go/runner/transform"
)

// form is what the pages say of a JSON Schema.
type form struct {
	Description          string           `json:"description"`
	Type                 any              `json:"type"`
	Enum                 []any            `json:"enum"`
	Minimum              *float64         `json:"minimum"`
	Maximum              *float64         `json:"maximum"`
	AnyOf                []form           `json:"anyOf"`
	AllOf                []form           `json:"allOf"`
	Ref                  string           `json:"$ref"`
	Items                *form            `json:"items"`
	Properties           map[string]*form `json:"properties"`
	Required             []string         `json:"required"`
	AdditionalProperties json.RawMessage  `json:"additionalProperties"`
}

// UnmarshalJSON takes true, which is a schema too, for one without words.
func (f *form) UnmarshalJSON(text []byte) error {
	type plain form
	if text[0] != '{' {
		return nil
	}
	return json.Unmarshal(text, (*plain)(f))
}

// TestPlanPage writes the page of a plan's properties and steps from the schema that
// editors use, which is made of the descriptions that the checks use.
func TestPlanPage(t *testing.T) {
	t.Parallel()
	var document struct {
		Definitions map[string]*form `json:"definitions"`
	}
	require.NoError(t, json.Unmarshal(schema.TemplateDocument(), &document))
	definitions := document.Definitions
	var page strings.Builder
	page.WriteString("# Properties of a plan and its steps\n\n`make golden` writes this page from the schema that editors use (`runnerctl schema --for template`).\n\n" +
		"[Plans](../plans.md) explains them with examples.\n\n## Attini::Deploy::DeploymentPlan\n\n" + definitions["DeploymentPlan"].Description + "\n")
	table(&page, definitions["DeploymentPlan"].Properties["Properties"])
	page.WriteString("\n## Steps\n\nA list names each step with `Name`; in `States` the key is the name, and `Next` or `End` says what follows.\n")
	for _, value := range definitions["step"].Properties["Type"].Enum {
		kind := fmt.Sprint(value)
		fmt.Fprintf(&page, "\n### %s\n", kind)
		example, found := stateExamples()[kind]
		if slices.Contains(plan.OwnTypes(), kind) {
			example, found = plantest.Step(t, kind), true
		}
		require.True(t, found, "%s: add an example to stateExamples", kind)
		fmt.Fprintf(&page, "\n```yaml\n- {Name: Step, Type: %s, %s}\n```\n", kind, example)
		own := definitions["state"+kind].Properties["Properties"]
		if own != nil {
			properties := own
			for _, part := range own.AllOf {
				properties = definitions[name(part.Ref)]
			}
			page.WriteString("\n**Properties**\n")
			table(&page, properties)
			page.WriteString("\n**Fields of the step**\n")
		}
		fields := *definitions["state"+kind]
		if kind == "Choice" {
			page.WriteString("\nIn a list, a Choice has these fields in place of the rules:\n")
			table(&page, definitions["stepChoice"])
			page.WriteString("\nIn `States`:\n")
		}
		table(&page, &fields)
	}
	page.WriteString("\n## Parts of steps\n")
	for _, part := range slices.Sorted(maps.Keys(definitions)) {
		if f := definitions[part]; isPart(part, f) {
			fmt.Fprintf(&page, "\n### %s\n", part)
			table(&page, f)
		}
	}
	golden.Assert(t, "../../../../docs/reference/plan.md", []byte(page.String()))
}

// stateExamples are fields of each type of state, as a list has them.
func stateExamples() map[string]string {
	return map[string]string{
		"Task":     "Resource: 'arn:aws:states:::sns:publish', Parameters: {TopicArn: !Ref Topic, Message.$: $.output.Build.version}, ResultPath: $.output.Step",
		"Pass":     "Result: {regions: [eu-west-1, us-east-1]}, ResultPath: $.customData",
		"Wait":     "Seconds: 30",
		"Choice":   "Condition: {Variable: $.output.Build.changed, BooleanEquals: true}, IsTrue: [{Name: Deploy, Type: AttiniRunnerJob, Properties: {Commands: [./deploy.sh]}}], IsFalse: [{Name: Skip, Type: Pass}]",
		"Parallel": "Branches: [[{Name: Lint, Type: AttiniRunnerJob, Properties: {Commands: [make lint]}}], [{Name: Test, Type: AttiniRunnerJob, Properties: {Commands: [make test]}}]]",
		"Map":      "ItemsPath: $.customData.regions, ItemProcessor: [{Name: Deploy, Type: AttiniRunnerJob, Properties: {Commands: [./deploy.sh]}}]",
		"Succeed":  "Comment: the end of a branch",
		"Fail":     "Error: NotReady, Cause: the health check found nothing",
	}
}

// TestStateExamples: a plan takes each example.
func TestStateExamples(t *testing.T) {
	t.Parallel()
	for kind, example := range stateExamples() {
		template := "Transform: [AttiniDeploymentPlan, AWS::Serverless-2016-10-31]\nResources:\n  Topic: {Type: AWS::SNS::Topic}\n  R: {Type: Attini::Deploy::Runner}\n" +
			"  P:\n    Type: Attini::Deploy::DeploymentPlan\n    Properties:\n      DefaultRunner: R\n      DeploymentPlan:\n        - {Name: Build, Type: AttiniRunnerJob, Properties: {Commands: [make]}}\n        - {Name: Step, Type: " + kind + ", " + example + "}\n"
		resources, problems := cfn.Read([]byte(template))
		require.Empty(t, problems, kind)
		_, problems = transform.ReadTemplate(resources, cfn.Values{})
		for _, p := range problems {
			assert.NotEqual(t, problem.Error, p.Severity, "%s: %s", kind, p.Message)
		}
	}
}

// isPart reports whether a definition is an object inside of steps, and not a step or a
// part of a Runner, which has a page of its own.
func isPart(name string, f *form) bool {
	runner := []string{"AwsVpcConfiguration", "Ec2Configuration", "Properties", "Runner", "RunnerConfiguration", "Startup", "DeploymentPlan"}
	return len(f.Properties) > 0 && name[0] >= 'A' && name[0] <= 'Z' && !slices.Contains(runner, name)
}

func table(page *strings.Builder, object *form) {
	page.WriteString("\n| name | type | |\n|---|---|---|\n")
	for _, name := range slices.Sorted(maps.Keys(object.Properties)) {
		p := object.Properties[name]
		words := p.words()
		if value, isPath := strings.CutSuffix(name, ".$"); isPath && object.Properties[value] != nil {
			continue
		}
		if object.Properties[name+".$"] != nil {
			words += fmt.Sprintf(", or a path in `%s.$`", name)
		}
		if slices.Contains(object.Required, name) {
			words += ", required"
		}
		fmt.Fprintf(page, "| `%s` | %s | %s |\n", name, words, strings.ReplaceAll(p.Description, "|", "\\|"))
	}
}

func name(reference string) string { return strings.TrimPrefix(reference, "#/definitions/") }

// words are a form's type, range and values.
func (f *form) words() string {
	switch {
	case len(f.AnyOf) > 0:
		var words []string
		for _, alternative := range f.AnyOf {
			if alternative.Ref != "#/definitions/intrinsic" && alternative.Description != "A JSONata expression." {
				words = append(words, alternative.words())
			}
		}
		return strings.Join(slices.Compact(words), " or ")
	case len(f.AllOf) == 1:
		return f.AllOf[0].words()
	case f.Ref != "":
		if part := name(f.Ref); part[0] >= 'A' && part[0] <= 'Z' && part != "Machine" && !strings.HasPrefix(part, "properties") {
			return fmt.Sprintf("[%s](#%s)", part, strings.ToLower(part))
		}
		return map[string]string{"steps": "list of steps", "Machine": "`StartAt` and `States`"}[name(f.Ref)]
	case len(f.Enum) > 0:
		var values []string
		for _, value := range f.Enum {
			values = append(values, fmt.Sprintf("`%v`", value))
		}
		return strings.Join(values, ", ")
	case f.Minimum != nil && f.Maximum != nil:
		return fmt.Sprintf("%s, %.0f to %.0f", f.Type, *f.Minimum, *f.Maximum)
	case f.Minimum != nil:
		return fmt.Sprintf("%s, at least %.0f", f.Type, *f.Minimum)
	case f.Items != nil && f.Items.Ref != "":
		return "list of " + f.Items.words()
	}
	if len(f.AdditionalProperties) > 0 && len(f.Properties) == 0 {
		return strings.TrimSuffix("object or "+typeWords(f.Type), " or object")
	}
	return typeWords(f.Type)
}

// typeWords are JSON's types. An object beside others is an intrinsic function.
func typeWords(types any) string {
	switch types := types.(type) {
	case string:
		return map[string]string{"array": "list"}[types] + strings.TrimPrefix(types, "array")
	case []any:
		var words []string
		for _, one := range types {
			if one != "object" || len(types) == 1 {
				words = append(words, typeWords(one))
			}
		}
		return strings.Join(words, " or ")
	default:
		return "any value"
	}
}
