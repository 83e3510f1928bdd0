// Package configuration is what a deployed runner is started from: the resolved
// values of a Runner, in versions that never change and are named by a hash of
// their content.
package configuration

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/attini-go/runner/agent/protocol"
)

// Configuration is one version of a runner's configuration, with resolved values. The
// lifecycle function stores it when a stack is deployed, and the launcher starts tasks
// and hosts from it. A version never changes; ID is its name.
//
// An absent value is a zero value: the task definition or the agent decides. The JSON
// form omits it, so that a new field changes no id of a configuration without it.
type Configuration struct {
	// StackName and RunnerName are the stack's name and the runner's logical
	// id; together they are the runner's resource name.
	StackName  string `json:"stackName"`
	RunnerName string `json:"runnerName"`
	// QueueURL is the runner's own FIFO queue.
	QueueURL string `json:"queueUrl"`

	Task    Task    `json:"task"`
	Network Network `json:"network,omitzero"`
	// Runner is the documentation's RunnerConfiguration.
	Runner  RunnerConfiguration `json:"runner,omitzero"`
	Startup Startup             `json:"startup,omitzero"`
	// Host is the EC2 host; nil means launch type Fargate.
	Host *Host `json:"host,omitempty"`
	// Isolation is none, or job: each job has a task of its own.
	Isolation string `json:"isolation,omitempty"`
	// SharedWith are the other stacks whose plans may run jobs on the runner: names, or
	// beginnings with "*" at their end. Their order has no meaning.
	SharedWith []string `json:"sharedWith,omitempty"`
}

// Task is the ECS task.
type Task struct {
	// Definition is the task definition's ARN, or its family with an optional
	// revision. A family alone means its latest revision at each start.
	Definition string `json:"definition"`
	// Container is the container of the task definition that runs the agent.
	Container string `json:"container"`
	// Cluster is the cluster's name or ARN.
	Cluster string `json:"cluster"`
	// RoleARN overrides the task definition's task role.
	RoleARN string `json:"roleArn,omitempty"`
	// CPU is in CPU units of 1/1024 vCPU, Memory in MiB; they override the
	// task definition's.
	CPU    int `json:"cpu,omitempty"`
	Memory int `json:"memory,omitempty"`
	// NetworkMode is NetworkModeAWSVPC if the task of a Host has a network interface of
	// its own; otherwise "". On Fargate every task has one.
	NetworkMode string `json:"networkMode,omitempty"`
}

// NetworkModeAWSVPC is the network mode of tasks with a network interface of their own.
const NetworkModeAWSVPC = "awsvpc"

// Network is the documentation's AwsVpcConfiguration. An EC2 host is started
// in one of the subnets.
type Network struct {
	// Subnets and SecurityGroups are ids; their order has no meaning.
	Subnets        []string `json:"subnets,omitempty"`
	SecurityGroups []string `json:"securityGroups,omitempty"`
	// AssignPublicIP is ENABLED or DISABLED; it is not used with a Host.
	AssignPublicIP string `json:"assignPublicIp,omitempty"`
}

// RunnerConfiguration reaches the agent in its environment. Times are in seconds.
type RunnerConfiguration struct {
	MaxConcurrentJobs int    `json:"maxConcurrentJobs,omitempty"`
	IdleTimeToLive    int    `json:"idleTimeToLive,omitempty"`
	JobTimeout        int    `json:"jobTimeout,omitempty"`
	LogLevel          string `json:"logLevel,omitempty"`
}

// Startup is what the agent does before its first job. The agent reads the commands
// from the stored configuration, and checks that its content has the id.
type Startup struct {
	Commands []string `json:"commands,omitempty"`
	// CommandsTimeout is seconds.
	CommandsTimeout int `json:"commandsTimeout,omitempty"`
}

// Host is the EC2 instance of a runner's task, on which no other task runs.
type Host struct {
	// LaunchTemplateID and LaunchTemplateVersion name the launch template of the
	// macro. It has everything about the instance but its subnet, and its type where a
	// fallback is tried.
	LaunchTemplateID      string `json:"launchTemplateId"`
	LaunchTemplateVersion string `json:"launchTemplateVersion"`
	// InstanceType, AMI (an id or a documented name) and InstanceProfile are the
	// Runner's, for messages. The launch template has the values that are used.
	InstanceType string `json:"instanceType"`
	AMI          string `json:"ami,omitempty"`
	// FallbackInstanceTypes are tried in their order when EC2 has no InstanceType.
	FallbackInstanceTypes []string `json:"fallbackInstanceTypes,omitempty"`
	InstanceProfile       string   `json:"instanceProfile,omitempty"`
	// LogGroup is where the host's ECS agent logs.
	LogGroup string `json:"logGroup,omitempty"`
}

// Canonical returns the configuration's JSON text by RFC 8785: sorted keys, no blanks.
// Lists whose order has no meaning are sorted. Equal configurations have equal texts.
func (c Configuration) Canonical() ([]byte, error) {
	c.Network.Subnets = sortedSet(c.Network.Subnets)
	c.Network.SecurityGroups = sortedSet(c.Network.SecurityGroups)
	c.SharedWith = sortedSet(c.SharedWith)
	if len(c.Startup.Commands) == 0 {
		c.Startup.Commands = nil
	}
	text, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("write the runner's configuration: %w", err)
	}
	value := jsontext.Value(text)
	if err := value.Canonicalize(); err != nil {
		return nil, fmt.Errorf("write the runner's configuration: %w", err)
	}
	return value, nil
}

// sortedSet returns a sorted list without duplicates; nil if it is empty.
func sortedSet(values []string) []string {
	if len(values) == 0 {
		return nil
	}
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return slices.Compact(sorted)
}

// ID is "v1-" and 32 hexadecimal digits of the SHA-256 of
// Canonical. It is safe in every place of a state machine's definition.
func (c Configuration) ID() (string, error) {
	text, err := c.Canonical()
	if err != nil {
		return "", err
	}
	return idOf(text), nil
}

// IDPrefix begins every id.
const IDPrefix = protocol.ConfigurationIDPrefix

func idOf(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return IDPrefix + hex.EncodeToString(sum[:])[:protocol.ConfigurationIDDigits]
}

// Hash returns the number by which an agent recognizes the messages of its own
// configuration (ATTINI_CONFIGURATION_HASH). It depends on the id alone, and is never
// 0, which an agent without a hash has.
func Hash(configurationID string) int32 {
	sum := sha256.Sum256([]byte(configurationID))
	hash := int32(binary.BigEndian.Uint32(sum[:4]))
	if hash == 0 {
		return 1
	}
	return hash
}

// Parse reads a stored configuration. It returns an error if the content does not have
// the id under which it is stored.
func Parse(text []byte, id string) (Configuration, error) {
	var c Configuration
	if err := json.Unmarshal(text, &c); err != nil {
		return Configuration{}, fmt.Errorf("read the runner's configuration %s: %w", id, err)
	}
	found := jsontext.Value(slices.Clone(text))
	if err := found.Canonicalize(); err != nil {
		return Configuration{}, fmt.Errorf("read the runner's configuration %s: %w", id, err)
	}
	if got := idOf(found); got != id {
		return Configuration{}, fmt.Errorf("read the runner's configuration %s: its content is that of %s; deploy the stack again", id, got)
	}
	return c, nil
}
