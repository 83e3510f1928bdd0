// Package protocol defines what the programs of the runner exchange: messages, payloads,
// table items, environment variables, outputs, error names and limits. docs/wire.md
// describes them. The package uses only the standard library.
package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Message is the body of a queue message: one job with the input of its step.
type Message struct {
	Job      Job
	Metadata ExecutionMetadata
	Origin   DeploymentOrigin
	// ConfigurationHash is the hash of the configuration for which the job was
	// queued. The agent compares it with its own.
	ConfigurationHash int32
	// payload is the whole body in its order.
	payload Members
	// jobProblem and originProblem are what CheckJob and CheckOrigin return.
	jobProblem, originProblem error
}

// Job has the Properties of a step.
type Job struct {
	// Runner is the logical name of the Runner.
	Runner string
	// Commands run in order in one shell.
	Commands []string
	// Environment is added to the job's environment.
	Environment map[string]string
}

// ExecutionMetadata identifies the step that waits for the job.
type ExecutionMetadata struct {
	// TaskToken answers the waiting step. It is a capability and is never logged.
	TaskToken    string
	StepName     string
	ExecutionARN string
	// DeploymentExecutionARN is the execution that the deployment started, if this is
	// another execution of that deployment; otherwise "".
	DeploymentExecutionARN string
	ExecutionStartTime     string
	RetryCount             int
	// ErrorNames are the error names by cause that the step's plan handles, with spaces
	// in between.
	ErrorNames string
}

// DeploymentOrigin identifies the distribution that is being deployed.
type DeploymentOrigin struct {
	DistributionName string
	DistributionID   string
	Environment      string
	// ObjectIdentifier identifies the content of the distribution's archive; ""
	// without one.
	ObjectIdentifier string
	StackName        string
	DeploymentName   string
	Source           DeploymentSource
}

// DeploymentSource is where the distribution's archive is in S3.
type DeploymentSource struct {
	Bucket string
	Prefix string
}

// ParseMessage reads a message as the framework's agent does: a missing string or list
// is empty. In Commands and Environment, a scalar is its text, null is "null", and a
// list or object is "". Errors contain nothing of the body.
func ParseMessage(body []byte) (*Message, error) {
	members, err := SplitObject(body)
	if err != nil {
		return nil, fmt.Errorf("read a job message: %w", err)
	}
	m := &Message{payload: members}
	properties, metadata, origin := fieldsOf(members.Value(KeyProperties)), fieldsOf(members.Value(KeyMetadata)), fieldsOf(members.Value(KeyOrigin))
	m.Job = Job{Runner: scalarOrEmpty(properties.Value(KeyRunner)), Commands: scalarList(properties.Value(KeyCommands)), Environment: scalarMap(properties.Value(KeyJobVariables))}
	m.Metadata = ExecutionMetadata{
		TaskToken:              scalarOrEmpty(metadata.Value(KeyTaskToken)),
		StepName:               scalarOrEmpty(metadata.Value(KeyStepName)),
		ExecutionARN:           scalarOrEmpty(metadata.Value(KeyExecutionARN)),
		DeploymentExecutionARN: scalarOrEmpty(metadata.Value(KeyDeploymentExecution)),
		ExecutionStartTime:     scalarOrEmpty(metadata.Value(KeyExecutionStartTime)),
		RetryCount:             int(int32Of(metadata.Value(KeyRetryCount))),
		ErrorNames:             scalarOrEmpty(fieldsOf(members.Value(KeyRunnerConfig)).Value(KeyErrorNames)),
	}
	source := fieldsOf(origin.Value(KeyDeploymentSource))
	m.Origin = DeploymentOrigin{
		DistributionName: scalarOrEmpty(origin.Value(KeyDistributionName)),
		DistributionID:   scalarOrEmpty(origin.Value(KeyDistributionID)),
		Environment:      scalarOrEmpty(origin.Value(KeyEnvironment)),
		ObjectIdentifier: scalarOrEmpty(origin.Value(KeyObjectIdentifier)),
		StackName:        scalarOrEmpty(origin.Value(KeyStackName)),
		DeploymentName:   scalarOrEmpty(origin.Value(KeyDeploymentName)),
		Source:           DeploymentSource{Bucket: scalarOrEmpty(source.Value(KeySourceBucket)), Prefix: scalarOrEmpty(source.Value(KeySourcePrefix))},
	}
	m.ConfigurationHash = int32Of(members.Value(KeyConfigurationHash))
	m.jobProblem = jobProblem(properties)
	m.originProblem = m.findOriginProblem(members, origin != nil)
	return m, nil
}

