package localrun

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// TestThePayloadKeepsItsOrder: a deployment's own fields, then what the plan and
// the user add, each in the place of what it replaces.
func TestThePayloadKeepsItsOrder(t *testing.T) {
	t.Parallel()
	defaults, err := cfn.ReadJSON([]byte(`{"zone":"z","output":{"b":1,"a":2}}`))
	require.NoError(t, err)
	d := &Deployment{facts: Facts{StackName: "s", Distribution: "shop"}, parameters: map[string]string{}, payloadDefaults: defaults}
	input, err := d.input(json.RawMessage(`{"zone":"<own>","alpha":1.10,"environment":"mine"}`), time.Unix(0, 0))
	require.NoError(t, err)
	assert.Regexp(t, `^{"environment":"mine","deploymentOriginData":{"environment":"local","distributionName":"shop",.*},`+
		`"stackParameters":{},"output":{"b":1,"a":2},"dependencies":{},"customData":{},"zone":"<own>","alpha":1.10}$`, string(input))

	_, err = d.input(json.RawMessage(`[]`), time.Unix(0, 0))
	assert.ErrorContains(t, err, "no JSON object")
}

// TestAJobsInputKeepsItsOrder: on the way from a step to its job nothing sorts or
// escapes what the state machine handed over.
func TestAJobsInputKeepsItsOrder(t *testing.T) {
	t.Parallel()
	const payload = `{"z":1.10,"deploymentOriginData":{"stackName":"s","environment":"e","distributionName":"d"},"a":{"y":"<&>","b":1}}`
	task := asl.Task{Input: json.RawMessage(`{"FunctionName":"attini-action","Payload":{
		"attiniActionType":"ExecuteRunner","RunnerConfig":{"Runner":"R","ConfigurationId":"v1-local"},"Properties":{"Commands":["ls"]},
		"deploymentPlanExecutionMetadata":{"sfnToken":"token","executionArn":"arn"},"input":` + payload + `}}`)}
	action, event := readCall(task.Input)
	require.Equal(t, protocol.ActionExecuteRunner, action)

	request, body, err := (&tasks{deployment: "e-d", started: message.Deployment{Executions: map[string]string{"": "arn"}}}).accept(event)
	require.NoError(t, err)
	assert.Equal(t, "s-R", request.Runner)
	message, err := protocol.ParseMessage(body)
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf(`%s,"taskConfigHashCode":%d}`, payload[:len(payload)-1], configuration.Hash("v1-local")), string(message.Input()))
}
