package transform_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// TestInstallation: after a reinstallation, the same template calls every Runner's
// lifecycle resource and starts the plan.
func TestInstallation(t *testing.T) {
	t.Parallel()
	template, problems := cfn.Read([]byte(`{"Resources":{
		"Build":{"Type":"Attini::Deploy::Runner","Properties":{"AwsVpcConfiguration":{"Subnets":["subnet-1"]}}},
		"Plan":{"Type":"Attini::Deploy::DeploymentPlan","Properties":{"DeploymentPlan":[{"Name":"Job","Type":"AttiniRunnerJob","Properties":{"Runner":"Build","Commands":["make"]}}]}}}}`))
	require.Empty(t, problems)
	expand := func(installation string) *cfn.Node {
		expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Installation: installation})
		require.Empty(t, problems)
		return expanded.Get("Resources")
	}
	first, again, other := expand("one"), expand("one"), expand("two")
	assert.Equal(t, "one", first.At("Build", "Properties", "Installation").Text)
	assert.False(t, expand("").At("Build", "Properties").Has("Installation"))
	digest := func(resources *cfn.Node) string {
		return resources.At("AttiniDeploymentPlanSfnPlanTrigger", "Properties", "TemplateDigest").Text
	}
	assert.Equal(t, digest(first), digest(again))
	assert.NotEqual(t, digest(first), digest(other))
}
