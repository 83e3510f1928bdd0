// Package protocol defines what the launcher and the agent exchange: the
// message that carries a job, the environment variables, the rule for a job's
// output, the error names, and the limits of the services in between.
// docs/wire.md describes all of it. The package uses only the standard library.
package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// The top-level keys of a message.
const (
	KeyProperties        = "Properties"
	KeyRunnerConfig      = "RunnerConfig"
	KeyActionType        = "attiniActionType"
	KeyMetadata          = "deploymentPlanExecutionMetadata"
	KeyOrigin            = "deploymentOriginData"
	KeyConfigurationHash = "taskConfigHashCode"
)

// KeyDeploymentExecution, among a message's metadata, has the execution that the
// deployment has started, where the job's own is another of that deployment.
const KeyDeploymentExecution = "deploymentExecutionArn"

// What a step asks of the launcher, under KeyActionType.
const (
	// ActionExecuteRunner has a job run, and the step wait for it.
	ActionExecuteRunner = "ExecuteRunner"
	// ActionMergeOutput joins the results under KeyBranches into one payload.
	ActionMergeOutput = "MergeOutput"
	// ActionPrewarm starts the runners under KeyRunners; no step waits for it.
	ActionPrewarm = "Prewarm"
)

// The keys of a step's request that are no part of the message made of it.
const (
	// KeyInput has the whole input of a job's step.
	KeyInput = "input"
	// KeyBranches has the results that a merge joins.
	KeyBranches = "branches"
	// KeyRunners has the runners to start: a list of objects as under
	// KeyRunnerConfig.
	KeyRunners = "Runners"
)

type member struct {
	key string
	// literal is the key as the body writes it, in its quotes.
	literal []byte
	value   json.RawMessage
}

// ParseMessage reads a message as the original agent does: a missing text is
// empty, a missing list has nothing in it; in Commands and Environment any
// scalar counts as its text, null as "null", and lists and objects as "".
// Errors never hold any of the body.
func ParseMessage(body []byte) (*Message, error) {
	members, err := objectMembers(body)
	if err != nil {
		return nil, fmt.Errorf("read a job message: %w", err)
	}
	m := &Message{payload: members}
	properties, metadata, origin := m.object(KeyProperties), m.object(KeyMetadata), m.object(KeyOrigin)
	m.Job = Job{Runner: scalarOrEmpty(properties["Runner"]), Commands: scalarList(properties["Commands"]), Environment: scalarMap(properties["Environment"])}
	m.Metadata = ExecutionMetadata{
		TaskToken:              scalarOrEmpty(metadata["sfnToken"]),
		StepName:               scalarOrEmpty(metadata["stepName"]),
		ExecutionARN:           scalarOrEmpty(metadata["executionArn"]),
		DeploymentExecutionARN: scalarOrEmpty(metadata[KeyDeploymentExecution]),
		ExecutionStartTime:     scalarOrEmpty(metadata["executionStartTime"]),
		RetryCount:             int(int32Of(metadata["retryCounter"])),
	}
	source := objectFields(origin["deploymentSource"])
	m.Origin = DeploymentOrigin{
		DistributionName: scalarOrEmpty(origin["distributionName"]),
		DistributionID:   scalarOrEmpty(origin["distributionId"]),
		Environment:      scalarOrEmpty(origin["environment"]),
		ObjectIdentifier: scalarOrEmpty(origin["objectIdentifier"]),
		StackName:        scalarOrEmpty(origin["stackName"]),
		DeploymentName:   scalarOrEmpty(origin["deploymentName"]),
		Source:           DeploymentSource{Bucket: scalarOrEmpty(source["deploymentSourceBucket"]), Prefix: scalarOrEmpty(source["deploymentSourcePrefix"])},
	}
	m.ConfigurationHash = int32Of(m.member(KeyConfigurationHash))
	return m, nil
}

// Input is the document that ATTINI_INPUT names: the payload without what is
// about the job itself. Keys and values keep their text, numbers their digits.
func (m *Message) Input() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for _, member := range m.payload {
		switch member.key {
		case KeyProperties, KeyRunnerConfig, KeyActionType, KeyMetadata:
			continue
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.Write(member.literal)
		b.WriteByte(':')
		if json.Compact(&b, member.value) != nil {
			b.WriteString("null") // ParseMessage has read it, so it compacts
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

func (m *Message) member(key string) json.RawMessage {
	for _, member := range m.payload {
		if member.key == key {
			return member.value
		}
	}
	return nil
}

func (m *Message) object(key string) map[string]json.RawMessage { return objectFields(m.member(key)) }

// objectMembers splits an object into its members; of two equal keys the last
// value counts, in the place of the first.
func objectMembers(body []byte) ([]member, error) {
	if !json.Valid(body) {
		return nil, errors.New("it is not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return nil, errors.New("it is not a JSON object")
	}
	var members []member
	index := map[string]int{}
	for decoder.More() {
		before := decoder.InputOffset()
		token, err := decoder.Token()
		if err != nil {
			return nil, errors.New("a key cannot be read")
		}
		key, _ := token.(string)
		// What stands before a key is blanks, and a comma if it is not the first.
		literal := bytes.TrimLeft(body[before:decoder.InputOffset()], ", \t\r\n")
		var value json.RawMessage
		if err := decoder.Decode(&value); err != nil {
			return nil, errors.New("a value cannot be read")
		}
		if at, twice := index[key]; twice {
			members[at].value = value
			continue
		}
		index[key] = len(members)
		members = append(members, member{key, literal, value})
	}
	if _, err := decoder.Token(); err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.New("its end cannot be read")
	}
	return members, nil
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
