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

// TestAccelerators: a container gets the accelerators of its host only if it asks.
func TestAccelerators(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		host          string
		gpus, neurons int
	}{
		"GPU":              {`{"InstanceType":"g4dn.xlarge","Ami":"AmazonLinux2_gpu"}`, 1, 0},
		"Neuron":           {`{"InstanceType":"inf1.xlarge","Ami":"AmazonLinux2023_inf"}`, 0, 1},
		"none":             {`{"InstanceType":"m5.large","Ami":"AmazonLinux2023"}`, 0, 0},
		"an AMI of others": {`{"InstanceType":"g4dn.xlarge","Ami":"ami-0a20000000000000c"}`, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			template, problems := cfn.Read([]byte(`{"Resources":{
				"Build":{"Type":"Attini::Deploy::Runner","Properties":{"AwsVpcConfiguration":{"Subnets":["subnet-1"]},"Image":"i","Ec2Configuration":` + c.host + `}},
				"Plan":{"Type":"Attini::Deploy::DeploymentPlan","Properties":{"DeploymentPlan":[{"Name":"Job","Type":"AttiniRunnerJob","Properties":{"Runner":"Build","Commands":["make"]}}]}}}}`))
			require.Empty(t, problems)
			expanded, problems := transform.Expand(t.Context(), transform.Request{Template: template, Account: facts(t).Account()})
			require.False(t, problems.HasErrors(), "%v", problems)
			container := expanded.At("Resources", "BuildTaskDefinition", "Properties", "ContainerDefinitions").Items[0]
			assert.Equal(t, c.gpus > 0, container.Has("ResourceRequirements"))
			if c.gpus > 0 {
				text, err := container.Get("ResourceRequirements").MarshalJSON()
				require.NoError(t, err)
				assert.JSONEq(t, `[{"Type":"GPU","Value":"1"}]`, string(text))
			}
			require.Equal(t, c.neurons > 0, container.Has("LinuxParameters"))
			if c.neurons > 0 {
				devices := container.At("LinuxParameters", "Devices").Items
				require.Len(t, devices, c.neurons)
				assert.Equal(t, "/dev/neuron0", devices[0].Get("HostPath").Text)
			}
		})
	}
}