// jobProblem refuses a job that would run nothing and succeed.
func jobProblem(properties Members) error {
	var commands []json.RawMessage
	switch {
	case properties == nil:
		return fmt.Errorf("%s of the message is not an object", KeyProperties)
	case json.Unmarshal(properties.Value(KeyCommands), &commands) != nil || commands == nil:
		return fmt.Errorf("%s.%s of the message is not a list", KeyProperties, KeyCommands)
	}
	return nil
}

func (m *Message) findOriginProblem(members Members, hasOrigin bool) error {
	var problems []error
	if m.Metadata.ExecutionARN == "" {
		problems = append(problems, fmt.Errorf("%s.%s of the message is missing", KeyMetadata, KeyExecutionARN))
	}
	if !hasOrigin {
		problems = append(problems, fmt.Errorf("%s of the message is not an object", KeyOrigin))
	}
	if _, err := strconv.ParseInt(scalarText(members.Value(KeyConfigurationHash)), 10, 32); err != nil {
		problems = append(problems, fmt.Errorf("%s of the message is not a whole number of 32 bits", KeyConfigurationHash))
	}
	return errors.Join(problems...)
}

// CheckJob returns why a message that was read is no job.
func (m *Message) CheckJob() error { return m.jobProblem }

// CheckOrigin returns why a message that was read does not say for which deployment and
// configuration its job is.
func (m *Message) CheckOrigin() error { return m.originProblem }

// Input returns the content of ATTINI_INPUT: the payload without the keys about the job
// itself. Keys and values keep their text, numbers their digits.
func (m *Message) Input() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, member := range m.payload {
		switch member.Key {
		case KeyProperties, KeyRunnerConfig, KeyActionType, KeyMetadata:
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(member.Literal)
		b.WriteByte(':')
		if json.Compact(&b, member.Value) != nil {
			b.WriteString("null") // cannot happen: ParseMessage has read it
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// scalarOrEmpty returns the text of a scalar; "" for null and anything else.
func scalarOrEmpty(raw json.RawMessage) string {
	if s := scalarText(raw); s != "null" || strings.HasPrefix(string(raw), `"`) {
		return s
	}
	return ""
}

// scalarText returns the text of a scalar, also of null; "" for lists and objects.
func scalarText(raw json.RawMessage) string {
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) == 0 {
		return ""
	}
	switch trimmed[0] {
	case '[', '{':
		return ""
	case '"':
		return unquote(trimmed)
	}
	return string(trimmed)
}

func scalarList(raw json.RawMessage) []string {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	result := make([]string, len(items))
	for i, item := range items {
		result[i] = scalarText(item)
	}
	return result
}

func scalarMap(raw json.RawMessage) map[string]string {
	items := fieldsOf(raw)
	result := make(map[string]string, len(items))
	for _, item := range items {
		result[item.Key] = scalarText(item.Value)
	}
	return result
}

// int32Of reads a 32-bit integer, also from a string; 0 for anything else.
func int32Of(raw json.RawMessage) int32 {
	value, err := strconv.ParseInt(scalarText(raw), 10, 32)
	if err != nil {
		return 0
	}
	return int32(value)
}
