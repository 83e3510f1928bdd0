package lifecycle

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
)

// Defaults of parameters that a stack does not have.
const (
	defaultEnvironment    = "default"
	defaultDistributionID = "latest"
)

// origin is where a plan's distribution comes from: what the framework recorded of the
// stack, or the stack's Attini parameters. A stack without both has no distribution
// (stored is false), and its own name takes the place of the distribution's.
func (l *Lifecycle) origin(ctx context.Context, request PlanRequest) (origin Origin, stored bool, err error) {
	known, err := l.ports.Plans.StackOrigin(ctx, request.StackName)
	if err != nil {
		return Origin{}, false, fmt.Errorf("read the item of the stack %s: %w", request.StackName, err)
	}
	if known.isComplete() {
		return known, true, nil
	}
	stored = request.Parameters[protocol.ParameterDistribution] != "" || request.Parameters[protocol.ParameterDistributionID] != ""
	origin = Origin{
		Environment:      cmp.Or(request.Parameters[protocol.ParameterEnvironment], defaultEnvironment),
		DistributionName: cmp.Or(request.Parameters[protocol.ParameterDistribution], request.StackName),
		DistributionID:   cmp.Or(request.Parameters[protocol.ParameterDistributionID], defaultDistributionID),
	}
	origin.ObjectIdentifier = origin.Environment + "/" + origin.DistributionName + "/" + origin.DistributionID
	return origin, stored, nil
}

// payload is the input of a plan's execution: the deployment's Payload, overridden by the
// plan's PayloadDefaults. If no distribution is stored, it has no object identifier;
// agents then begin jobs with an empty directory.
func (l *Lifecycle) payload(request PlanRequest, origin Origin, stored bool, at time.Time) ([]byte, error) {
	if !stored {
		origin.ObjectIdentifier = ""
	}
	payload, err := Payload(origin, request.StackName, l.settings.ArtifactStore, request.Parameters, at)
	if err != nil {
		return nil, err
	}
	for _, own := range request.defaults.Entries() {
		payload.Set(own.Key, own.Value)
	}
	written, err := payload.MarshalJSON()
	if err != nil {
		return nil, fmt.Errorf("write the plan's payload: %w", err)
	}
	if len(written) > protocol.MaxPayload {
		return nil, fmt.Errorf("write the plan's payload: it has %d bytes with PayloadDefaults and the stack's parameters, and Step Functions takes %d; keep large data in the artifact store",
			len(written), protocol.MaxPayload)
	}
	return written, nil
}

// Payload is what a deployment says of itself in the input of its plans, without
// PayloadDefaults and in the order in which jobs see it. artifactStore is the name of a
// bucket, at is the time of the deployment.
func Payload(origin Origin, stackName, artifactStore string, stackParameters map[string]string, at time.Time) (*cfn.Node, error) {
	text, err := json.Marshal(stackParameters)
	if err != nil {
		return nil, fmt.Errorf("write the plan's payload: %w", err)
	}
	parameters, err := cfn.ReadJSON(text)
	if err != nil {
		return nil, fmt.Errorf("write the plan's payload: %w", err)
	}
	return cfn.Obj(
		cfn.F(protocol.KeyEnvironment, cfn.Str(origin.Environment)),
		cfn.F(protocol.KeyOrigin, cfn.Obj(
			cfn.F(protocol.KeyEnvironment, cfn.Str(origin.Environment)),
			cfn.F(protocol.KeyDistributionName, cfn.Str(origin.DistributionName)),
			cfn.F(protocol.KeyDistributionID, cfn.Str(origin.DistributionID)),
			cfn.F(protocol.KeyDeploymentName, cfn.Str(origin.DeploymentName())),
			cfn.F(protocol.KeyDeploymentTime, cfn.Int(int(at.UnixMilli()))),
			cfn.F(protocol.KeyObjectIdentifier, cfn.Str(origin.ObjectIdentifier)),
			cfn.F(protocol.KeyStackName, cfn.Str(stackName)),
			cfn.F(protocol.KeyDeploymentSource, cfn.Obj(
				cfn.F(protocol.KeySourceBucket, cfn.Str(artifactStore)),
				cfn.F(protocol.KeySourcePrefix, cfn.Str(origin.Environment+"/"+origin.DistributionName+"/"+origin.DistributionID+"/distribution-origin")),
			)),
			cfn.F(protocol.KeyVersion, &cfn.Node{Kind: cfn.Null}),
			cfn.F(protocol.KeyDistributionTags, cfn.Obj()),
			cfn.F(protocol.KeySAMPackaged, cfn.Boolean(false)),
		)),
		cfn.F(protocol.KeyStackParameters, parameters),
		cfn.F(protocol.KeyOutput, cfn.Obj()),
		cfn.F(protocol.KeyDependencies, cfn.Obj()),
		cfn.F(protocol.KeyCustomData, cfn.Obj()),
	), nil
}

// payloadDefaults are the plan's, as JSON.
func (r PlanRequest) payloadDefaults() []byte {
	written, err := r.defaults.MarshalJSON()
	if err != nil { // it was read
		return []byte("{}")
	}
	return written
}
