package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
)

// one is a plan of one step, in the list syntax.
func one(kind, properties string) string {
	return "- {Name: A, Type: " + kind + ", Properties: {" + properties + "}}"
}

func TestStackStepProblems(t *testing.T) {
	const stack = "StackName: s, Template: /t.yaml, "
	check(t, map[string]mistake{
		"no properties":             {"- {Name: A, Type: AttiniCfn}", "required", "[0].Properties"},
		"properties a text":         {"- {Name: A, Type: AttiniCfn, Properties: x}", "type", "[0].Properties"},
		"no stack's name":           {one("AttiniCfn", "Template: /t.yaml"), "required", "[0].Properties.StackName"},
		"no template":               {one("AttiniCfn", "StackName: s"), "required", "[0].Properties.Template"},
		"unknown property":          {one("AttiniCfn", stack+"Paramters: {}"), "unknown-property", "[0].Properties.Paramters"},
		"another word's property":   {one("AttiniCfn", stack+"RoleArn: arn"), "unknown-property", "[0].Properties.RoleArn"},
		"a step's key":              {one("AttiniCfn", stack+"Catch: []"), "unknown-property", "[0].Properties.Catch"},
		"property beside":           {"- {Name: A, Type: AttiniCfn, StackName: s, Properties: {" + stack + "}}", "unknown-property", "[0].StackName"},
		"unknown action":            {one("AttiniCfn", stack+"Action: Delte"), "allowed-values", "[0].Properties.Action"},
		"unknown reaction":          {one("AttiniCfn", stack+"OnFailure: rollback"), "allowed-values", "[0].Properties.OnFailure"},
		"a flag like no other":      {one("AttiniCfn", stack+"EnableTerminationProtection: on_"), "allowed-values", "[0].Properties.EnableTerminationProtection"},
		"empty name":                {one("AttiniCfn", "StackName: '', Template: t"), "type", "[0].Properties.StackName"},
		"parameters a list":         {one("AttiniCfn", stack+"Parameters: [a]"), "type", "[0].Properties.Parameters"},
		"a parameter a list":        {one("AttiniCfn", stack+"Parameters: {A: [b]}"), "type", "[0].Properties.Parameters.A"},
		"path in JSONata":           {"- {Name: A, Type: AttiniCfn, QueryLanguage: JSONata, Properties: {Template: t, StackName.$: $.a}}", "query-language", `[0].Properties["StackName.$"]`},
		"project a text":            {one("AttiniSam", "StackName: s, Project: /app"), "type", "[0].Properties.Project"},
		"no project":                {one("AttiniSam", "StackName: s"), "required", "[0].Properties.Project"},
		"project without path":      {one("AttiniSam", "StackName: s, Project: {BuildDir: b}"), "required", "[0].Properties.Project.Path"},
		"runner from payload":       {one("AttiniCdk", "Runner.$: $.a"), "intrinsic", `[0].Properties["Runner.$"]`},
		"diff a text":               {one("AttiniCdk", "Diff: true"), "type", "[0].Properties.Diff"},
		"diff to come":              {one("AttiniCdk", "Diff: {Enabled: !Ref P}"), "type", "[0].Properties.Diff.Enabled"},
		"diff from payload":         {one("AttiniCdk", "Diff: {Enabled.$: $.a}"), "intrinsic", `[0].Properties.Diff["Enabled.$"]`},
		"configuration of a stack":  {one("AttiniCdk", "StackConfiguration: [{StackName: s}]"), "required", "[0].Properties.StackConfiguration[0].Parameters"},
		"plugins a text":            {one("AttiniCdk", "Plugins: a"), "type", "[0].Properties.Plugins"},
		"stack a list":              {one("AttiniCdk", "Stacks: [[a]]"), "type", "[0].Properties.Stacks[0]"},
		"approval's properties":     {"- {Name: A, Type: AttiniManualApproval, Properties: {}}", "unknown-property", "[0].Properties"},
		"approval's heartbeat":      {"- {Name: A, Type: AttiniManualApproval, HeartbeatSeconds: 60}", "reserved", "[0].HeartbeatSeconds"},
		"import without key":        {one("AttiniImport", "SourceType: S3, Source: {Bucket: b}, Mapping: {a: $.b}"), "required", "[0].Properties.Source.Key"},
		"import without mapping":    {one("AttiniImport", "SourceType: S3, Source: {Bucket: b, Key: k}, Mapping: {}"), "required", "[0].Properties.Mapping"},
		"import of the framework's": {one("AttiniImport", "SourceType: Distribution, Source: {Name: b}, Mapping: {a: $.b}"), "allowed-values", "[0].Properties.SourceType"},
		"import from nowhere":       {one("AttiniImport", "SourceType: FTP, Source: {Bucket: b, Key: k}, Mapping: {a: $.b}"), "allowed-values", "[0].Properties.SourceType"},
	})
}

