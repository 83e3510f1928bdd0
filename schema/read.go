package schema

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/attini-go/runner/cfn"
	"github.com/attini-go/runner/problem"
)

// Rules, as problems name them.
const (
	RuleType            = "type"
	RuleRange           = "range"
	RuleAllowedValues   = "allowed-values"
	RulePattern         = "pattern"
	RuleRequired        = "required"
	RuleExclusive       = "exclusive"
	RuleUnknownProperty = "unknown-property"
	RuleListLength      = "list-length"
)

// reader walks a Runner along its description.
type reader struct {
	name     string
	base     cfn.Path // of Properties
	problems problem.List
}

// report adds a problem; where is the property's path below Properties.
func (r *reader) report(rule, where string, at cfn.Path, place problem.Place, message string) {
	subject := fmt.Sprintf("Runner %q: ", r.name)
	if where != "" {
		subject += where + ": "
	}
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: rule, Path: string(at), Place: place, Message: subject + message,
	})
}

// attributes checks what stands beside Properties.
func (r *reader) attributes(resource *cfn.Node, at cfn.Path) {
	allowed := []string{"Type", "Properties", "Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"}
	for _, field := range resource.Entries() {
		if !slices.Contains(allowed, field.Key) {
			r.report(RuleUnknownProperty, "", at.Key(field.Key), field.Place, unknown(field.Key, allowed, "attribute"))
		}
	}
}

// object reads an object's properties; n is nil when it is absent.
func (r *reader) object(n *cfn.Node, properties []property, where string, place problem.Place) values {
	result := values{properties: properties, nodes: map[string]*cfn.Node{}, nested: map[string]values{}}
	at := r.path(where)
	switch {
	case n == nil:
	case unresolved(n):
		result.opaque = true
		return result
	case !n.IsMap():
		r.report(RuleType, cmp.Or(where, "Properties"), at, n.Place, fmt.Sprintf("must be an object, not a %s", n.Kind))
		return result
	}
	names := make([]string, len(properties))
	for i, p := range properties {
		names[i] = p.name
		r.property(n, p, join(where, p.name), place, result)
	}
	for _, field := range n.Entries() {
		if !slices.Contains(names, field.Key) {
			r.report(RuleUnknownProperty, join(where, field.Key), at.Key(field.Key), field.Place, unknown(field.Key, names, "property"))
		}
	}
	return result
}

func (r *reader) property(parent *cfn.Node, p property, where string, place problem.Place, result values) {
	n := parent.Get(p.name)
	if n == nil || cfn.IsNoValue(n) {
		if p.required && parent != nil {
			r.report(RuleRequired, where, r.path(where), place, "is required")
		}
		return
	}
	if p.kind == object {
		result.nested[p.name] = r.object(n, p.of, where, parent.KeyPlace(p.name))
		result.nodes[p.name] = n
		return
	}
	before := len(r.problems)
	if !unresolved(n) {
		r.value(n, p, where)
	}
	if len(r.problems) == before {
		result.nodes[p.name] = n
	}
}

func (r *reader) value(n *cfn.Node, p property, where string) {
	switch p.kind {
	case integer:
		r.integer(n, p, where)
	case text:
		r.text(n, p, where, r.path(where))
	default:
		r.list(n, p, where)
	}
}

func (r *reader) integer(n *cfn.Node, p property, where string) {
	value, ok := wholeNumber(n)
	switch bounds := fmt.Sprintf("(allowed %d-%d %s)", p.least, p.most, p.unit); {
	case !ok:
		r.report(RuleType, where, r.path(where), n.Place, fmt.Sprintf("must be a whole number, not %s %s", describe(n), bounds))
	case value < p.least:
		r.report(RuleRange, where, r.path(where), n.Place, fmt.Sprintf("%d is below %d %s", value, p.least, bounds))
	case value > p.most:
		r.report(RuleRange, where, r.path(where), n.Place, fmt.Sprintf("%d is above %d %s", value, p.most, bounds))
	}
}

// text accepts a number as its own text, as CloudFormation does.
func (r *reader) text(n *cfn.Node, p property, where string, at cfn.Path) {
	switch {
	case !n.IsString() && n.Kind != cfn.Number:
		r.report(RuleType, where, at, n.Place, fmt.Sprintf("must be a string, not %s", describe(n)))
	case len(p.allowed) > 0 && !slices.Contains(p.allowed, n.Text):
		r.report(RuleAllowedValues, where, at, n.Place, notAllowed(n.Text, p.allowed))
	case p.pattern != "" && !regexp.MustCompile(p.pattern).MatchString(n.Text):
		r.report(RulePattern, where, at, n.Place, fmt.Sprintf("%q is not %s", n.Text, p.shape))
	}
}

func (r *reader) list(n *cfn.Node, p property, where string) {
	at := r.path(where)
	if !n.IsList() && (p.kind == textList || !n.IsString()) {
		message := fmt.Sprintf("must be a list of strings, not %s", describe(n))
		if n.IsString() {
			message += "; write each command as an item, behind a dash"
		}
		r.report(RuleType, where, at, n.Place, message)
		return
	}
	items := listItems(n)
	if len(items) == 0 && !p.emptyList {
		r.report(RuleListLength, where, at, n.Place, "must not be empty")
	}
	if p.maxItems > 0 && len(items) > p.maxItems {
		r.report(RuleListLength, where, at, n.Place, fmt.Sprintf("has %d items (at most %d)", len(items), p.maxItems))
	}
	for i, item := range items {
		if cfn.IsNoValue(item) || unresolved(item) {
			continue
		}
		r.text(item, p, fmt.Sprintf("%s[%d]", where, i), at.Index(i))
	}
}

// exclusive reports properties that cannot stand together.
func (r *reader) exclusive(properties *cfn.Node) {
	for _, pair := range exclusive() {
		first, second := properties.Get(pair[0]), properties.Get(pair[1])
		if first == nil || second == nil || cfn.IsNoValue(first) || cfn.IsNoValue(second) {
			continue
		}
		r.report(RuleExclusive, pair[0], r.path(pair[0]), properties.KeyPlace(pair[0]), fmt.Sprintf("cannot be combined with %s; remove one of them", pair[1]))
	}
}

func (r *reader) path(where string) cfn.Path {
	if where == "" {
		return r.base
	}
	return r.base + "." + cfn.Path(where)
}

func join(where, name string) string {
	return string(cfn.Path(where).Key(name))
}

func describe(n *cfn.Node) string {
	switch n.Kind {
	case cfn.String:
		return fmt.Sprintf("%q", n.Text)
	case cfn.Number, cfn.Bool:
		return n.Text
	case cfn.Null:
		return "null"
	default:
		return "a " + n.Kind.String()
	}
}

func notAllowed(value string, allowed []string) string {
	message := fmt.Sprintf("%q is not allowed (allowed: %s)", value, strings.Join(allowed, ", "))
	if near := nearest(value, allowed); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return message
}

func unknown(name string, allowed []string, what string) string {
	if near := nearest(name, allowed); near != "" {
		return fmt.Sprintf("there is no such %s; did you mean %s?", what, near)
	}
	return fmt.Sprintf("there is no such %s (known: %s)", what, strings.Join(allowed, ", "))
}

// nearest returns the candidate that was probably meant, or "".
func nearest(name string, candidates []string) string {
	best, score := "", 0.6
	for _, candidate := range candidates {
		if s := levenshtein.Match(strings.ToLower(name), strings.ToLower(candidate), nil); s > score {
			best, score = candidate, s
		}
	}
	return best
}
