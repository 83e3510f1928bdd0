package stackdiff_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/internal/stackdiff"
	"github.com/attini-go/runner/transform"
)

// version expands a template of one Runner, and a plan of a job with that command.
func version(t *testing.T, runner map[string]any, command string) stackdiff.Version {
	t.Helper()
	whole := map[string]any{
		"Transform": []string{"AttiniDeploymentPlan", "AWS::Serverless-2016-10-31"},
		"Resources": map[string]any{
			"Own":   map[string]any{"Type": "AWS::SNS::Topic"},
			"Build": map[string]any{"Type": "Attini::Deploy::Runner", "Properties": runner},
			"Plan": map[string]any{"Type": "Attini::Deploy::DeploymentPlan", "Properties": map[string]any{"DeploymentPlan": map[string]any{
				"StartAt": "Step", "States": map[string]any{"Step": map[string]any{"Type": "AttiniRunnerJob", "End": true, "Properties": map[string]any{"Runner": "Build", "Commands": []string{command}}}},
			}}},
		},
	}
	text, err := json.Marshal(whole)
	require.NoError(t, err)
	original, problems := cfn.Read(text)
	require.NoError(t, problems.Err())
	expanded, problems := transform.Expand(t.Context(), transform.Request{Template: original})
	require.False(t, problems.HasErrors(), "%v", problems)
	return stackdiff.Version{Original: original, Expanded: expanded}
}

func onFargate() map[string]any {
	return map[string]any{"TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/base:1", "ContainerName": "base", "AwsVpcConfiguration": map[string]any{"Subnets": []string{"subnet-0a1"}, "SecurityGroups": []string{"sg-0a1"}}}
}

func onHost() map[string]any {
	runner := onFargate()
	delete(runner, "TaskDefinitionArn")
	delete(runner, "ContainerName")
	runner["Image"] = "registry.example.com/build:1"
	runner["Ec2Configuration"] = map[string]any{"InstanceType": "m5.large"}
	return runner
}

// with sets a property by its path.
func with(runner map[string]any, path string, value any) map[string]any {
	whole := maps.Clone(runner)
	if group, name, nested := strings.Cut(path, "."); nested {
		inner, _ := whole[group].(map[string]any)
		inner = maps.Clone(inner)
		if inner == nil {
			inner = map[string]any{}
		}
		inner[name] = value
		whole[group] = inner
		return whole
	}
	whole[path] = value
	return whole
}

// TestEveryProperty: each property of a Runner changes the runner's configuration or its
// task definition or host, the value is shown, and running jobs keep their task.
func TestEveryProperty(t *testing.T) {
	t.Parallel()
	values := launchtest.PropertyValues()
	values["Image"] = "registry.example.com/build:2"
	for _, path := range slices.Sorted(maps.Keys(values)) {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			base := onFargate()
			if strings.HasPrefix(path, "Ec2") || path == "Image" {
				base = onHost()
			}
			changes := stackdiff.Compare(version(t, base, "make"), version(t, with(base, path, values[path]), "make"))
			require.NotEmpty(t, changes)
			value, err := json.Marshal(values[path])
			require.NoError(t, err)
			shown := false
			for _, c := range changes {
				assert.Equal(t, stackdiff.Changed, c.Kind, c.Resource)
				assert.Contains(t, c.Effect, "running jobs end on the task that they have", c.Resource)
				for _, v := range c.Values {
					shown = shown || strings.Contains(string(value), v.After) && v.After != "" || strings.Contains(v.After, strings.Trim(string(value), `"`))
				}
			}
			assert.True(t, shown, "%s in %v", value, changes)
		})
	}
}

func TestOtherChanges(t *testing.T) {
	t.Parallel()
	same := version(t, onFargate(), "make")
	assert.Empty(t, stackdiff.Compare(same, version(t, onFargate(), "make")), "nothing changes")

	plan := stackdiff.Compare(same, version(t, onFargate(), "make all"))
	require.Len(t, plan, 1)
	assert.Equal(t, "AttiniDeploymentPlanSfnPlan", plan[0].Resource)
	assert.Contains(t, plan[0].Effect, "running executions go on with the old definition")

	host := stackdiff.Compare(same, version(t, onHost(), "make"))
	kinds := map[string]string{}
	for _, c := range host {
		kinds[c.Resource] = c.Kind
	}
	assert.Equal(t, map[string]string{"AttiniRunnerQueuePolicyBuild": "changed", "Build": "changed", "BuildEcsClientLogGroup": "added", "BuildLaunchTemplate": "added", "BuildLogGroup": "added", "BuildTaskDefinition": "added"}, kinds)

	gone := stackdiff.Compare(same, stackdiff.Version{Original: cfn.Obj(), Expanded: cfn.Obj()})
	assert.NotEmpty(t, gone)
	for _, c := range gone {
		assert.Equal(t, stackdiff.Removed, c.Kind)
		assert.NotEqual(t, "Own", c.Resource)
		if c.Resource == "Build" {
			assert.Contains(t, c.Effect, "RunnerRemoved")
		}
	}
}
