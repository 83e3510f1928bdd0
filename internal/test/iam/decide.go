package iam

import (
	"slices"
	"strings"
)

// Context has the values of the condition keys of a request. IAM does not care
// for the case of a key.
type Context map[string][]string

func (c Context) get(key string) ([]string, bool) {
	if values, found := c[key]; found {
		return values, true
	}
	for name, values := range c {
		if strings.EqualFold(name, key) {
			return values, true
		}
	}
	return nil, false
}

// Request is one question to IAM; many calls of an API ask several.
type Request struct {
	// Action is such as sqs:SendMessage, Resource an ARN, or "*" for the actions
	// that have none.
	Action, Resource string
	Context          Context
}

// Caller is who asks: ARN is the role's or user's, or Service the name of a
// service that acts for itself, such as events.amazonaws.com.
type Caller struct{ ARN, Service string }

// Policies are all that bear on a request.
type Policies struct {
	// Identity are the caller's own; Boundary bounds them.
	Identity []Document
	Boundary *Document
	// Resource is the policy of the resource, such as a bucket's.
	Resource *Document
}

// PolicyType is the kind of the policy that decided, in AWS's words.
type PolicyType string

// The policies that can refuse.
const (
	IdentityBased PolicyType = "identity-based policy"
	ResourceBased PolicyType = "resource-based policy"
	Boundary      PolicyType = "permissions boundary"
)

// Decision is the answer to a request.
type Decision struct {
	Allowed bool
	// Explicit says that a Deny refused, and Type in which policy; otherwise Type
	// is the kind of policy in which no Allow was found.
	Explicit bool
	Type     PolicyType
}

// Decide decides a request of a caller in the resource's own account.
func (p Policies) Decide(caller Caller, request Request) Decision {
	identity, bounded, resource := "", Allow, ""
	for _, document := range p.Identity {
		identity = stronger(identity, document.effect(nil, &request))
	}
	if p.Boundary != nil {
		bounded = p.Boundary.effect(nil, &request)
	}
	if p.Resource != nil {
		resource = p.Resource.effect(&caller, &request)
	}
	switch {
	case identity == Deny:
		return Decision{Explicit: true, Type: IdentityBased}
	case resource == Deny:
		return Decision{Explicit: true, Type: ResourceBased}
	case bounded == Deny:
		return Decision{Explicit: true, Type: Boundary}
	case identity != Allow && resource != Allow && caller.Service != "":
		return Decision{Type: ResourceBased}
	case identity != Allow && resource != Allow:
		return Decision{Type: IdentityBased}
	case bounded != Allow:
		return Decision{Type: Boundary}
	}
	return Decision{Allowed: true}
}

// Trusts reports whether a role's trust policy lets a caller take the role.
func (d Document) Trusts(caller Caller, context Context) bool {
	return d.effect(&caller, &Request{Action: "sts:AssumeRole", Resource: "*", Context: context}) == Allow
}

// stronger is the effect that counts of two: Deny before Allow before none.
func stronger(a, b string) string {
	if a == Deny || b == "" {
		return a
	}
	return b
}

// effect is what a policy says to a request: Allow, Deny or nothing. Without a
// caller it is one of the caller's own, which name no principal.
func (d Document) effect(caller *Caller, request *Request) string {
	effect := ""
	for i := range d.Statements {
		if d.Statements[i].applies(caller, request, d.Version == currentVersion) {
			effect = stronger(effect, d.Statements[i].Effect)
		}
	}
	return effect
}

func (s *Statement) applies(caller *Caller, request *Request, variables bool) bool {
	if caller != nil && !s.isAbout(*caller) {
		return false
	}
	if !s.hasAction(request.Action) || !s.hasResource(request, variables) {
		return false
	}
	return !slices.ContainsFunc(s.Conditions, func(c Condition) bool { return !c.holds(request, variables) })
}

func (s *Statement) hasAction(action string) bool {
	names := func(list []string) bool {
		return slices.ContainsFunc(list, func(name string) bool {
			p, _ := patternOf(strings.ToLower(name), nil, false)
			return p.matches(strings.ToLower(action))
		})
	}
	if len(s.NotActions) > 0 {
		return !names(s.NotActions)
	}
	return names(s.Actions)
}

func (s *Statement) hasResource(request *Request, variables bool) bool {
	covers := func(list []string) bool {
		return slices.ContainsFunc(list, func(resource string) bool {
			p, ok := patternOf(resource, request, variables)
			return ok && p.covers(request.Resource)
		})
	}
	switch {
	case !s.withResource: // a trust policy
		return true
	case len(s.NotResources) > 0:
		return !covers(s.NotResources)
	}
	return covers(s.Resources)
}

// isAbout reports whether a statement's principals are the caller.
func (s *Statement) isAbout(caller Caller) bool {
	is := func(p Principal) bool {
		switch p.Kind {
		case "*":
			return true
		case "Service":
			return caller.Service != "" && p.Name == caller.Service
		case "AWS":
			return caller.ARN != "" && (p.Name == "*" || p.Name == caller.ARN || isAccountOf(p.Name, caller.ARN))
		}
		return false
	}
	if len(s.NotPrincipals) > 0 {
		return !slices.ContainsFunc(s.NotPrincipals, is)
	}
	return slices.ContainsFunc(s.Principals, is)
}

// isAccountOf reports whether a principal is the caller's whole account: its
// number, or the ARN of its root.
func isAccountOf(principal, arn string) bool {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) != arnParts {
		return false
	}
	account := parts[4]
	return principal == account || principal == "arn:"+parts[1]+":iam::"+account+":root"
}
