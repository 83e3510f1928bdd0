package launchtest

import (
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
