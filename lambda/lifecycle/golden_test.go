package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// TestGoldens: what the macro emits asks for attributes that are answered, and
// gives no property that nobody reads.
func TestGoldens(t *testing.T) {
	t.Parallel()
	read := map[string][]string{
		runnerType: {"ServiceToken", "StackName", "RunnerName", "QueueUrl", "Configuration", "EcsClientLogGroup", "LaunchTemplateId", "LaunchTemplateVersion", "Capability"},
		// The last two, and the digest, are there to have CloudFormation call.
		triggerType: {"ServiceToken", "StackName", "SfnArn", "PayloadDefaults", "PayloadDefaultsValues", "Parameters", "AttiniSteps", "SfnName", "DeploymentPlanLogicalName", "TemplateDigest"},
	}
	goldens, err := filepath.Glob("../../transform/testdata/*/expanded.json")
	require.NoError(t, err)
	require.NotEmpty(t, goldens)
	seen := map[string]int{}
	for _, path := range goldens {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		template, err := cfn.ReadJSON(text)
		require.NoError(t, err)
		for _, resource := range template.Get("Resources").Entries() {
			kind := ""
			if written := resource.Value.Get("Type"); written.IsString() {
				kind = written.Text
			}
			known, ours := read[kind]
			if !ours {
				continue
			}
			seen[kind]++
			for _, property := range resource.Value.Get("Properties").Entries() {
				assert.Contains(t, known, property.Key, "%s: %s", path, resource.Key)
			}
			for _, attribute := range attributesOf(template, resource.Key) {
				assert.Equal(t, "ConfigurationId", attribute, "%s: %s", path, resource.Key)
				assert.Equal(t, runnerType, kind)
			}
		}
	}
	assert.Len(t, seen, 2)
}

// attributesOf are the attributes of a resource that a template gets.
func attributesOf(n *cfn.Node, id string) []string {
	if n == nil {
		return nil
	}
	var found []string
	if name, argument, ok := cfn.Intrinsic(n); ok && name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2 && argument.Items[0].Text == id {
		found = append(found, argument.Items[1].Text)
	}
	for _, item := range n.Items {
		found = append(found, attributesOf(item, id)...)
	}
	for _, field := range n.Fields {
		found = append(found, attributesOf(field.Value, id)...)
	}
	return slices.Compact(found)
}
