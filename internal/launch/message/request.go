package message

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/tooljob"
)

// Request is a step's request to run a job, as the macro writes the step:
// {attiniActionType, RunnerConfig{Runner, ConfigurationId}, Properties,
// deploymentPlanExecutionMetadata, input}.
type Request struct {
	// Token is the step's task token; it is never logged.
	Token string
	// Step and Execution are the names of the step and of its execution.
	Step, Execution string
	// Runner is the runner's resource name, Configuration the id of the
	// configuration that the execution began with.
	Runner, Configuration string
	// Capability proves that the step's plan was deployed with the configuration; ""
	// if the plan was deployed before there were any. It is never logged.
	Capability string

	properties, metadata, config json.RawMessage
	input                        protocol.Members

	// deployment is the deployment's name in its table. deploymentTime is the payload's
	// time of the deployment, executionStart is when the execution began; zero if the
	// request does not say.
	deployment                     string
	deploymentTime, executionStart time.Time
	// ErrorNames are the error names by cause that the step's plan handles.
	ErrorNames string

	// startedByDeployment is the execution that the deployment has started, if this is
	// another one.
	startedByDeployment string
	// planDeployed is when the plan was deployed; zero if this is not recorded.
	planDeployed time.Time
}

// Deployment returns the name of the payload's deployment in the deployment table.
func (r Request) Deployment() string { return r.deployment }

// StateMachine returns the ARN of the execution's state machine; "" if the execution is
// not one.
func (r Request) StateMachine() string { return StateMachineOf(r.Execution) }

// DeploymentOf returns the name of a payload's deployment in the deployment table; "-"
// if the payload has no origin.
func DeploymentOf(payload []byte) string {
	origin, _ := objectFields(payload)[protocol.KeyOrigin].(map[string]any)
	return deploymentName(origin)
}

func deploymentName(origin map[string]any) string {
	return protocol.DeploymentName(stringValue(origin[protocol.KeyEnvironment]), stringValue(origin[protocol.KeyDistributionName]))
}

// String names the step and its execution, without token and payload.
func (r Request) String() string { return fmt.Sprintf("step %q of %s", r.Step, r.Execution) }

// noConfiguration is the id that the macro writes for a runner whose condition is
// false.
const noConfiguration = "none"

// runnerReference names a runner and its configuration in a request. Without
// StackName, the stack is that of the payload's origin.
type runnerReference struct {
	Runner          string
	ConfigurationID string `json:"ConfigurationId"`
	StackName       string
	// ErrorNames are the error names by cause that the step's plan handles.
	ErrorNames string `json:",omitempty"`

	// capability is what the id has after it. No message has it: other runners' roles
	// can read a queue.
	capability string
}

// ConfigurationIDOf returns the id of the configuration that a message names; "" if
// it names none.
func ConfigurationIDOf(body []byte) string {
	var parts struct{ RunnerConfig runnerReference }
	if json.Unmarshal(body, &parts) != nil {
		return ""
	}
	return parts.RunnerConfig.ConfigurationID
}

// ParseRequest reads a step's request and checks everything that needs no call of AWS.
// If it returns a *Failure, the step fails with it; the request has its Token and Step
// as far as they could be read. No error contains any of the payload.
func ParseRequest(event []byte) (Request, error) {
	parts, err := protocol.SplitObject(event)
	if err != nil {
		return Request{}, errors.New("read a step's request: it is no JSON object")
	}
	r := Request{
		properties: parts.Value(protocol.KeyProperties), metadata: longMetadata(parts.Value(protocol.KeyMetadata)), config: parts.Value(protocol.KeyRunnerConfig),
	}
	var reference runnerReference
	if json.Unmarshal(r.config, &reference) == nil {
		r.ErrorNames, r.Capability, r.config = reference.ErrorNames, reference.capability, longConfig(r.config, reference)
	} else {
		reference = runnerReference{} // part of it may have been read
	}
	metadata := objectFields(r.metadata)
	r.Token, r.Step, r.Execution = stringValue(metadata[protocol.KeyTaskToken]), stringValue(metadata[protocol.KeyStepName]), stringValue(metadata[protocol.KeyExecutionARN])
	if r.Token == "" {
		return r, fmt.Errorf("read the request of %s: it has no task token, so the step cannot be failed; deploy the plan again", r)
	}
	r.executionStart = parseTime(metadata[protocol.KeyExecutionStartTime])
	if err := r.readInput(parts.Value(protocol.KeyInput), reference); err != nil {
		return r, err
	}
	var action string
	if json.Unmarshal(parts.Value(protocol.KeyActionType), &action) == nil && tooljob.IsAction(action) {
		job, err := tooljob.Commands(action, r.properties, parts.Value(protocol.KeyInput))
		if err != nil {
			return r, &Failure{Name: ErrorFormat, Cause: fmt.Sprintf("step %q: %s", r.Step, err)}
		}
		r.properties = job
	}
	if err := r.checkProperties(); err != nil {
		return r, err
	}
	r.properties = withRunner(r.properties, reference.Runner)
	return r, nil
}

// objectFields returns an object's members by their exact names, as the agent reads
// them; nil for another value.
func objectFields(object json.RawMessage) map[string]any {
	var found map[string]any
	if json.Unmarshal(object, &found) != nil {
		return nil
	}
	return found
}

