package system_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestJSONata: a plan in JSONata, with each of Attini's own steps, ends with the
// payload that it would have in JSONPath where its steps do not say otherwise.
func TestJSONata(t *testing.T) {
	t.Parallel()
	g := newJobBarrier(t)
	const version = `1.0 "ü" $HOME` // no JSON, so what a job writes is its result
	branch := func(step string) object {
		return object{"StartAt": step, "States": object{step: job(last(), g.recordCommand(step), output(`"`+step+`"`))}}
	}
	plan := object{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": object{
		// The launcher is the one function that the default role of plans may call.
		"Ask": object{"Type": "AttiniLambdaInvoke", "Next": "Build", "Arguments": object{"FunctionName": launcherName, "Payload": object{
			"attiniActionType": "MergeOutput", "branches": []object{{"version": version, "output": object{}}},
		}}},
		"Build": object{
			"Type": "AttiniRunnerJob", "Next": "Both",
			"Properties": object{
				"Environment": object{"VERSION": "{% $states.input.output.Ask.result.version %}"},
				"Commands":    []string{"{% 'printf %s \"$VERSION\" > $ATTINI_OUTPUT; echo ' & $states.context.State.Name & ' >> " + g.startedFile + "' %}"},
			},
			"Output": "{% $merge([$states.input, {'mine': [$states.result.result]}]) %}",
			"Assign": object{"built": "{% {'by': $states.context.State.Name, 'as': $states.result.result} %}"},
		},
		"Both":   object{"Type": "Parallel", "Branches": []object{branch("Left"), branch("Right")}, "Next": "Joined"},
		"Joined": object{"Type": "AttiniMergeOutput", "Next": "Each"},
		"Each": object{
			"Type": "Map", "Next": "Turned", "Items": "{% [1..5] %}",
			"ItemSelector": object{
				"deploymentOriginData": "{% $states.input.deploymentOriginData %}",
				"output":               "{% $states.input.output %}",
				"mine":                 "{% $states.input.mine %}",
				"turn":                 "{% $states.context.Map.Item.Value %}",
			},
			"ItemProcessor": object{"StartAt": "Turn", "States": object{"Turn": object{
				"Type": "AttiniRunnerJob", "End": true,
				"Properties": object{"Commands": []string{"{% 'echo Turn >> " + g.startedFile + "; echo ' & $states.input.turn * 10 & ' > $ATTINI_OUTPUT' %}"}},
				"Output":     "{% $merge([$states.input, {'output': $merge([$states.input.output, {'Turn' & $states.input.turn: $states.result}])}]) %}",
			}}},
		},
		"Turned": object{"Type": "AttiniMergeOutput", "Next": "Again"},
		"Again": job(object{"Next": "Fails", "Retry": []object{{"ErrorEquals": []string{"ScriptExecutionError"}, "IntervalSeconds": 1, "MaxAttempts": 3, "BackoffRate": 1}}},
			g.recordCommand("Again"), "[ $(grep -c Again "+g.startedFile+") -eq 3 ]", output(`{"attempt":3}`)),
		"Fails": job(object{"End": true, "Catch": []object{{
			"ErrorEquals": []string{"ScriptExecutionError"}, "Next": "Done",
			"Output": "{% $merge([$states.input, {'caught': $states.errorOutput.Error}]) %}", "Assign": object{"step": "{% $states.context.State.Name %}"},
		}}}, g.recordCommand("Fails"), "exit 3"),
		"Done": object{"Type": "Succeed", "Output": object{"payload": "{% $states.input %}", "built": "{% $built %}", "step": "{% $step %}"}},
	}}
	s := open(t).deploy(t, template(object{"RunnerConfiguration": object{"MaxConcurrentJobs": 5}}, plan))
	end := s.output(t, s.first(t))
	assert.Equal(t, map[string]any{"by": "Build", "as": version}, end["built"])
	assert.Equal(t, "Fails", end["step"])
	payload, is := end["payload"].(map[string]any)
	require.True(t, is, end)
	assert.Equal(t, []any{version}, payload["mine"])
	assert.Equal(t, "ScriptExecutionError", payload["caught"])
	assert.Equal(t, map[string]any{
		"Ask": map[string]any{"result": map[string]any{"version": version, "output": map[string]any{}}}, "Left": "Left", "Right": "Right",
		"Turn1": 10.0, "Turn2": 20.0, "Turn3": 30.0, "Turn4": 40.0, "Turn5": 50.0, "Again": map[string]any{"attempt": 3.0},
	}, payload["output"])
	counts := map[string]int{}
	for _, who := range g.started(t) {
		counts[who]++
	}
	assert.Equal(t, map[string]int{"Build": 1, "Left": 1, "Right": 1, "Turn": 5, "Again": 3, "Fails": 1}, counts)
	assert.Len(t, s.runnerTasks("Build"), 1)
}
