package localrun

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
)

// Facts are what a deployment would know and a laptop is told.
type Facts struct {
	// Parameters are the stack's, by name.
	Parameters map[string]string
	// Lookups answers what only AWS knows.
	Lookups Lookups
	// Stored has the parameters of the Systems Manager that configuration files name.
	Stored map[string]string
	// StackName, Region and Account fill the pseudo parameters.
	StackName string
	Region    string
	Account   string
	// Distribution names the distribution when no parameter does.
	Distribution string
}

// withDeployment are the parameters, and those that a framework gives the stack by
// itself, where the template has no default and no list of values for them.
func (f Facts) withDeployment(declared *cfn.Node) map[string]string {
	parameters := map[string]string{
		protocol.ParameterEnvironment: local, protocol.ParameterDistribution: cmp.Or(f.Distribution, local), protocol.ParameterDistributionID: local,
	}
	maps.DeleteFunc(parameters, func(name, _ string) bool {
		parameter := declared.Get(name)
		return parameter == nil || parameter.Has("Default") || parameter.Has("AllowedValues") || parameter.Has("AllowedPattern")
	})
	maps.Copy(parameters, f.Parameters)
	return parameters
}

// Lookups is the --lookups file.
type Lookups struct {
	// Imports has Fn::ImportValue's values by export name.
	Imports map[string]string `json:"Imports"`
	// References has resources' values: "Bucket" for Ref, "Bucket.Arn" for
	// Fn::GetAtt.
	References map[string]string `json:"References"`
	// Resolved has dynamic references by their whole text, {{resolve:…}}.
	Resolved map[string]string `json:"Resolved"`
	// Stacks has the outputs of stacks that steps deploy, by the stack's name.
	Stacks map[string]map[string]string `json:"Stacks"`
	// Objects has files in place of objects in S3, by bucket/key.
	Objects map[string]string `json:"Objects"`
}

// ReadLookups reads the JSON of a --lookups file; unknown keys are errors.
func ReadLookups(data []byte) (Lookups, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var lookups Lookups
	if err := decoder.Decode(&lookups); err != nil {
		return Lookups{}, fmt.Errorf(`read lookups (an object with "Imports", "References", "Resolved", "Stacks" and "Objects"): %w`, err)
	}
	return lookups, nil
}

// Defaults of a run that is told nothing: values that are recognised at once
// for not being real.
const (
	DefaultRegion    = "eu-west-1"
	DefaultAccount   = "000000000000"
	DefaultStackName = local
	local            = "local"
)

// values are the facts as the evaluator takes them. The lifecycle function's
// answer, the id of each runner's configuration, is ours to give.
func (f Facts) values(runners []string) cfn.Values {
	references := maps.Clone(f.Lookups.References)
	if references == nil {
		references = map[string]string{}
	}
	for _, runner := range runners {
		references[runner+".ConfigurationId"] = configurationID
	}
	return cfn.Values{
		Parameters: f.Parameters,
		Imports:    f.Lookups.Imports,
		References: references,
		Resolved:   f.Lookups.Resolved,
		Pseudo: map[string]string{
			"AWS::Region":    f.Region,
			"AWS::AccountId": f.Account,
			"AWS::StackName": f.StackName,
			"AWS::StackId":   fmt.Sprintf("arn:aws:cloudformation:%s:%s:stack/%s/local", f.Region, f.Account, f.StackName),
			"AWS::Partition": "aws",
			"AWS::URLSuffix": "amazonaws.com",
		},
	}
}

// configurationID stands in the definition where the lifecycle function's
// answer would.
const configurationID = "v1-local"
