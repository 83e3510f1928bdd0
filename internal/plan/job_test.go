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
		"no Properties":              {states("A: {Type: AttiniRunnerJob, End: true}"), "required", at, `Step "A": Properties is required, with the Commands to run`},
		"Properties as list":         {jobWith("[ls]"), "type", at, `Step "A": Properties must be an object, not a list`},
		"Properties to come":         {jobWith("!FindInMap [a, b, c]"), "type", at, `Step "A": Properties must be an object, not an intrinsic function`},
		"unknown property":           {jobWith("{Commands: [ls], Comands: []}"), "unknown-property", at + ".Comands", `Step "A": Comands: there is no such property; did you mean "Commands"?`},
		"no Commands":                {jobWith("{}"), "required", at + ".Commands", `Step "A": Commands is required: a list of shell commands`},
		"empty Commands":             {jobWith("{Commands: []}"), "required", at + ".Commands", `Step "A": Commands is empty: give at least one command`},
		"only no values":             {jobWith("{Commands: [!Ref AWS::NoValue]}"), "required", at + ".Commands", `Step "A": Commands is empty: give at least one command`},
		"Commands as text":           {jobWith("{Commands: ls}"), "type", at + ".Commands", `Step "A": Commands must be a list; write each command as an item, behind a dash`},
		"Commands as object":         {jobWith("{Commands: {a: b}}"), "type", at + ".Commands", `Step "A": Commands must be a list of strings, not an object`},
		"Commands to come":           {jobWith("{Commands: !Split [',', 'a,b']}"), "type", at + ".Commands", `Step "A": Commands must be a list of strings, not an intrinsic function`},
		"Commands given twice":       {jobWith("{Commands: [ls], Commands.$: $.c}"), "exclusive", at + `["Commands.$"]`, ""},
		"Commands by no path":        {jobWith("{Commands.$: [ls]}"), "type", at + `["Commands.$"]`, ""},
		"null command":               {jobWith("{Commands: [ls, ~]}"), "type", at + ".Commands[1]", `Step "A": Commands[1]: must be a string, not null`},
		"command with a colon":       {jobWith("{Commands: [echo a: b]}"), "type", at + ".Commands[0]", `Step "A": Commands[0]: must be a string, not an object; put a command with ": " in it in quotes`},
		"shell variable in Sub":      {jobWith("{Commands: [!Sub 'echo ${HOME:-x}']}"), "intrinsic", at + ".Commands[0]", `Step "A": Commands[0]: Fn::Sub: ${HOME:-x} is no name of a parameter or resource; write ${!HOME:-x} for a shell variable`},
		"shell variable deep inside": {jobWith("{Commands: [!If [c, !Sub ['${#A}', {A: b}], x]]}"), "intrinsic", at + ".Commands[0]", `Step "A": Commands[0]: Fn::Sub: ${#A} is no name of a parameter or resource; write ${!#A} for a shell variable`},
		"name of a variable":         {jobWith("{Commands: [ls], Environment: {1A: x}}"), "environment", at + ".Environment.1A", `Step "A": Environment: "1A" is no name of a variable (letters, digits and _, not beginning with a digit)`},
		"empty name of a variable":   {jobWith("{Commands: [ls], Environment: {'': x}}"), "environment", at + `.Environment[""]`, `Step "A": Environment: "" is no name of a variable (letters, digits and _, not beginning with a digit)`},
		"variable as list":           {jobWith("{Commands: [ls], Environment: {A: []}}"), "type", at + ".Environment.A", `Step "A": Environment.A: must be a string, not a list`},
		"variable by no path":        {jobWith("{Commands: [ls], Environment: {A.$: x}}"), "path", at + `.Environment["A.$"]`, ""},
		"variable given twice":       {jobWith("{Commands: [ls], Environment: {A: x, A.$: $.x}}"), "exclusive", at + `.Environment["A.$"]`, ""},
		"shell variable in a value":  {jobWith("{Commands: [ls], Environment: {A: !Sub '${B}${'}}"), "intrinsic", at + ".Environment.A", `Step "A": Environment.A: Fn::Sub: "${" has a ${ without }`},
		"Environment as list":        {jobWith("{Commands: [ls], Environment: [A=x]}"), "type", at + ".Environment", `Step "A": Environment must be an object of variables, not a list`},
		"Environment to come":        {jobWith("{Commands: [ls], Environment: !Ref E}"), "type", at + ".Environment", `Step "A": Environment must be an object of variables, not an intrinsic function`},
		"Runner to come":             {jobWith("{Commands: [ls], Runner: !ImportValue x}"), "runner", at + ".Runner", `Step "A": Runner: must be the name of a Runner, not an intrinsic function; it has to be known when the template is expanded`},
		"empty Runner":               {jobWith("{Commands: [ls], Runner: !Ref ''}"), "runner", at + ".Runner", `Step "A": Runner: must be the name of a Runner, not nothing; it has to be known when the template is expanded`},
		"Runner by payload":          {jobWith("{Commands: [ls], Runner.$: $.x}"), "runner", at + `["Runner.$"]`, `Step "A": Runner.$: the Runner must be known when the template is expanded, so it cannot be taken from the payload`},
		"Parameters on a job":        {states("A: {Type: AttiniRunnerJob, Parameters: {}, Properties: {Commands: [ls]}, End: true}"), "reserved", ".States.A.Parameters", `Step "A": Parameters: cannot be given on an AttiniRunnerJob, which makes its own`},
		"Arguments on a job":         {states("A: {Type: AttiniRunnerJob, Arguments: {}, Properties: {Commands: [ls]}, End: true}"), "reserved", ".States.A.Arguments", `Step "A": Arguments: cannot be given on an AttiniRunnerJob, which makes its own`},
		"Resource on a merge":        {states("A: {Type: AttiniMergeOutput, Resource: r, End: true}"), "reserved", ".States.A.Resource", `Step "A": Resource: cannot be given on an AttiniMergeOutput, which makes its own`},
		"misspelt key":               {states("A: {Type: AttiniRunnerJob, TimeoutSecond: 5, Properties: {Commands: [ls]}, End: true}"), "unknown-property", ".States.A.TimeoutSecond", `Step "A": TimeoutSecond: an AttiniRunnerJob has no such key; did you mean "TimeoutSeconds"?`},
		"Properties on a merge":      {states("A: {Type: AttiniMergeOutput, Properties: {}, End: true}"), "unknown-property", ".States.A.Properties", ""},
		"path in a JSONata job":      {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands: [ls], Environment: {A.$: $.x}}, End: true}"), "query-language", `.States.A.Properties.Environment["A.$"]`, ""},
		"Commands.$ in JSONata":      {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands.$: $.x}, End: true}"), "query-language", `.States.A.Properties["Commands.$"]`, ""},
		"Output in JSONPath":         {states("A: {Type: AttiniRunnerJob, Output: 1, Properties: {Commands: [ls]}, End: true}"), "query-language", ".States.A.Output", ""},
		"broken expression":          {states("A: {Type: AttiniRunnerJob, QueryLanguage: JSONata, Properties: {Commands: ['{% $ %% %}']}, End: true}"), "expression", ".States.A.Properties.Commands[0]", ""},
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
			assert.Equal(t, "Resources.P.Properties.DeploymentPlan.States.A.Properties.Runner", string(job.RunnerPath))
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