func stringValue(value any) string {
	s, _ := value.(string)
	return s
}

// parseTime reads a time of the context object; zero for another value.
func parseTime(value any) time.Time {
	at, err := time.Parse(time.RFC3339, stringValue(value))
	if err != nil {
		return time.Time{}
	}
	return at
}

// readInput reads the step's input, and which runner and deployment it is for.
func (r *Request) readInput(input json.RawMessage, reference runnerReference) error {
	members, err := protocol.SplitObject(input)
	if err != nil {
		return ConfigurationFailure("step %q: its input is no JSON object but %s; after a Parallel or a Map, merge its results with an AttiniMergeOutput step first", r.Step, kindOf(input))
	}
	r.input = members
	if size := len(input); size > protocol.MaxPayload {
		return ConfigurationFailure("step %q: its input has %d bytes, and a state's may have %d; keep large data in the artifact store", r.Step, size, protocol.MaxPayload)
	}
	origin := objectFields(members.Value(protocol.KeyOrigin))
	if origin == nil {
		return ConfigurationFailure("step %q: its input has no object %s, by which the runner knows what it deploys; keep it where InputPath, ItemSelector, Parameters or ResultPath change the payload", r.Step, protocol.KeyOrigin)
	}
	if reference.Runner == "" || reference.ConfigurationID == "" {
		return ConfigurationFailure("step %q: its %s does not name a Runner and its ConfigurationId; deploy the plan again", r.Step, protocol.KeyRunnerConfig)
	}
	runner, problem := reference.resolve(stringValue(origin[protocol.KeyStackName]))
	if problem != "" {
		return ConfigurationFailure("step %q: %s", r.Step, problem)
	}
	r.Runner, r.Configuration = runner, reference.ConfigurationID
	r.deployment = deploymentName(origin)
	if milliseconds, told := origin[protocol.KeyDeploymentTime].(float64); told {
		r.deploymentTime = time.UnixMilli(int64(milliseconds))
	}
	return nil
}

// resolve returns the runner's resource name, or what is wrong with the reference.
func (f runnerReference) resolve(originStack string) (runner, problem string) {
	stack := cmp.Or(f.StackName, originStack)
	switch {
	case stack == "":
		return "", fmt.Sprintf("the payload's %s has no stackName, so it does not say which stack has Runner %q; start the plan with the payload that its trigger gives it", protocol.KeyOrigin, f.Runner)
	case f.ConfigurationID == noConfiguration:
		return "", fmt.Sprintf("Runner %q is not deployed, since its Condition is false; give the step's state machine the same Condition, or the step another Runner", f.Runner)
	case !strings.HasPrefix(f.ConfigurationID, configuration.IDPrefix):
		return "", fmt.Sprintf("Runner %q has no configuration %q; deploy the stack again", f.Runner, f.ConfigurationID)
	}
	return configuration.ResourceName(stack, f.Runner), ""
}

// checkProperties refuses properties that an agent could not run as they are written.
func (r *Request) checkProperties() error {
	properties, err := protocol.SplitObject(r.properties)
	if err != nil {
		return &Failure{Name: ErrorFormat, Cause: fmt.Sprintf("step %q: Properties must be an object, not %s", r.Step, kindOf(r.properties))}
	}
	problems := append(commandProblems(properties.Value(protocol.KeyCommands)), environmentProblems(properties.Value(protocol.KeyJobVariables))...)
	if len(problems) > 0 {
		return &Failure{Name: ErrorFormat, Cause: fmt.Sprintf("step %q: %s", r.Step, strings.Join(problems, "; "))}
	}
	return nil
}

func commandProblems(raw json.RawMessage) []string {
	var commands []json.RawMessage
	switch {
	case raw == nil:
		return []string{"Commands is required"}
	case kindOf(raw) != "a list" || json.Unmarshal(raw, &commands) != nil:
		return []string{"Commands must be a list of texts, not " + kindOf(raw)}
	}
	var problems []string
	for i, command := range commands {
		if !isScalar(command) {
			problems = append(problems, fmt.Sprintf("Commands[%d] must be a text, not %s", i, kindOf(command)))
		}
	}
	return problems
}

func environmentProblems(raw json.RawMessage) []string {
	if raw == nil || kindOf(raw) == "null" {
		return nil
	}
	if kindOf(raw) != "an object" {
		return []string{"Environment must be an object of texts, not " + kindOf(raw)}
	}
	members, err := protocol.SplitObject(raw)
	if err != nil {
		return []string{"Environment cannot be read"}
	}
	var problems []string
	for _, m := range members {
		if !isScalar(m.Value) {
			problems = append(problems, fmt.Sprintf("Environment[%s] must be a text, not %s", m.Key, kindOf(m.Value)))
		}
	}
	return problems
}

func isScalar(raw json.RawMessage) bool {
	kind := kindOf(raw)
	return kind != "a list" && kind != "an object" && kind != "nothing"
}

// kindOf names the type of a JSON value.
func kindOf(raw json.RawMessage) string {
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) == 0 {
		return "nothing"
	}
	switch trimmed[0] {
	case '{':
		return "an object"
	case '[':
		return "a list"
	case '"':
		return "a text"
	case 't', 'f':
		return "a boolean"
	case 'n':
		return "null"
	}
	return "a number"
}