// TestAddedSteps: the steps that others make necessary are before these, and every way
// leads to the first of them.
func TestAddedSteps(t *testing.T) {
	t.Parallel()
	body := resource(t, `
StartAt: Choose
States:
  Choose: {Type: Choice, Choices: [{Variable: $.a, BooleanEquals: true, Next: App}], Default: Infra}
  Infra: {Type: AttiniCdk, Properties: {Diff: {Enabled: true}}, Retry: [{ErrorEquals: [States.ALL]}], Next: App}
  App: {Type: AttiniSam, Properties: {StackName: s, Template: /own.yaml, Project: {Path: /app}}, Catch: [{ErrorEquals: [States.ALL], Next: Infra}], End: true}`)
	p, problems := plan.Read("P", body, resourcePath())
	require.Empty(t, problems)
	var names []string
	byName := map[string]*plan.State{}
	for s := range p.Machine.All() {
		names = append(names, s.Name)
		byName[s.Name] = s
	}
	assert.Equal(t, []string{"Choose", "InfraCdkDiff", "InfraApproveChanges?", "InfraApproveChanges", "Infra", "AppPackageSam", "App"}, names)
	assert.Equal(t, "AppPackageSam", byName["Choose"].Node.Get("Choices").Items[0].Get("Next").Text)
	assert.Equal(t, "InfraCdkDiff", byName["Choose"].Node.Get("Default").Text)
	assert.Equal(t, "AppPackageSam", byName["Infra"].Node.Get("Next").Text)
	assert.Equal(t, "InfraCdkDiff", byName["App"].Node.Get("Catch").Items[0].Get("Next").Text)
	assert.Equal(t, "InfraCdkDiff", byName["AppPackageSam"].Node.Get("Catch").Items[0].Get("Next").Text, "a packaging that fails is the step's failure")
	assert.True(t, byName["InfraCdkDiff"].Node.Has("Retry"))
	properties := byName["App"].Node.Get("Properties")
	assert.Equal(t, "$.output.AppPackageSam.result", properties.Get("Template.$").Text)
	assert.False(t, properties.Has("Project"), "the packaging's")
	assert.False(t, properties.Has("Template"), "what was packaged is deployed")
	assert.Equal(t, "Infra", body.At("Properties", "DeploymentPlan", "States", "Choose", "Default").Text, "the source is left as it is")
}

// TestAddedNamesClash: a step that has the name of one that is added is reported.
func TestAddedNamesClash(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, "- {Name: A, Type: AttiniSam, Properties: {StackName: s, Project: {Path: /a}}}\n- {Name: APackageSam, Type: Pass}"), resourcePath())
	require.True(t, problems.HasErrors())
	assert.Contains(t, problems[0].Message, "APackageSam")
}

// TestAttiniMap: a stack in it takes its item for its configuration file, unless it
// names one.
func TestAttiniMap(t *testing.T) {
	t.Parallel()
	for syntax, body := range map[string]string{
		"states": "StartAt: M\nStates:\n  M: {Type: AttiniMap, ItemsPath: $.customData.files, MaxConcurrency: 5, InputPath: $.x, End: true, " +
			"Iterator: {StartAt: A, States: {A: {Type: AttiniCfn, Properties: {}, Next: B}, B: {Type: AttiniCfn, Properties: {ConfigFile: /b.yaml}, End: true}}}}",
		"list":      "- {Name: M, Type: AttiniMap, ItemsPath: $.customData.files, ItemProcessor: [{Name: A, Type: AttiniCfn}, {Name: B, Type: AttiniCfn, Properties: {ConfigFile: /b.yaml}}]}",
		"plain map": "- {Name: M, Type: Map, ItemsPath: $.customData.files, ItemProcessor: [{Name: A, Type: AttiniCfn, Properties: {ConfigFile.$: $.a}}, {Name: B, Type: AttiniCfn, Properties: {ConfigFile: /b.yaml}}]}",
	} {
		t.Run(syntax, func(t *testing.T) {
			t.Parallel()
			p, problems := plan.Read("P", resource(t, body), resourcePath())
			require.Empty(t, problems)
			m := p.Machine.States[0]
			require.Len(t, m.Machines, 1)
			require.Len(t, m.Machines[0].States, 2)
			assert.False(t, m.Machines[0].States[1].Node.At("Properties").Has("ConfigFile.$"))
			if syntax == "plain map" {
				assert.Empty(t, m.Own)
				return
			}
			assert.Equal(t, "$.ConfigFile", m.Machines[0].States[0].Node.At("Properties", "ConfigFile.$").Text)
			assert.Equal(t, []string{"Map", "AttiniMap"}, []string{m.Type, m.Own})
			assert.False(t, m.Node.Has("InputPath"))
		})
	}
}

// TestConstructsAction: what the framework's CDK constructs write for a deployment is one.
func TestConstructsAction(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, one("AttiniCfn", "StackName: s, Template: t, Action: 0")), resourcePath())
	assert.Empty(t, problems)
	_, problems = plan.Read("P", resource(t, one("AttiniCfn", "StackName: s, Template: t, Action: 1")), resourcePath())
	assert.Len(t, problems, 1)
}

// TestMeantProperty: a name of the documentation's, or of another step, has a fix.
func TestMeantProperty(t *testing.T) {
	t.Parallel()
	_, problems := plan.Read("P", resource(t, one("AttiniCfn", "StackName: s, Template: t, RoleArn.$: $.a")), resourcePath())
	require.Len(t, problems, 1)
	assert.Equal(t, problem.Fix{Old: "RoleArn.$", New: "StackRoleArn.$"}, problems[0].Fix)
}
