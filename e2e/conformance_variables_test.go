package e2e_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
)

// TestConformanceVariables: in JSONPath, a path may begin with a variable wherever it may begin with the input.
func TestConformanceVariables(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ state, want string }{
		"Parameters":    {`"Type":"Pass","Parameters":{"a.$":"$kept.a[1]","f.$":"States.Format('{}-{}', $kept.b, $.x)"},"End":true`, `{"a":2,"f":"text-in"}`},
		"InputPath":     {`"Type":"Pass","InputPath":"$kept.a","End":true`, `[1,2]`},
		"OutputPath":    {`"Type":"Pass","OutputPath":"$kept.b","End":true`, `"text"`},
		"Choice":        {`"Type":"Choice","Choices":[{"Variable":"$kept.b","StringEqualsPath":"$other","Next":"Z"}],"Default":"F"`, `{"x":"in"}`},
		"ItemsPath":     {`"Type":"Map","ItemsPath":"$kept.a","ItemSelector":{"v.$":"$$.Map.Item.Value","b.$":"$kept.b"},"ItemProcessor":` + oneState(`{"Type":"Pass","Parameters":{"v.$":"$.v","seen.$":"$kept.b"},"End":true}`) + `,"End":true`, `[{"v":1,"seen":"text"},{"v":2,"seen":"text"}]`},
		"SecondsPath":   {`"Type":"Wait","SecondsPath":"$none","End":true`, `{"x":"in"}`},
		"Assign of old": {`"Type":"Pass","Assign":{"kept.$":"$kept.b","other.$":"$kept.a[0]"},"Next":"Both"`, `{"k":"text","o":1}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClients(t, shared.open(t))
			machine := c.machine(t, `{"StartAt":"Keep","States":{
				"Keep":{"Type":"Pass","Assign":{"kept":{"a":[1,2],"b":"text"},"other":"text","none":0},"Next":"Use"},
				"Use":{`+test.state+`},
				"Both":{"Type":"Pass","Parameters":{"k.$":"$kept","o.$":"$other"},"End":true},"Z":{"Type":"Succeed"},"F":{"Type":"Fail"}}}`)
			ended := c.ended(t, c.run(t, machine, `{"x":"in"}`), soon)
			assert.Equal(t, sfntypes.ExecutionStatusSucceeded, ended.Status, "%s: %s", aws.ToString(ended.Error), aws.ToString(ended.Cause))
			assert.JSONEq(t, test.want, aws.ToString(ended.Output))
		})
	}
}
