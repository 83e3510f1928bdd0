package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/lifecycle"
)

// The function's environment; the names are the launcher's.
const (
	envStateTable  = "ATTINI_RESOURCE_STATES_TABLE"
	envDeployTable = "ATTINI_DEPLOYMENT_ORIGIN_TABLE"
	envBucket      = "ATTINI_ARTIFACT_BUCKET"
	envRegion      = "AWS_REGION"
	envAccount     = "AWS_ACCOUNT_ID"
	envVersion     = "ATTINI_RUNNER_VERSION"
)

// noVersion stands for the version of an agent where none is started.
const noVersion = "none"

// settings are what the function is told.
type settings struct {
	lifecycle lifecycle.Settings
	launch    launch.Settings
}

// readSettings reads the environment. Its error names everything that is
// missing.
func readSettings(getenv func(string) string) (settings, error) {
	var problems []error
	required := func(name string) string {
		value := getenv(name)
		if value == "" {
			problems = append(problems, fmt.Errorf("the environment variable %s is missing", name))
		}
		return value
	}
	s := settings{
		launch: launch.Settings{
			ResourceStateTable: required(envStateTable), DeployDataTable: required(envDeployTable), ArtifactStore: required(envBucket),
			Region: required(envRegion), Account: required(envAccount),
			Agent: launch.Agent{Version: cmp.Or(getenv(envVersion), noVersion)}, Bootstrap: launch.Shell{},
		},
	}
	s.lifecycle = lifecycle.Settings{ArtifactStore: s.launch.ArtifactStore, AgentVersion: getenv(envVersion)}
	return s, errors.Join(problems...)
}
