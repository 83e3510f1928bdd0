package leastprivilege

import (
	"fmt"
	"slices"

	"github.com/attini-go/runner/internal/test/iam"
)

// Mutant is a policy with one change.
type Mutant struct {
	// Policy is the changed one's name, Change says what was changed where.
	Policy, Change string
	Document       iam.Document
}

// Mutants are all of a policy.
func Mutants(p Policy) []Mutant {
	var all []Mutant
	for i, statement := range p.Document.Statements {
		name := fmt.Sprintf("statement %d", i+1)
		if statement.Sid != "" {
			name += " (" + statement.Sid + ")"
		}
		// change adds a mutant whose statement i is another; nil removes it.
		change := func(what string, changed *iam.Statement) {
			document := p.Document
			document.Statements = slices.Clone(p.Document.Statements)
			if changed == nil {
				document.Statements = slices.Delete(document.Statements, i, i+1)
			} else {
				document.Statements[i] = *changed
			}
			all = append(all, Mutant{Policy: p.Name, Change: name + ": " + what, Document: document})
		}
		change("removed", nil)
		narrowed(statement, change)
		loosened(statement, change)
	}
	return all
}

// narrowed are the changes that take away a part of a list.
func narrowed(s iam.Statement, change func(string, *iam.Statement)) {
	without := func(kind string, list []string, set func(*iam.Statement, []string)) {
		if len(list) < 2 {
			return // without it there is no statement
		}
		for i, item := range list {
			changed := s
			set(&changed, slices.Delete(slices.Clone(list), i, i+1))
			change("without "+kind+" "+item, &changed)
		}
	}
	without("action", s.Actions, func(s *iam.Statement, list []string) { s.Actions = list })
	without("resource", s.Resources, func(s *iam.Statement, list []string) { s.Resources = list })
	for i, condition := range s.Conditions {
		without(condition.Key, condition.Values, func(s *iam.Statement, list []string) {
			s.Conditions = slices.Clone(s.Conditions)
			s.Conditions[i].Values = list
		})
	}
}

// loosened are the changes that take away a bound.
func loosened(s iam.Statement, change func(string, *iam.Statement)) {
	for i, condition := range s.Conditions {
		changed := s
		changed.Conditions = slices.Delete(slices.Clone(s.Conditions), i, i+1)
		change("without the condition "+condition.Operator+" "+condition.Key, &changed)
	}
	for i, resource := range s.Resources {
		// A resource's own policy is about that resource only, whatever it says.
		if resource == "*" || len(s.Principals) > 0 {
			continue
		}
		changed := s
		changed.Resources = slices.Clone(s.Resources)
		changed.Resources[i] = "*"
		change("* in place of "+resource, &changed)
	}
	for i, principal := range s.Principals {
		if principal.Kind == "*" {
			continue
		}
		changed := s
		changed.Principals = slices.Clone(s.Principals)
		changed.Principals[i] = iam.Principal{Kind: "*"}
		change("* in place of the principal "+principal.Name, &changed)
	}
}
