package compat

import (
	"context"
	"slices"
	"sync"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// Account answers what only the AWS account and region know of hosts. What does not
// exist is absent from the answer; an error says what could not be asked, and which
// permission is missing where that is the reason.
type Account interface {
	// Parameters returns the values of Systems Manager parameters by name; at
	// most 10 names.
	Parameters(ctx context.Context, names []string) (map[string]string, error)
	// Images returns AMIs by id.
	Images(ctx context.Context, ids []string) (map[string]Image, error)
	// InstanceTypes returns EC2 instance types by name.
	InstanceTypes(ctx context.Context, names []string) (map[string]InstanceType, error)
}

// Facts are an account's answers. A map is nil if the account was not asked, or did
// not answer.
type Facts struct {
	Parameters map[string]string
	Images     map[string]Image
	Types      map[string]InstanceType
}

// Questions are what has to be asked about the hosts of Runners.
type Questions struct {
	// Aliases asks for the parameters of all aliases.
	Aliases bool

	types, images []string
	aliases       []Alias
}

// Unanswered is a question that an account did not answer.
type Unanswered struct {
	// Property of Ec2Configuration: InstanceType or Ami.
	Property string
	Err      error
}

// QuestionsOf returns what has to be asked about the hosts of Runners, as far as
// their values are known.
func QuestionsOf(runners ...*schema.Runner) Questions {
	var q Questions
	for _, runner := range runners {
		host := runner.Ec2Configuration
		if host == nil {
			continue
		}
		if host.InstanceType.Known {
			q.types = append(q.types, host.InstanceType.Literal)
		}
		if host.FallbackInstanceTypes.Known {
			q.types = append(q.types, host.FallbackInstanceTypes.Literal...)
		}
		if alias, isAlias := AliasOf(runner); isAlias {
			q.AddAmi(alias.Name)
		} else if host.Ami.Known {
			q.AddAmi(host.Ami.Literal)
		}
	}
	return q
}

// AddAmi asks about an AMI besides, by the value of the property: an alias or an id.
func (q *Questions) AddAmi(value string) {
	if alias, isAlias := AliasNamed(value); isAlias {
		q.Aliases, q.aliases = true, append(q.aliases, alias)
		return
	}
	q.images = append(q.images, value)
}

// Ask asks each thing once, and at the same time what does not need another answer.
func (q Questions) Ask(ctx context.Context, account Account) (facts Facts, unanswered []Unanswered) {
	var typesErr, imagesErr error
	var group sync.WaitGroup
	if types := sortedSet(q.types); len(types) > 0 {
		group.Go(func() { facts.Types, typesErr = account.InstanceTypes(ctx, types) })
	}
	group.Go(func() { imagesErr = q.askImages(ctx, account, &facts) })
	group.Wait()
	for _, answer := range []Unanswered{{"InstanceType", typesErr}, {"Ami", imagesErr}} {
		if answer.Err != nil {
			unanswered = append(unanswered, answer)
		}
	}
	return facts, unanswered
}

// askImages asks for the parameters first: they have the ids of the images.
func (q Questions) askImages(ctx context.Context, account Account, facts *Facts) (err error) {
	if q.Aliases {
		if facts.Parameters, err = account.Parameters(ctx, AliasParameters()); err != nil {
			return err
		}
	}
	ids := slices.Clone(q.images)
	for _, alias := range q.aliases {
		if id, _, found := alias.Resolve(facts.Parameters); found {
			ids = append(ids, id)
		}
	}
	if ids = sortedSet(ids); len(ids) > 0 {
		facts.Images, err = account.Images(ctx, ids)
	}
	return err
}

func sortedSet(values []string) []string {
	return slices.Compact(slices.Sorted(slices.Values(values)))
}

// Examine reports what is wrong with the EC2 host of a Runner. What is not known is
// not checked.
func (f Facts) Examine(runner *schema.Runner, definition TaskDefinition) problem.List {
	if runner.Ec2Configuration == nil {
		return nil
	}
	kind, ami := runner.Ec2Configuration.InstanceType, runner.Ec2Configuration.Ami
	var host Host
	problems := CheckAmi(runner)
	problems.Add(checkAddress(runner)...)
	if kind.Known {
		host.TypeName = kind.Literal
		if found, exists := f.Types[kind.Literal]; exists {
			host.Type = &found
		} else if f.Types != nil {
			problems.Add(UnknownInstanceType(runner))
		}
	}
	id := ami.Literal
	alias, isAlias := AliasOf(runner)
	if isAlias {
		host.Alias = &alias
		resolved := false
		if id, _, resolved = alias.Resolve(f.Parameters); !resolved && f.Parameters != nil {
			problems.Add(UnknownAlias(runner, alias, f.Parameters))
		}
	}
	if image, exists := f.Images[id]; exists {
		host.Image = &image
		problems.Add(checkPlatform(runner, image)...)
	} else if ami.Known && !isAlias && f.Images != nil { // EC2 finds an alias under its parameter
		problems.Add(UnknownAmi(runner))
	}
	problems.Add(CheckHost(runner, definition, host)...)
	problems.Add(f.checkFallbacks(runner, definition, host)...)
	return problems
}
