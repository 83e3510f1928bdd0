package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/internal/wording"
)

// These bound the work for a template that is far beyond what can be deployed:
// a Runner becomes at least three resources; each step of Attini's types, and
// each value that only the deployment knows, takes about a kilobyte of a state
// machine's definition, of which Step Functions takes a megabyte.
const (
	maxRunners = 1000
	maxSteps   = 5000 // of Attini's types
	maxValues  = 5000
)

// tooMany reports a template with more Runners or steps than are expanded.
func tooMany(contents *Contents, resources *cfn.Node) problem.List {
	var problems problem.List
	if count := len(contents.Runners); count > maxRunners {
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: RuleLimit, Path: "Resources", Place: resources.Place,
			Message: fmt.Sprintf("the template has %d Runners (at most %d); CloudFormation takes %d resources", count, maxRunners, quota.Resources),
			Advice:  "Let steps share Runners: one Runner serves any number of steps.",
		})
	}
	if contents.Plan == nil || contents.Plan.Machine == nil {
		return problems
	}
	if count := len(attiniSteps(contents.Plan).Items); count > maxSteps {
		problems.Add(overLimit(contents.Plan, fmt.Sprintf("has %d steps of Attini's types (at most %d)", count, maxSteps)))
	}
	return problems
}

// overLimit is the Error for a plan that would make too large a definition.
func overLimit(p *plan.Plan, what string) problem.Problem {
	return problem.Problem{
		Severity: problem.Error, Rule: RuleLimit, Path: p.Path.String(), Place: p.Resource.Place,
		Message: "Plan " + wording.Quote(p.Name) + ": " + what + "; Step Functions takes a definition of 1 MB",
		Advice:  "Join commands into fewer steps, or put a part of the plan into a stack of its own.",
	}
}

// RuleLimit is the rule of what CloudFormation's quotas refuse.
const RuleLimit = "limit"

// limits warns of what CloudFormation or Step Functions will refuse in the expanded
// template, or nearly. It is no Error, since quotas grow.
func limits(expanded *cfn.Node, p *plan.Plan) problem.List {
	problems := counts(expanded)
	problems.Add(sizes(expanded, p)...)
	return problems
}
