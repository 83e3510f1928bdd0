package stacks

import (
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// Request is a step's request to deploy a stack.
type Request struct {
	// Token is the step's task token; it is never logged.
	Token           string
	Step, Execution string
	Properties      json.RawMessage
	Origin          Origin
}

// ReadRequest reads a step's request. The error says that it has no task token, so that the
// step cannot be failed.
func ReadRequest(event []byte) (Request, error) {
	var parts struct {
		Properties json.RawMessage
		Input      json.RawMessage `json:"input"`
	}
	step, waits := message.StepOf(event)
	if json.Unmarshal(event, &parts) != nil || !waits {
		return Request{}, errors.New("read the request of a step: it has no task token, so the step cannot be failed; deploy the plan again")
	}
	return Request{
		Token: step.Token, Step: step.Name, Execution: step.Execution,
		Properties: parts.Properties, Origin: ReadOrigin(parts.Input),
	}, nil
}

// ReadOrigin reads which distribution a payload belongs to; what it does not say is empty.
func ReadOrigin(payload []byte) Origin {
	var input struct {
		Environment string `json:"environment"`
		Origin      struct {
			Environment      string `json:"environment"`
			DistributionName string `json:"distributionName"`
			DistributionID   string `json:"distributionId"`
			Source           struct {
				Bucket string `json:"deploymentSourceBucket"`
				Prefix string `json:"deploymentSourcePrefix"`
			} `json:"deploymentSource"`
		} `json:"deploymentOriginData"`
	}
	if json.Unmarshal(payload, &input) != nil {
		return Origin{}
	}
	o := Origin{
		Environment: input.Origin.Environment, DistributionName: input.Origin.DistributionName, DistributionID: input.Origin.DistributionID,
		Bucket: input.Origin.Source.Bucket, Prefix: input.Origin.Source.Prefix,
	}
	if o.Environment == "" {
		o.Environment = input.Environment
	}
	return o
}

// Key returns the key of a file of the distribution; false for a path that leads out of it.
// The directory above that of the files belongs to the distribution, too: jobs put
// templates there.
func (o Origin) Key(file string) (key string, inside bool) {
	key = path.Join(o.Prefix, file)
	return key, o.Prefix != "" && strings.HasPrefix(key, path.Dir(o.Prefix)+"/")
}

// Parameters are those that every stack gets, if its template declares them.
func (o Origin) Parameters(random string) map[string]string {
	return map[string]string{
		protocol.ParameterEnvironment: o.Environment, protocol.ParameterDistribution: o.DistributionName,
		protocol.ParameterDistributionID: o.DistributionID, RandomParameter: random,
	}
}

// RandomParameter is the parameter that has another value in each deployment.
const RandomParameter = "AttiniRandomString"

// Tags are those that every stack gets.
func (o Origin) Tags() map[string]string {
	tags := map[string]string{ResourceTag: ResourceTagValue}
	for name, value := range map[string]string{protocol.ParameterEnvironment: o.Environment, protocol.ParameterDistribution: o.DistributionName} {
		if value != "" {
			tags[name] = value
		}
	}
	return tags
}

// The tag of stacks that steps deploy. The launcher may change no others.
const (
	ResourceTag      = "AttiniResourceType"
	ResourceTagValue = "cloudformation-stack"
)

// String names the step and its execution, without token and payload.
func (r Request) String() string { return fmt.Sprintf("step %q of %s", r.Step, r.Execution) }
