package launchtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch/configuration"
)

// OnFargate returns a complete configuration.
func OnFargate() configuration.Configuration {
	return configuration.Configuration{
		StackName: "dev-shop", RunnerName: "Build",
		QueueURL: "https://sqs.eu-west-1.amazonaws.com/111122223333/dev-shop-Build.fifo",
		Task: configuration.Task{
			Definition: "arn:aws:ecs:eu-west-1:111122223333:task-definition/dev-shop-Build:7",
			Container:  "Container", Cluster: "attini-default",
		},
		Network: configuration.Network{
			Subnets: []string{"subnet-0a1", "subnet-0a2"}, SecurityGroups: []string{"sg-0a1"}, AssignPublicIP: "ENABLED",
		},
	}
}

// OnHost returns a complete configuration with an EC2 host.
func OnHost() configuration.Configuration {
	c := OnFargate()
	c.Network.AssignPublicIP = ""
	c.Host = &configuration.Host{
		LaunchTemplateID: "lt-0a1", LaunchTemplateVersion: "3", InstanceType: "m5.large",
		AMI: "AmazonLinux2023", InstanceProfile: "profile", LogGroup: "dev-shop-BuildEcsClientLogGroup",
	}
	return c
}

// PropertyValues returns a valid value of every property that a configuration
// keeps: a string, int or []string. None is the value of OnFargate or OnHost, or a
// default.
func PropertyValues() map[string]any {
	return map[string]any{
		"TaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/own:3",
		"ContainerName":     "agent",
		"EcsCluster":        "own",
		"RoleArn":           "arn:aws:iam::111122223333:role/build",
		"Memory":            2048,
		"Cpu":               1024,

		"Ec2Configuration.Ami":                   "ami-0123456789abcdef0",
		"Ec2Configuration.InstanceType":          "c5.2xlarge",
		"Ec2Configuration.FallbackInstanceTypes": []string{"m6i.large", "m5a.large"},
		"Ec2Configuration.InstanceProfileName":   "builders",

		"RunnerConfiguration.MaxConcurrentJobs": 7,
		"RunnerConfiguration.IdleTimeToLive":    120,
		"RunnerConfiguration.JobTimeout":        600,
		"RunnerConfiguration.LogLevel":          "DEBUG",

		"AwsVpcConfiguration.Subnets":        []string{"subnet-0b1"},
		"AwsVpcConfiguration.SecurityGroups": []string{"sg-0b1"},
		"AwsVpcConfiguration.AssignPublicIp": "DISABLED",

		"Isolation":  "job",
		"SharedWith": []string{"dev-web", "team-*"},

		"Startup.Commands":        []string{"make tools"},
		"Startup.CommandsTimeout": 30,
	}
}

// WithProperty returns a copy of a configuration in which one property has the
// value of PropertyValues.
func WithProperty(t testing.TB, c configuration.Configuration, path string) configuration.Configuration {
	t.Helper()
	if c.Host != nil {
		host := *c.Host
		c.Host = &host
	}
	value, there := PropertyValues()[path]
	require.True(t, there, "PropertyValues has no value of %s", path)
	switch variable := c.Fields()[path].(type) {
	case *string:
		*variable, _ = value.(string)
	case *int:
		*variable, _ = value.(int)
	case *[]string:
		*variable, _ = value.([]string)
	default:
		require.Failf(t, "the configuration does not keep a property", "%s", path)
	}
	return c
}
