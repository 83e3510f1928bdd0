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
func fetchFacts(ctx context.Context, account Account, w neededFacts) (*facts, problem.List) {
	f := &facts{}
	if account == nil {
		return f, nil
	}
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

// neededFactsOf finds them for every case of a Runner, and for every branch that
// stays in the output.
func neededFactsOf(inventory *Contents, c chooser) neededFacts {
	var w neededFacts
	if inventory == nil {
		return w
	}
	for _, cases := range inventory.cases {
		first := cases[0].runner
		w.subnets = w.subnets || !c.shapeOf(first).network.isAlways()
		c.chooseIn(c.present(first.Resource.At("Properties", "Ec2Configuration")), "Ami", func(n *cfn.Node) *cfn.Node {
			if !c.shapeOf(first).host.isNever() {
				w.ami(n, c)
			}
			return noValue()
		})
		for _, one := range cases {
			if host := one.runner.Ec2Configuration; host != nil {
				w.host(host)
			}
		}
	}
	slices.Sort(w.types)
	w.types = slices.Compact(w.types)
	return w
}

// ami adds what an Ami as it is written may come to.
func (w *neededFacts) ami(n *cfn.Node, c chooser) {
	if n == nil {
		n = cfn.Str(schema.DefaultAmi)
	}
	if values, all := c.known.Values(n); all && len(values) == 1 && values[0].IsString() {
		w.amiNamed(values[0].Text)
		return
	}
	w.aliases = w.aliases || len(c.possibleAliases(n)) > 0
}

func (w *neededFacts) amiNamed(text string) {
	if alias, isAlias := compat.AliasNamed(text); isAlias {
		w.aliases = true
		w.aliasesInUse = append(w.aliasesInUse, alias)
		return
	}
	w.images = append(w.images, text)
}

func (w *neededFacts) host(host *schema.Ec2Configuration) {
	if host.InstanceType.Known {
		w.types = append(w.types, host.InstanceType.Literal)
	}
	if host.Ami.Known {
		w.amiNamed(host.Ami.Literal)
	}
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
