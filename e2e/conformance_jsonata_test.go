package e2e_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
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
