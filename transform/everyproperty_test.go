package transform_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/launch/launchtest"
	"github.com/attini-go/runner/schema"
	"github.com/attini-go/runner/transform"
)

// TestEveryPropertyIsEmitted: a property reaches the runner's custom resource, and
// changes exactly the other resources that are listed for it.
func TestEveryPropertyIsEmitted(t *testing.T) {
	t.Parallel()
	const definition, template, queuePolicy = "AWS::ECS::TaskDefinition", "AWS::EC2::LaunchTemplate", "AWS::SQS::QueuePolicy"
	others := map[string][]string{
		"TaskDefinitionArn": {queuePolicy}, "ContainerName": nil, "EcsCluster": nil, "Memory": nil, "Cpu": nil,
		"Image":   {definition, "AWS::Logs::LogGroup"},
		"RoleArn": {definition, queuePolicy},

		"Ec2Configuration.Ami":                   {template},
		"Ec2Configuration.InstanceType":          {template},
		"Ec2Configuration.InstanceProfileName":   {template},
		"Ec2Configuration.FallbackInstanceTypes": nil, // RunInstances has them

		"RunnerConfiguration.MaxConcurrentJobs": nil, "RunnerConfiguration.IdleTimeToLive": nil,
		"RunnerConfiguration.JobTimeout": nil, "RunnerConfiguration.LogLevel": nil,

		"AwsVpcConfiguration.Subnets": nil, "AwsVpcConfiguration.SecurityGroups": nil, "AwsVpcConfiguration.AssignPublicIp": nil,

		"Isolation": nil, "SharedWith": nil, "Startup.Commands": nil, "Startup.CommandsTimeout": nil,
	}
	for _, path := range schema.PropertyPaths() {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			value, found := launchtest.PropertyValues()[path]
			if path == "Image" { // no configuration keeps it
				value, found = "debian", true
			}
			require.True(t, found, "%s: give launchtest.PropertyValues a value of it", path)
			node, err := cfn.FromValue(value)
			require.NoError(t, err)
			changed := changedTypes(t, resourcesWith(t, path, nil), resourcesWith(t, path, node))
			assert.Contains(t, changed, schema.ConfigurationType, path)
			changed = slices.DeleteFunc(changed, func(resourceType string) bool { return strings.HasPrefix(resourceType, "Custom::Attini") })
			want, listed := others[path]
			assert.True(t, listed, "%s: list here the types of the resources that it changes, none or more", path)
			assert.ElementsMatch(t, want, changed, "%s: emit it into the resources that are listed here", path)
		})
	}
}

// resourcesWith expands a template whose Runner has no property but the one of the
// path, and those that it needs.
func resourcesWith(t *testing.T, path string, value *cfn.Node) *cfn.Node {
	t.Helper()
	properties := cfn.Obj()
	if path != "Image" && path != "TaskDefinitionArn" && path != "ContainerName" {
		properties.Set("Image", cfn.Str("debian"))
	}
	object, name, nested := strings.Cut(path, ".")
	inner := properties
	if nested {
		inner = cfn.Obj()
		switch object {
		case "Ec2Configuration":
			inner.Set("InstanceType", cfn.Str("m5.large"))
			inner.Set("Ami", cfn.Str("AmazonLinux2023"))
		case "AwsVpcConfiguration":
			inner.Set("Subnets", cfn.Seq(cfn.Str("subnet-1")))
		}
		properties.Set(object, inner)
	} else {
		name = path
	}
	if value != nil {
		inner.Set(name, value)
	}
	source := read(t, around("", "", ""))
	source.At("Resources", "Build").Set("Properties", properties)
	result, problems := transform.Expand(t.Context(), transform.Request{Template: source})
	require.NoError(t, problems.Err(), path)
	return result.Get("Resources")
}

// changedTypes are the types of resources that only one of two templates has, or that
// differ, without the plan's.
func changedTypes(t *testing.T, before, after *cfn.Node) []string {
	t.Helper()
	names := map[string]bool{}
	for _, resources := range []*cfn.Node{before, after} {
		for _, field := range resources.Fields {
			names[field.Key] = true
		}
	}
	types := map[string]bool{}
	for name := range names {
		old, changed := before.Get(name), after.Get(name)
		if marshal(t, old) == marshal(t, changed) {
			continue
		}
		for _, resource := range []*cfn.Node{old, changed} {
			if resource != nil {
				types[resource.Get("Type").Text] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(types))
}
