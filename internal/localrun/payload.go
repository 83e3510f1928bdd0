package localrun

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/lifecycle"
)

// input is the payload that the first step gets: what a deployment would know
// of itself, the plan's PayloadDefaults over it, the user's own over both.
func (d *Deployment) input(own json.RawMessage, now time.Time) (json.RawMessage, error) {
	origin := lifecycle.Origin{
		Environment:      cmp.Or(d.parameters[protocol.ParameterEnvironment], local),
		DistributionName: cmp.Or(d.parameters[protocol.ParameterDistribution], d.facts.Distribution, local),
		DistributionID:   cmp.Or(d.parameters[protocol.ParameterDistributionID], local),
	}
	origin.ObjectIdentifier = origin.Environment + "/" + origin.DistributionName + "/" + origin.DistributionID
	payload, err := lifecycle.Payload(origin, d.facts.StackName, artifactStore(d.facts), d.parameters, now)
	if err != nil {
		return nil, err
	}
	over := []*cfn.Node{d.payloadDefaults}
	if len(own) > 0 {
		given, err := cfn.ReadJSON(own)
		if err == nil && !given.IsMap() {
			err = errors.New("it is no JSON object")
		}
		if err != nil {
			return nil, fmt.Errorf("read the input payload: %w", err)
		}
		over = append(over, given)
	}
	return overlay(payload, over).MarshalJSON()
}

// overlay lays objects over another, in the order of their fields.
func overlay(object *cfn.Node, over []*cfn.Node) *cfn.Node {
	index := map[string]int{} // a payload may have very many fields
	for i, field := range object.Fields {
		index[field.Key] = i
	}
	for _, fields := range over {
		for _, field := range fields.Entries() {
			if i, known := index[field.Key]; known {
				object.Fields[i].Value = field.Value
				continue
			}
			index[field.Key] = len(object.Fields)
			object.Fields = append(object.Fields, field)
		}
	}
	return object
}

// artifactStore is named as in an account.
func artifactStore(facts Facts) string {
	return "attini-artifact-store-" + facts.Region + "-" + facts.Account
}
