package main

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/bootstrap"
)

// The function's environment. The first are the original function's names.
const (
	envStateTable  = "ATTINI_RESOURCE_STATES_TABLE"
	envDeployTable = "ATTINI_DEPLOYMENT_ORIGIN_TABLE"
	envBucket      = "ATTINI_ARTIFACT_BUCKET"
	envChecks      = "ATTINI_RUNNER_CHECKS_URL"
	envRegion      = "AWS_REGION"
	envAccount     = "AWS_ACCOUNT_ID"
	// envWaitingTable has the steps that wait for stacks and people; envStackRole is the
	// service role of stacks whose step names none, "" for none.
	envWaitingTable = "ATTINI_WAITING_STEPS_TABLE"
	envStackRole    = "ATTINI_STACK_ROLE_ARN"
	// envVersion is the lowest version of the agent. {machine} is X86_64 or AARCH64;
	// either both variables of a machine are set, or none.
	envVersion   = "ATTINI_RUNNER_VERSION"
	envURLPrefix = "ATTINI_RUNNER_URL_"
	envSumPrefix = "ATTINI_RUNNER_SHA256_"
)

const defaultWaitingTable = "AttiniWaitingStepsV1"

// leastVersion is the first agent that keeps waiting steps alive and claims its
// jobs.
const leastVersion = "2.1.0"

// maxURL limits an address, so that the container's command always fits ECS's limit.
const maxURL = 256

// readSettings reads the environment. Its error names everything that is
// missing or wrong.
func readSettings(getenv func(string) string) (launch.Settings, error) {
	var problems []error
	required := func(name string) string {
		value := getenv(name)
		if value == "" {
			problems = append(problems, fmt.Errorf("the environment variable %s is missing", name))
		}
		return value
	}
	required(envChecks)
	settings := launch.Settings{
		ResourceStateTable: required(envStateTable), DeployDataTable: required(envDeployTable), ArtifactStore: required(envBucket),
		Region: required(envRegion), Account: required(envAccount),
		Agent:     bootstrap.Agent{Version: cmp.Or(getenv(envVersion), leastVersion)},
		Bootstrap: bootstrap.Shell{},
	}
	for _, machine := range []string{"x86_64", "aarch64"} {
		name := strings.ToUpper(machine)
		address, sum := getenv(envURLPrefix+name), getenv(envSumPrefix+name)
		switch {
		case address == "" && sum == "": // the agent is in the image
		case !isURL(address) || !isSum(sum):
			problems = append(problems, fmt.Errorf("the environment variables %s and %s must be an http or https address of up to %d characters and the 64 hexadecimal digits of its file's SHA-256, or both be empty",
				envURLPrefix+name, envSumPrefix+name, maxURL))
		default:
			settings.Agent.Downloads = append(settings.Agent.Downloads, bootstrap.Download{Machine: machine, URL: address, SHA256: sum})
		}
	}
	return settings, errors.Join(problems...)
}

func isURL(text string) bool {
	address, err := url.Parse(text)
	return err == nil && len(text) <= maxURL && (address.Scheme == "http" || address.Scheme == "https") && address.Host != ""
}

func isSum(text string) bool { return regexp.MustCompile(`^[0-9a-f]{64}$`).MatchString(text) }
