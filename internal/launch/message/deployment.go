package message

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Deployment is the current state of a deployment. The keys are the ARNs of its plans'
// state machines.
type Deployment struct {
	// Executions are the ARNs of the executions that the deployment has started.
	Executions map[string]string
	// Times are when the plan was deployed, to the millisecond.
	Times map[string]time.Time
}

// includes reports whether an execution is one that the deployment has started.
func (d Deployment) includes(execution string) bool {
	for _, started := range d.Executions {
		if started == execution {
			return true
		}
	}
	return false
}

// Admit refuses a request of an earlier deployment than the current one. Executions
// that people start by hand and the children of a distributed Map may belong to the
// current deployment, too. Agents know only the execution that the deployment has
// started, so the message then names that one. The error is a *Failure.
func (r *Request) Admit(deployment Deployment) error {
	machine := StateMachineOf(r.Execution)
	r.planDeployed = deployment.Times[machine]
	if deployment.includes(r.Execution) {
		return nil
	}
	started, deployed := deployment.Executions[machine], deployment.Times[machine]
	at := deployed.UTC().Format(time.RFC3339)
	switch {
	case machine == "" || started == "" || deployed.IsZero():
		return ConfigurationFailure("step %q: its payload names the deployment %q, which has not started the step's plan; begin the plan with the payload that its trigger gives it, or deploy the stack again",
			r.Step, r.deployment)
	case r.executionStart.Before(deployed):
		return ConfigurationFailure("step %q: its plan was deployed again at %s, after this execution began, so no more of its jobs are run; the deployment has started %s", r.Step, at, started)
	case !r.deploymentTime.IsZero() && r.deploymentTime.Before(deployed):
		return ConfigurationFailure("step %q: its payload is of an earlier deployment than the current one, of %s; begin the plan with the input of %s", r.Step, at, started)
	}
	r.startedByDeployment = started
	return nil
}

// Authorize refuses a request whose plan has not got the runner's configuration id from
// the runner's own deployment. The id alone can be read in the state table and in a
// task's environment. A plan that was deployed before the runner had a secret has no
// capability to show: it runs until it is deployed again. Admit comes first. The error
// is a *Failure.
func (r *Request) Authorize(secret configuration.Secret) error {
	switch {
	case secret.Key == "", secret.Allows(r.Configuration, r.Capability):
		return nil
	case r.Capability == "" && r.planDeployed.Before(secret.CreatedAt):
		return nil
	}
	return ConfigurationFailure("step %q: it does not prove that it may use the runner %s: its ConfigurationId is not the one that CloudFormation got for the runner; refer to the Runner's ConfigurationId by Fn::GetAtt, and deploy the stack of the plan again",
		r.Step, r.Runner)
}

// StateMachineOf returns the ARN of an execution's state machine; "" if the ARN is not
// an execution's. The child of a distributed Map has the Map's label after the name:
// arn:aws:states:region:account:execution:NAME/LABEL:ID.
func StateMachineOf(execution string) string {
	parts := strings.Split(execution, ":")
	if len(parts) != 8 || parts[5] != "execution" {
		return ""
	}
	parts[5] = "stateMachine"
	parts[6], _, _ = strings.Cut(parts[6], "/")
	return strings.Join(parts[:7], ":")
}

// messageMetadata returns the message's metadata about the execution.
func (r Request) messageMetadata() json.RawMessage {
	if r.startedByDeployment == "" {
		return r.metadata
	}
	value, err := json.Marshal(r.startedByDeployment)
	if err != nil { // a text
		return r.metadata
	}
	// An object with a task token, so that something is before the comma.
	open := bytes.TrimSuffix(bytes.TrimSpace(r.metadata), []byte("}"))
	return append(append(append(bytes.Clone(open), `,"`+protocol.KeyDeploymentExecution+`":`...), value...), '}')
}
