package asl_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/asl"
)

// What Step Functions' guide says of a single state: which values, names and parts of $states its fields take.
func TestStatesThatAreRefused(t *testing.T) {
	t.Parallel()
	const task = `"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, `
	const catcher = `"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Z", `
	const distributed = `"Type": "Map", "End": true, "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}, `
	for name, c := range map[string]struct {
		language asl.QueryLanguage
		fields   string
		path     string // of the problem; empty: there is none
	}{
		"result in Output":            {asl.JSONata, task + `"Output": "{% $states.result %}"`, ""},
		"result in Assign":            {asl.JSONata, task + `"Assign": {"a": "{% $states.result.b %}"}`, ""},
		"result of another $states":   {asl.JSONata, task + `"Arguments": "{% ($states := {\"result\": 1}; $states.result) %}"`, ""},
		"result in Arguments":         {asl.JSONata, task + `"Arguments": {"a": "{% $states.result %}"}`, "Arguments.a"},
		"result of a Pass":            {asl.JSONata, `"Type": "Pass", "End": true, "Output": "{% [1].($states.result) %}"`, "Output"},
		"result in a catcher":         {asl.JSONata, task + catcher + `"Output": "{% $states.result %}"}]`, "Catch[0].Output"},
		"errorOutput in a catcher":    {asl.JSONata, task + catcher + `"Output": "{% $states.errorOutput %}", "Assign": {"a": "{% $states.errorOutput.Error %}"}}]`, ""},
		"errorOutput in Output":       {asl.JSONata, task + `"Output": {"a": ["{% $states.errorOutput %}"]}`, "Output.a[0]"},
		"all of $states in a catcher": {asl.JSONata, task + catcher + `"Output": "{% $states %}"}]`, ""},
		"a reader of another service": {asl.JSONPath, distributed + `"ItemReader": {"Resource": "arn:aws:states:::sqs:receiveMessage", "Parameters": {}}`, "ItemReader.Resource"},
		"a reader of objects":         {asl.JSONPath, distributed + `"ItemReader": {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": {"Bucket": "b"}}`, ""},
		"a longest delay of a day":    {asl.JSONPath, task + `"Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 86400, "JitterStrategy": "FULL", "BackoffRate": 1}]`, ""},
		"a longest delay too long":    {asl.JSONPath, task + `"Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 31622400}]`, "Retry[0].MaxDelaySeconds"},
		"a longest delay too short":   {asl.JSONPath, task + `"Retry": [{"ErrorEquals": ["E"], "MaxDelaySeconds": 2, "IntervalSeconds": 2}]`, "Retry[0].MaxDelaySeconds"},
		"a jitter in lower case":      {asl.JSONPath, task + `"Retry": [{"ErrorEquals": ["E"], "JitterStrategy": "full"}]`, "Retry[0].JitterStrategy"},
		"a Condition of JSONPath":     {asl.JSONata, `"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "Z"}]`, "Choices[0].Variable"},
		"an integration without sync": {asl.JSONPath, `"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.sync", "End": true`, "Resource"},
	} {
		definition := `{"QueryLanguage": "` + string(c.language) + `", "StartAt": "S", "States": {"S": {` + c.fields + `}, "Z": {"Type": "Succeed"}, "Y": {"Type": "Pass", "Next": "Z"}}}`
		_, err := asl.Parse([]byte(definition))
		var paths []string
		for _, p := range problemsOf(err) {
			if p.Rule != asl.RuleUnreachable {
				paths = append(paths, p.Path)
			}
		}
		want := []string(nil)
		if c.path != "" {
			want = []string{"States.S." + c.path}
		}
		assert.Subset(t, paths, want, name)
		assert.Equal(t, len(want) > 0, len(paths) > 0, "%s: %v", name, err)
	}
}

// A machine, a branch or an iteration that nothing ends is refused: Step Functions calls it MISSING_END_STATE.
func TestMachinesWithoutAnEnd(t *testing.T) {
	t.Parallel()
	const loop = `{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "A"}], "Default": "A"}}}`
	for definition, path := range map[string]string{
		loop: "States",
		`{"StartAt": "P", "States": {"P": {"Type": "Parallel", "End": true, "Branches": [` + loop + `]}}}`: "States.P.Branches[0].States",
		`{"StartAt": "P", "States": {"P": {"Type": "Map", "End": true, "ItemProcessor": ` + loop + `}}}`:   "States.P.ItemProcessor.States",
	} {
		_, err := asl.Parse([]byte(definition))
		problems := problemsOf(err)
		if assert.Len(t, problems, 1, definition) {
			assert.Equal(t, path, problems[0].Path)
			assert.Equal(t, asl.RuleTransition, problems[0].Rule)
		}
	}
}
