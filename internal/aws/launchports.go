package aws

import (
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/attini-go/runner/internal/launch"
)

// NewLaunchPorts returns what a launcher works with: the services, and the tables of
// resource states and deployments by their names. They have no timer.
func NewLaunchPorts(config aws.Config, stateTable, deployTable string) launch.Ports {
	return launch.Ports{
		Configurations: NewRunnerConfigurations(config, stateTable),
		Secrets:        NewRunnerSecrets(config, stateTable),
		Admissions:     NewAdmissions(config, stateTable, deployTable),
		Queue:          NewJobQueue(config),
		Steps:          NewSteps(config),
		States:         NewRunnerStates(config, stateTable),
		Claims:         NewRunnerClaims(config, stateTable),
		Cluster:        NewCluster(config),
		Hosts:          NewRunnerHosts(config),
	}
}
