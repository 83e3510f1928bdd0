package launch

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/bootstrap"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/quota"
)

// MaxOverrides is the greatest size of a RunTask's overrides in characters,
// JSON's own included (ECS API reference, TaskOverride).
const MaxOverrides = quota.TaskOverrides

// Launch types of ECS.
const (
	launchFargate = "FARGATE"
	launchEC2     = "EC2"
)

// TaskRequest asks for a task. Two requests for the same start are equal.
type TaskRequest struct {
	// Token is the idempotency token, at most 64 characters.
	Token      string
	Cluster    string
	Definition string
	// LaunchType is FARGATE or EC2.
	LaunchType string
	Group      string
	StartedBy  string
	Overrides  Overrides
	// Network is nil for a task that has its host's.
	Network *configuration.Network
	// Constraints are expressions that the container instance must meet.
	Constraints []string
}

// Overrides are what a task has in place of its definition's, in ECS's JSON
// form.
type Overrides struct {
	CPU         string               `json:"cpu,omitempty"`
	Memory      string               `json:"memory,omitempty"`
	TaskRoleARN string               `json:"taskRoleArn,omitempty"`
	Containers  []ContainerOverrides `json:"containerOverrides"`
}

// ContainerOverrides are those of one container.
type ContainerOverrides struct {
	Name        string     `json:"name"`
	Command     []string   `json:"command"`
	Environment []Variable `json:"environment"`
}

// Variable is an environment variable.
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Settings are passed to every task of this installation.
type Settings struct {
	Account, Region string
	// DeployDataTable and ResourceStateTable are DynamoDB tables, ArtifactStore
	// is a bucket.
	DeployDataTable, ResourceStateTable, ArtifactStore string
	// Agent is which agent the containers become.
	Agent     bootstrap.Agent
	Bootstrap bootstrap.Shell
}

// taskRequest is the request for a runner's task, without its token; host is
// its EC2 host. The error is a *Failure.
func (s Settings) taskRequest(r runner, host string) (TaskRequest, error) {
	c := r.configuration
	request := TaskRequest{
		Cluster: c.Task.Cluster, Definition: c.Task.Definition, LaunchType: launchFargate,
		Group: configuration.Group(r.name), StartedBy: startedBy(host), Network: &c.Network,
		Overrides: Overrides{
			CPU: formatNonZero(c.Task.CPU), Memory: formatNonZero(c.Task.Memory), TaskRoleARN: c.Task.RoleARN,
			Containers: []ContainerOverrides{{
				Name: c.Task.Container, Command: s.Bootstrap.Command(s.Agent), Environment: s.environment(r, host),
			}},
		},
	}
	if host != "" {
		request.LaunchType = launchEC2
		request.Network = hostNetwork(c)
		request.Constraints = []string{
			"attribute:runnerResourceName == " + r.name,
			// Another host of the runner may still be there, with its task.
			"ec2InstanceId == " + host,
		}
	}
	if size := request.Overrides.size(); size > MaxOverrides {
		return TaskRequest{}, message.ConfigurationFailure("Runner %q: its task's overrides (command, environment, sizes and role) have %d characters, and ECS takes %d; "+
			"shorten the names of stack, Runner, queue or role", c.RunnerName, size, MaxOverrides)
	}
	return request, nil
}

// hostNetwork is the network of a task on an EC2 host: nil unless it has a network
// interface of its own, which on EC2 never has a public address.
func hostNetwork(c configuration.Configuration) *configuration.Network {
	if c.Task.NetworkMode != configuration.NetworkModeAWSVPC {
		return nil
	}
	return &configuration.Network{Subnets: c.Network.Subnets, SecurityGroups: c.Network.SecurityGroups}
}

// size is the size as ECS counts it.
func (o Overrides) size() int {
	text, err := json.Marshal(o)
	if err != nil { // a text in it is no UTF-8, which ECS will say
		return len(fmt.Sprint(o))
	}
	return utf8.RuneCount(text)
}

