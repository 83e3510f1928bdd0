package message

import (
	"encoding/json"

	"github.com/attini-go/runner/agent/protocol"
)

// Step is the step that a request comes from.
type Step struct {
	// Token is its task token; it is never logged.
	Token string
	// Name is the step's, Execution the ARN of its execution.
	Name, Execution string
}

// StepOf reads which step a request comes from, of a job or of anything else that the
// launcher does. ok is false for a request without a task token.
func StepOf(event []byte) (step Step, ok bool) {
	var parts map[string]json.RawMessage
	if json.Unmarshal(event, &parts) != nil {
		return Step{}, false
	}
	metadata := objectFields(longMetadata(parts[protocol.KeyMetadata]))
	step = Step{
		Token: stringValue(metadata[protocol.KeyTaskToken]), Name: stringValue(metadata[protocol.KeyStepName]),
		Execution: stringValue(metadata[protocol.KeyExecutionARN]),
	}
	return step, step.Token != ""
}
