package main

import (
	"errors"
	"fmt"

	"github.com/attini-go/runner/internal/lifecycle"
)

// The function's environment; the names are the launcher's.
const (
	envStateTable  = "ATTINI_RESOURCE_STATES_TABLE"
	envDeployTable = "ATTINI_DEPLOYMENT_ORIGIN_TABLE"
	envBucket      = "ATTINI_ARTIFACT_BUCKET"
	envVersion     = "ATTINI_RUNNER_VERSION"
)

// settings are the function's.
type settings struct {
	lifecycle               lifecycle.Settings
	stateTable, deployTable string
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
		stateTable: required(envStateTable), deployTable: required(envDeployTable),
		lifecycle: lifecycle.Settings{ArtifactStore: required(envBucket), AgentVersion: getenv(envVersion)},
	}
	return s, errors.Join(problems...)
}
