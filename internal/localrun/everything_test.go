package localrun

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/schema"
)

// TestEveryPropertyReachesALocalRun: a property changes how the runner of a local run
// works, or is listed with the reason.
func TestEveryPropertyReachesALocalRun(t *testing.T) {
	t.Parallel()
	const host, task, network = "a local run has no EC2 host", "a local run has no ECS task", "a local run uses this machine's network"
	elsewhere := map[string]string{
		"TaskDefinitionArn": task, "ContainerName": task, "EcsCluster": task, "RoleArn": task, "Image": task, "Memory": task, "Cpu": task,
		"Ec2Configuration.Ami": host, "Ec2Configuration.InstanceType": host, "Ec2Configuration.InstanceProfileName": host, "Ec2Configuration.FallbackInstanceTypes": host,
		"AwsVpcConfiguration.Subnets": network, "AwsVpcConfiguration.SecurityGroups": network, "AwsVpcConfiguration.AssignPublicIp": network,
		"SharedWith":                         "a local run has one stack",
		"RunnerConfiguration.IdleTimeToLive": "a local runner ends with its plan",
		"RunnerConfiguration.LogLevel":       "the command's own option chooses what is shown",
	}
	config := func(properties *cfn.Node) worker.Config {
		resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)), cfn.F("Properties", properties))
		runner, _ := schema.Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
		return (&agentPool{deployment: &Deployment{}}).config(runner, "")
	}
	without := config(cfn.Obj())
	for _, path := range schema.PropertyPaths() {
		_, listed := elsewhere[path]
		delete(elsewhere, path)
		value, found := launchtest.PropertyValues()[path]
		if !found {
			assert.True(t, listed, "%s: give launchtest.PropertyValues a value of it", path)
			continue
		}
		node, err := cfn.FromValue(value)
		require.NoError(t, err)
		properties := cfn.Obj()
		at, keys := properties, strings.Split(path, ".")
		for _, key := range keys[:len(keys)-1] {
			inner := cfn.Obj()
			at.Set(key, inner)
			at = inner
		}
		at.Set(keys[len(keys)-1], node)
		assert.Equal(t, listed, reflect.DeepEqual(without, config(properties)), "%s: pass it to the worker in agentPool.config, or list here why not", path)
	}
	assert.Empty(t, elsewhere, "no property of a Runner")
}
