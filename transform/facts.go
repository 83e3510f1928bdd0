package transform

import (
	"context"
	"errors"
	"sync"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// RuleAccount is the rule of what the account could not be asked.
const RuleAccount = compat.RuleAccount

// facts are the account's answers for one template. What was not asked is
// empty.
type facts struct {
	compat.Facts
	subnets []string
}

// fetchFacts asks the account for all that the Runners need, each thing once and
// those that do not need each other at the same time.
func fetchFacts(ctx context.Context, account Account, w neededFacts) (*facts, problem.List) {
	f := &facts{}
	if account == nil {
		return f, nil
	}
	var problems problem.List
	var subnetsErr error
	var group sync.WaitGroup
	if w.subnets {
		group.Go(func() { f.subnets, subnetsErr = account.DefaultSubnets(ctx) })
	}
	var unanswered []compat.Unanswered
	f.Facts, unanswered = w.hosts.Ask(ctx, account)
	group.Wait()
	if subnetsErr != nil {
		problems.Add(accountProblem(subnetsErr))
	}
	for _, question := range unanswered {
		problems.Add(accountProblem(question.Err))
	}
	return f, problems
}

// accountProblem is the problem of a question that has no answer.
func accountProblem(err error) problem.Problem {
	p := problem.Problem{Severity: problem.Error, Rule: RuleAccount, Path: "Resources", Message: err.Error()}
	if missing, ok := errors.AsType[missingFact](err); ok {
		p.Advice = missing.advice()
	}
	return p
}

// neededFacts is what the Runners of a template need to know.
type neededFacts struct {
	subnets bool
	hosts   compat.Questions
}

// neededFactsOf finds them for every case of a Runner, and for every branch that
// stays in the output.
func neededFactsOf(contents *Contents, c chooser) neededFacts {
	var w neededFacts
	if contents == nil {
		return w
	}
	var runners []*schema.Runner
	for _, cases := range contents.cases {
		for _, one := range cases {
			runners = append(runners, one.runner)
		}
	}
	w.hosts = compat.QuestionsOf(runners...)
	for _, cases := range contents.cases {
		first := cases[0].runner
		w.subnets = w.subnets || !c.shapeOf(first).network.isAlways()
		c.chooseIn(c.present(first.Resource.At("Properties", "Ec2Configuration")), "Ami", func(n *cfn.Node) *cfn.Node {
			if !c.shapeOf(first).host.isNever() {
				w.ami(n, c)
			}
			return noValue()
		})
	}
	return w
}

// ami adds the AMIs that an Ami as it is written may be.
func (w *neededFacts) ami(n *cfn.Node, c chooser) {
	if n == nil {
		n = cfn.Str(schema.DefaultAmi)
	}
	if values, all := c.known.Values(n); all && len(values) == 1 && values[0].IsString() {
		w.hosts.AddAmi(values[0].Text)
		return
	}
	w.hosts.Aliases = w.hosts.Aliases || len(c.possibleAliases(n)) > 0
}
