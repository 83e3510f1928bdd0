// Package protocol defines what the launcher and the agent exchange: the
// message that carries a job, the environment variables, the rule for a job's
// output, the error names, and the limits of the services in between.
// docs/wire.md describes all of it. The package uses only the standard library.
package protocol

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
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
	payload Members
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
	TaskToken    string
	StepName     string
	ExecutionARN string
	// DeploymentExecutionARN is the execution that the deployment has started,
	// where this one is another of that deployment; else "".
	DeploymentExecutionARN string
	ExecutionStartTime     string
	RetryCount             int
}

// DeploymentOrigin says which distribution is being deployed, and from where.
type DeploymentOrigin struct {
	DistributionName string
	DistributionID   string
	Environment      string
	// ObjectIdentifier names the content of the distribution's archive; "" where
	// none is stored.
	ObjectIdentifier string
	StackName        string
	DeploymentName   string
	Source           DeploymentSource
}

// DeploymentSource is the place of the distribution's archive in S3.
type DeploymentSource struct {
	Bucket string
	Prefix string
}

// ParseMessage reads a message as the original agent does: a missing text is
// empty, a missing list has nothing in it; in Commands and Environment any
// scalar counts as its text, null as "null", and lists and objects as "".
// Errors never hold any of the body.
func ParseMessage(body []byte) (*Message, error) {
	members, err := SplitObject(body)
	if err != nil {
		return nil, fmt.Errorf("read a job message: %w", err)
	}
	m := &Message{payload: members}
	properties, metadata, origin := objectFields(members.Value(KeyProperties)), objectFields(members.Value(KeyMetadata)), objectFields(members.Value(KeyOrigin))
	m.Job = Job{Runner: scalarOrEmpty(properties[KeyRunner]), Commands: scalarList(properties[KeyCommands]), Environment: scalarMap(properties[KeyJobVariables])}
	m.Metadata = ExecutionMetadata{
		TaskToken:              scalarOrEmpty(metadata[KeyTaskToken]),
		StepName:               scalarOrEmpty(metadata[KeyStepName]),
		ExecutionARN:           scalarOrEmpty(metadata[KeyExecutionARN]),
		DeploymentExecutionARN: scalarOrEmpty(metadata[KeyDeploymentExecution]),
		ExecutionStartTime:     scalarOrEmpty(metadata[KeyExecutionStartTime]),
		RetryCount:             int(int32Of(metadata[KeyRetryCount])),
	}
	source := objectFields(origin[KeyDeploymentSource])
	m.Origin = DeploymentOrigin{
		DistributionName: scalarOrEmpty(origin[KeyDistributionName]),
		DistributionID:   scalarOrEmpty(origin[KeyDistributionID]),
		Environment:      scalarOrEmpty(origin[KeyEnvironment]),
		ObjectIdentifier: scalarOrEmpty(origin[KeyObjectIdentifier]),
		StackName:        scalarOrEmpty(origin[KeyStackName]),
		DeploymentName:   scalarOrEmpty(origin[KeyDeploymentName]),
		Source:           DeploymentSource{Bucket: scalarOrEmpty(source[KeySourceBucket]), Prefix: scalarOrEmpty(source[KeySourcePrefix])},
	}
	m.ConfigurationHash = int32Of(members.Value(KeyConfigurationHash))
	return m, nil
}

// Input is the document that ATTINI_INPUT names: the payload without what is
// about the job itself. Keys and values keep their text, numbers their digits.
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
			b.WriteString("null") // ParseMessage has read it, so it compacts
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

func objectFields(raw json.RawMessage) map[string]json.RawMessage {
	var result map[string]json.RawMessage
	if json.Unmarshal(raw, &result) != nil {
		return nil
	}
	return result
}

// scalarOrEmpty is the text of a scalar; "" for what is missing, null or no scalar.
func scalarOrEmpty(raw json.RawMessage) string {
	if s := scalarText(raw); s != "null" || strings.HasPrefix(string(raw), `"`) {
		return s
	}
	return ""
}

// scalarText is the text of any scalar, null included; "" for lists and objects.
func scalarText(raw json.RawMessage) string {
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) == 0 {
		return ""
	}
	switch trimmed[0] {
	case '[', '{':
		return ""
	case '"':
		var s string
		if json.Unmarshal(trimmed, &s) != nil {
			return ""
		}
		return s
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
	items := objectFields(raw)
	result := make(map[string]string, len(items))
	for key, item := range items {
		result[key] = scalarText(item)
	}
	return result
}

// int32Of reads a signed 32-bit integer, also out of a string; 0 for others.
func int32Of(raw json.RawMessage) int32 {
	value, err := strconv.ParseInt(scalarText(raw), 10, 32)
	if err != nil {
		return 0
	}
	return int32(value)
}
