package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestConformanceJSONata: values are as they are in JSON, and what has no value,
// or none that is JSON, fails the execution.
func TestConformanceJSONata(t *testing.T) {
	t.Parallel()
	const fails = ""
	for name, test := range map[string]struct{ output, want string }{
		"a list of one":         {`"{% $states.input.list %}"`, `["a"]`},
		"null":                  {`{"is": "{% $states.input.none %}"}`, `{"is": null}`},
		"a text of any letters": {`{"is": ["{% $states.input.text & '!' %}"]}`, "{\"is\": [\"\\\"\u2028ü\\n$x!\"]}"},
		"a variable":            {`"{% $kept.input %}"`, `["a"]`},
		"$parse":                {`"{% $parse('{\"a\": 1}').a + 1 %}"`, `2`},
		"nothing":               {`"{% $states.input.missing %}"`, fails},
		"an error":              {`"{% $error('no') %}"`, fails},
		"no expression":         {`"{% ( %}"`, fails},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClients(t, shared.open(t))
			machine := c.machine(t, `{"QueryLanguage":"JSONata","StartAt":"Keep","States":{
				"Keep":{"Type":"Pass","Assign":{"kept":{"input":"{% $states.input.list %}"}},"Next":"Job"},
				"Job":{"Type":"Pass","Output":`+test.output+`,"End":true}}}`)
			ended := c.ended(t, c.run(t, machine, "{\"list\":[\"a\"],\"none\":null,\"text\":\"\\\"\u2028ü\\n$x\"}"), soon)
			if test.want == fails {
				assert.Equal(t, sfntypes.ExecutionStatusFailed, ended.Status)
				assert.Equal(t, "States.QueryEvaluationError", aws.ToString(ended.Error))
				return
			}
			assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%s: %s", aws.ToString(ended.Error), aws.ToString(ended.Cause))
			assert.JSONEq(t, test.want, aws.ToString(ended.Output))
		})
	}
}

// Iterations that end with the Map, since another one has failed, call nothing;
// least of all with half of their arguments.
func TestConformanceJSONataEndedIterations(t *testing.T) {
	t.Parallel()
	cloud := shared.open(t)
	c := newClients(t, cloud)
	function, received := tokens(t, cloud, func(context.Context, []byte) error { return errors.New("no") })
	machine := c.machine(t, `{"QueryLanguage":"JSONata","StartAt":"Each","States":{
		"Each":{"Type":"Map","Items":"{% [1..40] %}","Catch":[{"ErrorEquals":["States.ALL"],"Output":"{% $states.input.before %}","Next":"Caught"}],"End":true,
			"ItemProcessor":`+oneState(`{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke.waitForTaskToken","End":true,"Arguments":{"FunctionName":"`+function+`",
				"Payload":{"token":"{% $states.context.Task.Token %}","state":"{% $states.context.State.Name %}","item":"{% $states.input %}"}}}`)+`},
		"Caught":{"Type":"Pass","End":true}}}`)
	ended := c.ended(t, c.run(t, machine, `{"before":"kept"}`), soon)
	assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%s: %s", aws.ToString(ended.Error), aws.ToString(ended.Cause))
	assert.Equal(t, `"kept"`, aws.ToString(ended.Output))
	require.NotEmpty(t, received)
	for range len(received) {
		var payload map[string]any
		require.NoError(t, json.Unmarshal(<-received, &payload))
		assert.Len(t, payload, 3, payload)
	}
}
