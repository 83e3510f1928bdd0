package iam

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Document is a policy.
type Document struct {
	// Version is 2012-10-17 or 2008-10-17. The older one has no policy variables.
	Version    string
	Statements []Statement
}

// The effects of a statement.
const (
	Allow = "Allow"
	Deny  = "Deny"
)

// Statement is one of a policy. Of Actions and NotActions one is empty, and so
// with resources and principals; only policies of resources and roles' trust
// have principals, and only trust policies have no resources.
type Statement struct {
	Sid, Effect                 string
	Principals, NotPrincipals   []Principal
	Actions, NotActions         []string
	Resources, NotResources     []string
	Conditions                  []Condition
	withPrincipal, withResource bool
}

// Principal is one that a statement names: Kind is AWS, Service, Federated or
// CanonicalUser, or "*" for everybody.
type Principal struct{ Kind, Name string }

// Condition is one operator's test of one context key.
type Condition struct {
	Operator, Key string
	Values        []string
}

// currentVersion is the version with policy variables.
const currentVersion = "2012-10-17"

// Parse reads a policy. It refuses what IAM refuses: unknown elements, effects
// and operators, and statements without an action.
func Parse(text []byte) (Document, error) {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strict(text, &raw); err != nil {
		return Document{}, fmt.Errorf("read a policy: %w", err)
	}
	document := Document{Version: raw.Version}
	switch raw.Version {
	case "":
		document.Version = "2008-10-17"
	case currentVersion, "2008-10-17":
	default:
		return Document{}, fmt.Errorf("read a policy: Version must be %s or 2008-10-17, not %q", currentVersion, raw.Version)
	}
	statements, err := oneOrMore[json.RawMessage](raw.Statement)
	if err != nil || len(statements) == 0 {
		return Document{}, errors.New("read a policy: Statement must be a statement or a list of them")
	}
	for i, text := range statements {
		statement, err := parseStatement(text)
		if err != nil {
			return Document{}, fmt.Errorf("read statement %d of a policy: %w", i+1, err)
		}
		document.Statements = append(document.Statements, statement)
	}
	return document, nil
}

func parseStatement(text []byte) (Statement, error) {
	var raw struct {
		Sid, Effect             string
		Principal, NotPrincipal json.RawMessage
		Action, NotAction       texts
		Resource, NotResource   texts
		Condition               map[string]map[string]texts
	}
	if err := strict(text, &raw); err != nil {
		return Statement{}, err
	}
	s := Statement{
		Sid: raw.Sid, Effect: raw.Effect, Actions: raw.Action, NotActions: raw.NotAction, Resources: raw.Resource, NotResources: raw.NotResource,
		withPrincipal: raw.Principal != nil || raw.NotPrincipal != nil, withResource: raw.Resource != nil || raw.NotResource != nil,
	}
	var err error
	if s.Principals, err = parsePrincipals(raw.Principal); err != nil {
		return s, err
	}
	if s.NotPrincipals, err = parsePrincipals(raw.NotPrincipal); err != nil {
		return s, err
	}
	for _, operator := range slices.Sorted(maps.Keys(raw.Condition)) {
		if _, known := operatorOf(operator); !known {
			return s, fmt.Errorf("condition operator %q does not exist", operator)
		}
		keys := raw.Condition[operator]
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			s.Conditions = append(s.Conditions, Condition{Operator: operator, Key: key, Values: keys[key]})
		}
	}
	return s, s.check()
}

// check reports what IAM refuses of a statement.
func (s Statement) check() error {
	switch {
	case s.Effect != Allow && s.Effect != Deny:
		return fmt.Errorf("the Effect must be Allow or Deny, not %q", s.Effect)
	case (len(s.Actions) > 0) == (len(s.NotActions) > 0):
		return errors.New("a statement has either Action or NotAction")
	case len(s.Resources) > 0 && len(s.NotResources) > 0:
		return errors.New("a statement has either Resource or NotResource")
	case !s.withPrincipal && !s.withResource:
		return errors.New("a statement of an identity policy has Resource or NotResource")
	}
	for _, action := range slices.Concat(s.Actions, s.NotActions) {
		if action != "*" && !strings.Contains(action, ":") {
			return fmt.Errorf("action %q has no service", action)
		}
	}
	return nil
}

func parsePrincipals(text json.RawMessage) ([]Principal, error) {
	if text == nil {
		return nil, nil
	}
	var everybody string
	if json.Unmarshal(text, &everybody) == nil {
		if everybody != "*" {
			return nil, fmt.Errorf("a Principal must be * or an object, not %q", everybody)
		}
		return []Principal{{Kind: "*"}}, nil
	}
	var kinds map[string]texts
	if err := json.Unmarshal(text, &kinds); err != nil {
		return nil, err
	}
	var all []Principal
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, kind) {
			return nil, fmt.Errorf("principal of the unknown kind %q", kind)
		}
		for _, name := range kinds[kind] {
			all = append(all, Principal{Kind: kind, Name: name})
		}
	}
	return all, nil
}

// texts are one value or a list of them. Booleans and numbers are texts as well.
type texts []string

// UnmarshalJSON implements json.Unmarshaler.
func (t *texts) UnmarshalJSON(text []byte) error {
	values, err := oneOrMore[json.RawMessage](text)
	if err != nil {
		return err
	}
	*t = texts{}
	for _, value := range values {
		var word string
		switch {
		case json.Unmarshal(value, &word) == nil:
		case bytes.ContainsAny(value[:1], `{["n`):
			return fmt.Errorf("%s is neither a text, a number nor a boolean", value)
		default:
			word = string(value)
		}
		*t = append(*t, word)
	}
	return nil
}

// oneOrMore reads a list, or one value as a list of it.
func oneOrMore[T any](text []byte) ([]T, error) {
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '[' {
		var list []T
		return list, json.Unmarshal(text, &list)
	}
	var one T
	if err := json.Unmarshal(text, &one); err != nil {
		return nil, err
	}
	return []T{one}, nil
}

// strict reads JSON whose fields are all known.
func strict(text []byte, to any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(to)
}
