package transform

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/wording"
)

// Facts are an account's answers, written down.
type Facts struct {
	// DefaultSubnets are the ids of the default VPC's subnets.
	DefaultSubnets []string `json:"DefaultSubnets"`
	// SystemsManagerParameters are values by name.
	SystemsManagerParameters map[string]string `json:"SystemsManagerParameters"`
	// Images are AMIs by id.
	Images map[string]compat.Image `json:"Images"`
	// InstanceTypes are EC2 instance types by name.
	InstanceTypes map[string]compat.InstanceType `json:"InstanceTypes"`
}

// Account makes an Account of the facts, without AWS. What they do not have is
// an error that says how to give it.
func (f Facts) Account() Account { return factsFile{f} }

type factsFile struct{ facts Facts }

func (w factsFile) DefaultSubnets(context.Context) ([]string, error) {
	if len(w.facts.DefaultSubnets) == 0 {
		return nil, missingFactError("the default VPC's subnets are", "DefaultSubnets", []string{"subnet-…"})
	}
	return slices.Sorted(slices.Values(w.facts.DefaultSubnets)), nil
}

// Parameters wants one of those asked for: which of them the region has is
// what the question is about.
func (w factsFile) Parameters(_ context.Context, names []string) (map[string]string, error) {
	known := maps.Clone(w.facts.SystemsManagerParameters)
	maps.DeleteFunc(known, func(name, _ string) bool { return !slices.Contains(names, name) })
	if len(known) == 0 {
		return nil, missingFactError("the AMIs that the aliases stand for are", "SystemsManagerParameters", map[string]string{names[0]: "ami-…"})
	}
	return known, nil
}

func (w factsFile) Images(_ context.Context, ids []string) (map[string]compat.Image, error) {
	return pick(w.facts.Images, ids, "AMI", "Images", compat.Image{Architecture: "x86_64", RootDevice: "/dev/xvda"})
}

func (w factsFile) InstanceTypes(_ context.Context, names []string) (map[string]compat.InstanceType, error) {
	return pick(w.facts.InstanceTypes, names, "instance type", "InstanceTypes",
		compat.InstanceType{VCPUs: 2, MemoryMiB: 8192, Architectures: []string{"x86_64"}})
}

func pick[T any](known map[string]T, names []string, kind, section string, example T) (map[string]T, error) {
	examples := map[string]T{}
	for _, name := range names {
		if _, found := known[name]; !found {
			examples[name] = example
		}
	}
	if len(examples) > 0 {
		missing := wording.Listed(slices.Sorted(maps.Keys(examples)))
		return nil, missingFactError("what there is to know of "+kind+" "+missing+" is", section, examples)
	}
	return known, nil
}

// missingFact is the error for a fact that is not there.
type missingFact struct{ what, section, example string }

func (m missingFact) Error() string { return m.what + " known only to AWS" }

// advice says how to give the fact.
func (m missingFact) advice() string {
	return fmt.Sprintf("Give it in the --lookups file: {%q: %s}.", m.section, m.example)
}

func missingFactError(what, section string, example any) error {
	text, err := json.Marshal(example)
	if err != nil {
		return fmt.Errorf("write an example of %s: %w", section, err)
	}
	return missingFact{what, section, string(text)}
}
