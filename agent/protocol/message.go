// Package protocol is the wire contract between the parts of the runner: the
// message that carries a job from the launcher to the agent, the names of the
// environment variables that a job sees, the error names that a step fails
// with, and the limits of the services in between. It holds facts, no
// behaviour, and depends on the standard library only.
package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Message is the body of a queue message: one job, with the payload of the
// deployment plan at the moment its step was entered.
type Message struct {
	Job      Job
	Metadata ExecutionMetadata
	Origin   DeploymentOrigin
	// ConfigurationHash is compared with the agent's own; equal means that
	// the job was meant for a runner configured as this one is.
	ConfigurationHash int32
	// payload is the whole body, in the order of its keys.
	payload []member
}

// Job is what the user wrote under a step's Properties.
type Job struct {
	// Runner is the logical name of the Runner.
	Runner string
	// Commands run in order in one shell.
	Commands []string
	// Environment is added to the job's environment.
	Environment map[string]string
}

// ExecutionMetadata says which step of which execution waits for the job.
type ExecutionMetadata struct {
	// TaskToken closes the waiting step; it is a capability and is never
	// logged.
	TaskToken          string `json:"sfnToken"`
	StepName           string `json:"stepName"`
	ExecutionARN       string `json:"executionArn"`
	ExecutionStartTime string `json:"executionStartTime"`
	RetryCount         int    `json:"retryCounter"`
}

// DeploymentOrigin says which distribution is being deployed, and from where.
type DeploymentOrigin struct {
	DistributionName string           `json:"distributionName"`
	DistributionID   string           `json:"distributionId"`
	Environment      string           `json:"environment"`
	ObjectIdentifier string           `json:"objectIdentifier"`
	StackName        string           `json:"stackName"`
	DeploymentName   string           `json:"deploymentName"`
	Source           DeploymentSource `json:"deploymentSource"`
}

// DeploymentSource is the place of the distribution's archive in S3.
type DeploymentSource struct {
	Bucket string `json:"deploymentSourceBucket"`
	Prefix string `json:"deploymentSourcePrefix"`
}

// The top-level keys of a message.
const (
	KeyProperties        = "Properties"
	KeyRunnerConfig      = "RunnerConfig"
	KeyActionType        = "attiniActionType"
	KeyMetadata          = "deploymentPlanExecutionMetadata"
	KeyOrigin            = "deploymentOriginData"
	KeyOutput            = "output"
	KeyConfigurationHash = "taskConfigHashCode"
)

type member struct {
	key   string
	value json.RawMessage
}

var _ = errors.New
var _ = fmt.Errorf
var _ = bytes.NewReader