// environment returns the task's variables (docs/wire.md, "Task environment").
// They contain nothing of a job, so that a repeated start asks ECS for the same
// task.
func (s Settings) environment(r runner, host string) []Variable {
	c := r.configuration
	all := []Variable{
		{protocol.EnvQueueURL, c.QueueURL},
		{protocol.EnvDeployDataTable, s.DeployDataTable},
		{protocol.EnvResourceStateTable, s.ResourceStateTable},
		{protocol.EnvConfigurationHash, strconv.Itoa(int(configuration.Hash(r.id)))},
		{protocol.EnvConfigurationID, r.id},
		{protocol.EnvRunnerResourceName, r.name},
		{protocol.EnvDisableANSIColor, "true"},
		{protocol.EnvAccount, s.Account},
		{protocol.EnvRegion, s.Region},
		{protocol.EnvArtifactStore, s.ArtifactStore},
	}
	startupCommands := ""
	if len(c.Startup.Commands) == 0 {
		startupCommands = protocol.NoStartupCommands
	}
	for _, optional := range []Variable{
		{protocol.EnvStartupCommands, startupCommands},
		{protocol.EnvStartupTimeout, formatNonZero(c.Startup.CommandsTimeout)},
		{protocol.EnvIdleTimeToLive, formatNonZero(c.Runner.IdleTimeToLive)},
		{protocol.EnvIsolation, c.Isolation},
		{protocol.EnvMaxConcurrentJobs, formatNonZero(c.Runner.MaxConcurrentJobs)},
		{protocol.EnvJobTimeout, formatNonZero(c.Runner.JobTimeout)},
		{protocol.EnvLogLevel, c.Runner.LogLevel},
		{protocol.EnvTokenKey, r.tokenKey()},
		{protocol.EnvHostID, host},
	} {
		if optional.Value != "" {
			all = append(all, optional)
		}
	}
	return all
}

// tokenKey is the key for the tokens of the runner's claims; "" without a secret.
func (r runner) tokenKey() string {
	if r.secret == nil || r.secret.Key == "" {
		return ""
	}
	key, err := protocol.TokenKey(r.secret.Key)
	if err != nil { // of no secret that the lifecycle function makes
		return ""
	}
	return key
}

// formatNonZero returns a number's text; "" for 0, an absent number.
func formatNonZero(number int) string {
	if number == 0 {
		return ""
	}
	return strconv.Itoa(number)
}

// TaskStatus is a task as ECS or an event describes it.
type TaskStatus struct {
	ARN     string
	Cluster string
	Group   string
	// StartedBy is the request's.
	StartedBy string
	// LastStatus is the task's status, DesiredStatus the one that it shall reach:
	// RUNNING or STOPPED.
	LastStatus, DesiredStatus string
	// StopCode and StopReason are ECS's, of a task that stops.
	StopCode, StopReason string
	Containers           []ContainerStatus
	// CreatedAt is when ECS was asked for it; an event does not say it.
	CreatedAt time.Time
}

// ContainerStatus is how a container of a task ended.
type ContainerStatus struct {
	Name string
	// Ended means that it has an ExitCode.
	Ended    bool
	ExitCode int
	Reason   string
}

// isUsable reports whether a task can take jobs, now or once it has started.
func (t TaskStatus) isUsable() bool {
	switch t.LastStatus {
	case "PROVISIONING", "PENDING", "ACTIVATING", "RUNNING":
		return t.DesiredStatus == "RUNNING" || t.DesiredStatus == ""
	}
	return false
}

// hasEnded reports whether nothing of a task runs any more.
func (t TaskStatus) hasEnded() bool { return t.LastStatus == "STOPPED" || t.LastStatus == "DELETED" }

// stopDescription is why a task stopped, for people.
func (t TaskStatus) stopDescription() string {
	parts := []string{}
	for _, part := range []string{t.StopCode, t.StopReason} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		parts = append(parts, "ECS gives no reason")
	}
	text := strings.Join(parts, ": ")
	for _, container := range t.Containers {
		switch {
		case container.Ended && container.ExitCode != 0 || container.Ended && container.Reason != "":
			text += fmt.Sprintf("; container %s: exit code %d", container.Name, container.ExitCode)
			if meaning := bootstrap.ExitReason(container.ExitCode); meaning != "" {
				text += " (" + meaning + ")"
			}
			if container.Reason != "" {
				text += ", " + container.Reason
			}
		case container.Reason != "":
			text += fmt.Sprintf("; container %s: %s", container.Name, container.Reason)
		}
	}
	return text
}

// stopErrorName is a stop code as the original names the failure: TaskFailedToStart
// is TASK_FAILED_TO_START.
func (t TaskStatus) stopErrorName() string {
	if t.StopCode == "" {
		return "unknown stop code"
	}
	var name strings.Builder
	for i, letter := range t.StopCode {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(letter)
	}
	return strings.ToUpper(name.String())
}
