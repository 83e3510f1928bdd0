package transform_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestPayloadDefaultsKeepTheirTypes: CloudFormation would make texts of numbers
// and booleans.
func TestPayloadDefaultsKeepTheirTypes(t *testing.T) {
	t.Parallel()
	expanded, problems := expand(t, read(t, `
Parameters: {Size: {Type: Number}}
Resources:
  Plan:
    Type: Attini::Deploy::DeploymentPlan
    Properties:
      PayloadDefaults:
        customData: {count: 1.50, on: true, size: !Ref Size, none: null, secret: "{{resolve:ssm:/x}}", list: [1, !Sub "${AWS::Region}-x", {deep: !Ref Size}]}
      DeploymentPlan: [{Name: Wait, Type: Wait, Seconds: 1}]
`))
	require.NoError(t, problems.Err())
	properties := expanded.At("Resources", "AttiniDeploymentPlanSfnPlanTrigger", "Properties")
	assert.JSONEq(t, `{"customData": {"count": 1.50, "on": true, "size": null, "none": null, "secret": null, "list": [1, null, {"deep": null}]}}`,
		properties.Get("PayloadDefaults").Text)
	assert.JSONEq(t, `[
		{"Path": ["customData", "size"], "Value": {"Ref": "Size"}},
		{"Path": ["customData", "secret"], "Value": "{{resolve:ssm:/x}}"},
		{"Path": ["customData", "list", "1"], "Value": {"Fn::Sub": "${AWS::Region}-x"}},
		{"Path": ["customData", "list", "2", "deep"], "Value": {"Ref": "Size"}}
	]`, marshal(t, properties.Get("PayloadDefaultsValues")))
}
