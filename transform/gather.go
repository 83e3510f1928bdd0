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
const RuleAccount = "account"

// facts are the account's answers for one template. What was not asked is
// empty.
type facts struct {
	subnets    []string
	parameters map[string]string
	images     map[string]compat.Image
	types      map[string]compat.InstanceType
}

// fetchFacts asks the account for all that the Runners need, each thing once and
// those that do not need each other at the same time.
func fetchFacts(ctx context.Context, account Account, inventory *Contents, known *cfn.StaticValues) (*facts, problem.List) {
	f := &facts{}
	if account == nil || inventory == nil {
		return f, nil
	}
	w := neededFactsOf(inventory.Runners, known)
	var failures [3]error
	var group sync.WaitGroup
	ask := func(slot int, wanted bool, question func() error) {
		if wanted {
			group.Go(func() { failures[slot] = question() })
		}
	}
	ask(0, w.subnets, func() (err error) {
		f.subnets, err = account.DefaultSubnets(ctx)
		return err
	})
	ask(1, len(w.types) > 0, func() (err error) {
		f.types, err = account.InstanceTypes(ctx, w.types)
		return err
	})
	// The images' ids come from the parameters.
	ask(2, w.aliases || len(w.images) > 0, func() (err error) {
		if w.aliases {
			if f.parameters, err = account.Parameters(ctx, compat.AliasParameters()); err != nil {
				return err
			}
		}
		if ids := w.imageIDs(f.parameters); len(ids) > 0 {
			f.images, err = account.Images(ctx, ids)
		}
		return err
	})
	group.Wait()
	var problems problem.List
	for _, err := range failures {
		if err != nil {
			problems.Add(accountProblem(err))
		}
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
	aliases bool
	// types and images are sorted and unique; named are the aliases in use.
	types, images []string
	aliasesInUse  []compat.Alias
}

func neededFactsOf(runners []*schema.Runner, known *cfn.StaticValues) neededFacts {
	var w neededFacts
	for _, runner := range runners {
		w.subnets = w.subnets || runner.AwsVpcConfiguration == nil
		host := runner.Ec2Configuration
		if host == nil {
			continue
		}
		if host.InstanceType.Known {
			w.types = append(w.types, host.InstanceType.Literal)
		}
		if !host.Ami.Known {
			w.aliases = w.aliases || mayBeAlias(known, host.Node)
			continue
		}
		if alias, isAlias := compat.AliasNamed(host.Ami.Literal); isAlias {
			w.aliases = true
			w.aliasesInUse = append(w.aliasesInUse, alias)
		} else {
			w.images = append(w.images, host.Ami.Literal)
		}
	}
	slices.Sort(w.types)
	w.types = slices.Compact(w.types)
	return w
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

// imageIDs are the AMIs that are named, and those that the aliases stand for.
func (w neededFacts) imageIDs(parameters map[string]string) []string {
	ids := slices.Clone(w.images)
	for _, alias := range w.aliasesInUse {
		if id, _, found := alias.Resolve(parameters); found {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
