package transform

import (
	"context"
	"errors"
	"slices"
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
func fetchFacts(ctx context.Context, account Account, inventory *Contents, known *cfn.StaticValues) (*facts, problem.List) {
	f := &facts{}
	if account == nil || inventory == nil {
		return f, nil
	}
	var problems problem.List
	var subnetsErr error
	var group sync.WaitGroup
	if slices.ContainsFunc(inventory.Runners, func(r *schema.Runner) bool { return r.AwsVpcConfiguration == nil }) {
		group.Go(func() { f.subnets, subnetsErr = account.DefaultSubnets(ctx) })
	}
	var unanswered []compat.Unanswered
	questions := compat.QuestionsOf(inventory.Runners...)
	for _, runner := range inventory.Runners {
		host := runner.Ec2Configuration
		questions.Aliases = questions.Aliases || host != nil && !host.Ami.Known && mayBeAlias(known, host.Node)
	}
	f.Facts, unanswered = questions.Ask(ctx, account)
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

// mayBeAlias reports whether a host's Ami is an alias under some condition; the
// default, where it is absent, is one.
func mayBeAlias(known *cfn.StaticValues, host *cfn.Node) bool {
	found := false
	chooser{known}.chooseIn(host, "Ami", func(n *cfn.Node) *cfn.Node {
		if n.IsString() {
			_, isAlias := compat.AliasNamed(n.Text)
			found = found || isAlias
		}
		found = found || n == nil
		return orNothing(n)
	})
	return found
}
