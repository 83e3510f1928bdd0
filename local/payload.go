package local

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"time"
)

// input is the payload that the first step gets: what a deployment would know
// of itself, the plan's PayloadDefaults over it, the user's own over both.
func (d *Deployment) input(distribution string, own json.RawMessage, now time.Time) (json.RawMessage, error) {
	environment := cmp.Or(d.parameters["AttiniEnvironmentName"], "local")
	name := cmp.Or(d.parameters["AttiniDistributionName"], distribution)
	id := cmp.Or(d.parameters["AttiniDistributionId"], "local")
	payload := map[string]any{
		"environment": environment,
		"deploymentOriginData": map[string]any{
			"environment":      environment,
			"distributionName": name,
			"distributionId":   id,
			"deploymentName":   environment + "-" + name,
			"deploymentTime":   now.UnixMilli(),
			"objectIdentifier": environment + "/" + name + "/" + id,
			"stackName":        d.facts.StackName,
			"deploymentSource": map[string]any{
				"deploymentSourceBucket": artifactStore(d.facts),
				"deploymentSourcePrefix": environment + "/" + name + "/" + id + "/distribution-origin",
			},
		},
		"stackParameters": d.parameters,
		"output":          map[string]any{},
		"dependencies":    map[string]any{},
		"customData":      map[string]any{},
	}
	maps.Copy(payload, d.payloadDefaults)
	if len(own) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(own))
		decoder.UseNumber()
		var given map[string]any
		if err := decoder.Decode(&given); err != nil {
			return nil, fmt.Errorf("read the input payload (a JSON object): %w", err)
		}
		maps.Copy(payload, given)
	}
	return json.Marshal(payload)
}

// artifactStore is named as in an account.
func artifactStore(facts Facts) string {
	return "attini-artifact-store-" + facts.Region + "-" + facts.Account
}
