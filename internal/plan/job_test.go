package plan_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/problem"
)

func jobWith(properties string) string {
	return states("A: {Type: AttiniRunnerJob, End: true, Properties: " + properties + "}")
}

func TestJobProblems(t *testing.T) {
	const at = ".States.A.Properties"
	check(t, map[string]mistake{
		"no Properties":              {states("A: {Type: AttiniRunnerJob, End: true}"), "required", at},
		"Properties as list":         {jobWith("[ls]"), "type", at},
		"Properties to come":         {jobWith("!FindInMap [a, b, c]"), "type", at},
		"unknown property":           {jobWith("{Commands: [ls], Comands: []}"), "unknown-property", at + ".Comands"},
		"no Commands":                {jobWith("{}"), "required", at + ".Commands"},
		"empty Commands":             {jobWith("{Commands: []}"), "required", at + ".Commands"},
		"only no values":             {jobWith("{Commands: [!Ref AWS::NoValue]}"), "required", at + ".Commands"},
		"Commands as text":           {jobWith("{Commands: ls}"), "type", at + ".Commands"},
		"Commands as object":         {jobWith("{Commands: {a: b}}"), "type", at + ".Commands"},
		"Commands to come":           {jobWith("{Commands: !Split [',', 'a,b']}"), "type", at + ".Commands"},
		"Commands given twice":       {jobWith("{Commands: [ls], Commands.$: $.c}"), "exclusive", at + `["Commands.$"]`},
		"Commands by no path":        {jobWith("{Commands.$: [ls]}"), "type", at + `["Commands.$"]`},
		"null command":               {jobWith("{Commands: [ls, ~]}"), "type", at + ".Commands[1]"},
		"command with a colon":       {jobWith("{Commands: [echo a: b]}"), "type", at + ".Commands[0]"},
		"shell variable in Sub":      {jobWith("{Commands: [!Sub 'echo ${HOME:-x}']}"), "intrinsic", at + ".Commands[0]"},
		"shell variable deep inside": {jobWith("{Commands: [!If [c, !Sub ['${#A}', {A: b}], x]]}"), "intrinsic", at + ".Commands[0]"},
		"name of a variable":         {jobWith("{Commands: [ls], Environment: {1A: x}}"), "environment", at + ".Environment.1A"},
		"empty name of a variable":   {jobWith("{Commands: [ls], Environment: {'': x}}"), "environment", at + `.Environment[""]`},
		"variable as list":           {jobWith("{Commands: [ls], Environment: {A: []}}"), "type", at + ".Environment.A"},
		"variable by no path":        {jobWith("{Commands: [ls], Environment: {A.$: x}}"), "path", at + `.Environment["A.$"]`},
		"variable given twice":       {jobWith("{Commands: [ls], Environment: {A: x, A.$: $.x}}"), "exclusive", at + `.Environment["A.$"]`},
		"shell variable in a value":  {jobWith("{Commands: [ls], Environment: {A: !Sub '${B}${'}}"), "intrinsic", at + ".Environment.A"},
		"Environment as list":        {jobWith("{Commands: [ls], Environment: [A=x]}"), "type", at + ".Environment"},
		"Environment to come":        {jobWith("{Commands: [ls], Environment: !Ref E}"), "type", at + ".Environment"},
		"Runner to come":             {jobWith("{Commands: [ls], Runner: !ImportValue x}"), "runner", at + ".Runner"},
		"empty Runner":               {jobWith("{Commands: [ls], Runner: !Ref ''}"), "runner", at + ".Runner"},
		"Runner by payload":          {jobWith("{Commands: [ls], Runner.$: $.x}"), "runner", at + `["Runner.$"]`},
		"Parameters on a job":        {states("A: {Type: AttiniRunnerJob, Parameters: {}, Properties: {Commands: [ls]}, End: true}"), "reserved", ".States.A.Parameters"},
		"Arguments on a job":         {states("A: {Type: AttiniRunnerJob, Arguments: {}, Properties: {Commands: [ls]}, End: true}"), "reserved", ".States.A.Arguments"},
		"Resource on a merge":        {states("A: {Type: AttiniMergeOutput, Resource: r, End: true}"), "reserved", ".States.A.Resource"},
		"misspelt key":               {states("A: {Type: AttiniRunnerJob, TimeoutSecond: 5, Properties: {Commands: [ls]}, End: true}"), "unknown-property", ".States.A.TimeoutSecond"},
		"Properties on a merge":      {states("A: {Type: AttiniMergeOutput, Properties: {}, End: true}"), "unknown-property", ".States.A.Properties"},
		"path in a JSONata job":      {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands: [ls], Environment: {A.$: $.x}}, End: true}"), "query-language", `.States.A.Properties.Environment["A.$"]`},
		"Commands.$ in JSONata":      {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands.$: $.x}, End: true}"), "query-language", `.States.A.Properties["Commands.$"]`},
		"Output in JSONPath":         {states("A: {Type: AttiniRunnerJob, Output: 1, Properties: {Commands: [ls]}, End: true}"), "query-language", ".States.A.Output"},
		"broken expression":          {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands: ['{% $ %% %}']}, End: true}"), "expression", ".States.A.Properties.Commands[0]"},
	})
}

func TestJobs(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		properties, runner string
		place              problem.Place
	}{
		"named":                   {"{Runner: Small, Commands: [ls]}", "Small", problem.Place{Line: 5, Column: 66}},
		"referred to":             {"{Runner: !Ref Small, Commands: [ls]}", "Small", problem.Place{Line: 5, Column: 66}},
		"default":                 {"{Commands: [ls]}", "", problem.Place{Line: 5, Column: 7}},
		"no value":                {"{Runner: !Ref AWS::NoValue, Commands: [ls]}", "", problem.Place{Line: 5, Column: 7}},
		"functions in values":     {"{Commands: [!Sub '${A} ${!HOME}', !Join ['', [a, !Ref B]]], Environment: {A: !GetAtt B.C, _x9: !Ref AWS::NoValue}}", "", problem.Place{Line: 5, Column: 7}},
		"scalars":                 {"{Commands: [true, 5, ''], Environment: {A: 1, B: false}}", "", problem.Place{Line: 5, Column: 7}},
		"values from the payload": {"{Commands.$: \"States.Array('a')\", Environment: {A.$: $.a, B.$: $$.Execution.Id}}", "", problem.Place{Line: 5, Column: 7}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := whole(t, jobWith(c.properties))
			job := p.Machine.States[0].Job
			require.NotNil(t, job)
			assert.Equal(t, c.runner, job.Runner)
			assert.Equal(t, c.place, job.RunnerPlace)
			assert.Equal(t, "Resources.P.Properties.DeploymentPlan.States.A.Properties.Runner", job.RunnerPath.String())
			assert.Same(t, p.Machine.States[0].Node.Get("Properties"), job.Properties)
		})
	}
}

func TestJobKeepsKeysOfTasks(t *testing.T) {
	t.Parallel()
	whole(t, `
StartAt: A
States:
  A:
    Type: AttiniRunnerJob
    Comment: c
    QueryLanguage: JSONPath
    InputPath: $
    OutputPath: $
    ResultSelector: {a.$: $}
    ResultPath: $.a
    Assign: {v: 1}
    TimeoutSecondsPath: $.t
    HeartbeatSeconds: 30
    Retry: [{ErrorEquals: [States.ALL], IntervalSeconds: 1, MaxAttempts: 0, BackoffRate: 1.5, MaxDelaySeconds: 5}]
    Catch: []
    Properties: {Commands: [ls]}
    End: true`)
}
