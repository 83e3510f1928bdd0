package stackcheck_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/stackcheck"
)

// distribution is one in memory.
type distribution map[string]string

func (d distribution) Read(_ context.Context, path string) ([]byte, error) {
	text, ok := d[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return []byte(text), nil
}

const database = "Parameters: {Size: {Type: Number}, Zone: {Type: String, Default: a}, AttiniEnvironmentName: {Type: String}}\nResources: {T: {Type: AWS::SNS::Topic}}\nOutputs: {TableName: {Value: a}}"

func files() distribution {
	return distribution{
		"db.yaml": database, "broken.yaml": "a: [", "none.yaml": "a: b", "app/template.yaml": "Resources: {}",
		"config.yaml": "stackName: s\ntemplate: /db.yaml\nparameters: {Size: 5}", "odd.yaml": "stackNam: s\nstackName: s\ntemplate: /db.yaml\nparameters: {Size: 5}", "wrong.yaml": "parameters: [a]",
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		steps string
		want  []string
	}{
		"sound":                    {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: /config.yaml}}", nil},
		"sound without a slash":    {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: db.yaml, Parameters: {Size: 1}}}", nil},
		"missing template":         {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /other.yaml}}", []string{"error missing-file .A.Properties.Template"}},
		"missing configuration":    {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: /other.yaml}}", []string{"error missing-file .A.Properties.ConfigFile"}},
		"missing project":          {"- {Name: A, Type: AttiniSam, Properties: {StackName: s, Project: {Path: /other}}}", []string{"error missing-file .A.Properties.Project"}},
		"a project":                {"- {Name: A, Type: AttiniSam, Properties: {StackName: s, Project: {Path: /app}}}", nil},
		"broken template":          {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /broken.yaml}}", []string{"error stack-template .A.Properties.Template"}},
		"no template":              {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /none.yaml}}", []string{"error stack-template .A.Properties.Template"}},
		"wrong configuration":      {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: /wrong.yaml}}", []string{"error stack-configuration .A.Properties.ConfigFile"}},
		"unknown key":              {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: /odd.yaml}}", []string{"warning stack-configuration .A.Properties.ConfigFile"}},
		"missing parameter":        {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /db.yaml, Parameters: {Zone: b}}}", []string{"error stack-parameter .A.Properties.Parameters"}},
		"unknown parameter":        {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /db.yaml, Parameters: {Size.$: $.a, Szie.$: $.b}}}", []string{`warning stack-parameter .A.Properties.Parameters["Szie.$"]`}},
		"what the payload knows":   {"- {Name: A, Type: AttiniCfn, Properties: {StackName.$: $.a, Template.$: $.b}}", nil},
		"what the stack knows":     {"- {Name: A, Type: AttiniCfn, Properties: {StackName: !Sub '${AWS::StackName}-db', Template: !Ref T, Parameters: {Size: !Ref S}, Region: !Ref R, EnableTerminationProtection: !Ref E}}", nil},
		"what else it knows":       {"- {Name: A, Type: AttiniCfn, Properties: {StackName: !Sub '${AWS::StackName}-db', Template: /other.yaml}}", []string{"error missing-file .A.Properties.Template"}},
		"parameters of payload":    {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /db.yaml, Parameters.$: $.a}}", nil},
		"configuration of payload": {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile.$: $.a, Template: /other.yaml}}", []string{"error missing-file .A.Properties.Template"}},
		"a variable to come":       {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: '/${env}.yaml', Variables: {env.$: $.environment}}}", nil},
		"a variable":               {"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: '/${env}.yaml', Variables: {env: other}}}", []string{"error missing-file .A.Properties.ConfigFile"}},
		"a job's template":         {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /../Made.json}}", nil},
		"a URL":                    {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: 'https://x/y'}}", nil},
		"to be deleted":            {"- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Action: Delete, Template: /other.yaml}}", nil},
		"unknown output": {
			"- {Name: A, Type: AttiniCfn, Properties: {ConfigFile: /config.yaml}}\n- {Name: B, Type: AttiniRunnerJob, Properties: {Commands: [a], Environment: {T.$: $.output.A.TableNam, U.$: $.output.A.TableName}}}",
			[]string{`warning unknown-output .B.Properties.Environment["T.$"]`},
		},
		"nested": {
			"- {Name: P, Type: Parallel, Branches: [[{Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /other.yaml}}]]}",
			[]string{"error missing-file .P.Branches[0][0].Properties.Template"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found := []string{}
			for _, p := range stackcheck.Check(t.Context(), read(t, test.steps), files(), nil) {
				found = append(found, string(p.Severity)+" "+p.Rule+" "+p.Path)
				assert.NotZero(t, p.Line)
			}
			for i, line := range test.want {
				test.want[i] = strings.NewReplacer(" .A.", " P.Properties.DeploymentPlan[0].", " .P.", " P.Properties.DeploymentPlan[0].", " .B.", " P.Properties.DeploymentPlan[1].").Replace(line)
			}
			assert.ElementsMatch(t, test.want, found)
		})
	}
}

// TestSkip: a step that is answered by a mock needs no files.
func TestSkip(t *testing.T) {
	t.Parallel()
	p := read(t, "- {Name: A, Type: AttiniCfn, Properties: {StackName: s, Template: /other.yaml}}")
	assert.Empty(t, stackcheck.Check(t.Context(), p, files(), func(step string) bool { return step == "A" }))
}

func read(t *testing.T, steps string) *plan.Plan {
	t.Helper()
	resource, problems := cfn.Read([]byte("Properties:\n  DefaultRunner: R\n  DeploymentPlan:\n    " + strings.ReplaceAll(steps, "\n", "\n    ")))
	require.Empty(t, problems)
	p, problems := plan.Read("P", resource, cfn.NewPath("P"))
	require.Empty(t, problems)
	return p
}
