package message

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/attini-go/runner/agent/protocol"
)

// PrewarmTarget is a runner to start, and its configuration.
type PrewarmTarget struct{ Runner, Configuration, Capability string }

// ParsePrewarm reads a plan's request to start runners, as the macro writes it:
// {attiniActionType, Runners: [{Runner, ConfigurationId, StackName}]}. Without
// StackName, the stack is that of the payload under input. The error names the
// entries that cannot be resolved; the others are returned.
func ParsePrewarm(event []byte) ([]PrewarmTarget, error) {
	var request struct {
		Runners []runnerReference
		Input   struct {
			Origin struct{ StackName any } `json:"deploymentOriginData"`
		} `json:"input"`
	}
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, fmt.Errorf("read a request to start runners: its %s or %s has a wrong type", protocol.KeyRunners, protocol.KeyInput)
	}
	var wanted []PrewarmTarget
	var problems []error
	for _, reference := range request.Runners {
		if reference.ConfigurationID == noConfiguration {
			continue // the runner's condition is false, so no job of it runs
		}
		runner, problem := reference.resolve(stringValue(request.Input.Origin.StackName))
		if problem != "" {
			problems = append(problems, fmt.Errorf("start a runner ahead: %s", problem))
			continue
		}
		wanted = append(wanted, PrewarmTarget{runner, reference.ConfigurationID, reference.capability})
	}
	return wanted, errors.Join(problems...)
}
