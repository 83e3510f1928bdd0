package leastprivilege

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/test/iam"
)

// Case is a request, and what the answer has to be.
type Case struct {
	// Caller is a role's logical id, a service's name, or Administrator.
	Caller  string
	Request iam.Request
	Allowed bool
	// Why says what the request is.
	Why string
}

// Administrator is a caller of the account who may do everything.
const Administrator = "administrator"

// assume is the action of a case in which a service takes a role: the resource is
// the role's logical id.
const assume = "sts:AssumeRole"

// In is the case in another partition and region: ARNs of aws become its own, and
// so do the services' names.
func (c Case) In(v Variant) Case {
	own := func(text string) string {
		parts := strings.SplitN(text, ":", 6)
		if len(parts) == 6 && parts[0] == "arn" {
			parts[1] = v.Partition
			if parts[3] != "" {
				parts[3] = v.Region
			}
			text = strings.Join(parts, ":")
		}
		// Names of the account's defaults have the region in them.
		for _, name := range []string{"attini-artifact-store-", "attini-default-runner-role-", "attini-deployment-plan-default-role-"} {
			if before, after, found := strings.Cut(text, name); found {
				text = before + name + v.Region + strings.TrimPrefix(after, recordedRegion)
			}
		}
		return strings.Replace(text, "ec2.amazonaws.com", "ec2."+v.suffix(), 1)
	}
	c.Caller, c.Request.Resource = own(c.Caller), own(c.Request.Resource)
	context := iam.Context{}
	for key, values := range c.Request.Context {
		for _, value := range values {
			context[key] = append(context[key], own(value))
		}
	}
	c.Request.Context = context
	return c
}

// recordedRegion is where requests were recorded.
const recordedRegion = "eu-west-1"

// decide answers a case; in place of one policy a mutant of it may be asked.
func (i *Installation) decide(c Case, mutant *Mutant) bool {
	document := func(p Policy) iam.Document {
		if mutant != nil && mutant.Policy == p.Name {
			return mutant.Document
		}
		return p.Document
	}
	if c.Request.Action == assume {
		role := i.Roles[c.Request.Resource]
		return role != nil && document(role.Trust).Trusts(iam.Caller{Service: c.Caller}, c.Request.Context)
	}
	var policies iam.Policies
	target := c.Request.Resource
	if strings.Contains(target, ":s3:::") {
		target, _, _ = strings.Cut(target, "/")
	}
	if p := i.Resources[target]; p != nil {
		of := document(*p)
		policies.Resource = &of
	}
	caller := iam.Caller{Service: c.Caller}
	if c.Caller == Administrator {
		caller = iam.Caller{ARN: "arn:" + i.Variant.Partition + ":iam::" + i.Variant.Account + ":user/" + Administrator}
		policies.Identity = []iam.Document{{Statements: []iam.Statement{{Effect: iam.Allow, Actions: []string{"*"}, Resources: []string{"*"}}}}}
	}
	if role := i.Roles[c.Caller]; role != nil {
		caller = iam.Caller{ARN: role.ARN}
		for _, p := range role.Policies {
			policies.Identity = append(policies.Identity, document(p))
		}
	}
	request := c.Request
	request.Context = iam.Context{"aws:SecureTransport": {"true"}, "aws:ResourceAccount": {i.Variant.Account}}
	maps.Copy(request.Context, c.Request.Context)
	return policies.Decide(caller, request).Allowed
}

// Wrong are the cases that the policies answer otherwise than they have to.
func (i *Installation) Wrong(cases []Case) (wrong []string) {
	for _, c := range cases {
		if i.decide(c, nil) != c.Allowed {
			wrong = append(wrong, fmt.Sprintf("%s %s on %s %v: allowed must be %t (%s)", c.Caller, c.Request.Action, c.Request.Resource, c.Request.Context, c.Allowed, c.Why))
		}
	}
	return wrong
}

// Result is what became of the mutants of a policy.
type Result struct {
	Policy   string
	Mutants  int
	Survived []string
}

// Try asks all cases of all mutants: one is killed by the first that it answers
// otherwise. A policy that several roles have is tried
// once.
func (i *Installation) Try(cases []Case) []Result {
	policies := map[string]Policy{}
	for _, role := range i.Roles {
		policies[role.Trust.Name] = role.Trust
		for _, p := range role.Policies {
			policies[p.Name] = p
		}
	}
	for _, p := range i.Resources {
		policies[p.Name] = *p
	}
	answers := make([]bool, len(cases))
	for n, c := range cases {
		answers[n] = i.decide(c, nil)
	}
	kills := func(mutant *Mutant) bool {
		for n, c := range cases {
			if i.decide(c, mutant) != answers[n] {
				return true
			}
		}
		return false
	}
	var results []Result
	for _, name := range slices.Sorted(maps.Keys(policies)) {
		mutants := Mutants(policies[name])
		if strings.Contains(name, ":iam::aws:policy/") {
			// What is in it is AWS's matter; here it is whether it is attached.
			mutants = []Mutant{{Policy: name, Change: "detached"}}
		}
		result := Result{Policy: name, Mutants: len(mutants)}
		for _, mutant := range mutants {
			if !kills(&mutant) {
				result.Survived = append(result.Survived, mutant.Change)
			}
		}
		results = append(results, result)
	}
	return results
}
