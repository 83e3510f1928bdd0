package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// CloudFormation's limits of a processed template (its user guide, "Quotas").
const maxResources = 500

// RuleLimit is the rule of what CloudFormation's quotas refuse.
const RuleLimit = "limit"

// limits warns of what CloudFormation will refuse in the expanded template. It
// is no Error, since quotas grow.
func limits(expanded *cfn.Node) problem.List {
	resources := expanded.Get("Resources")
	count := len(resources.Fields)
	if count <= maxResources {
		return nil
	}
	return problem.List{{
		Severity: problem.Warning, Rule: RuleLimit, Path: "Resources", Place: resources.Place,
		Message: fmt.Sprintf("the expanded template has %d resources; CloudFormation takes at most %d", count, maxResources),
		Advice:  "Move resources into a stack of their own, or let Runners share: one Runner serves any number of steps.",
	}}
}
