package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
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

const propertiesKey = "Properties"

// Known says what can be known of the values in a Runner before the deployment;
// cfn.StaticValues is one.
type Known interface {
	// Values returns the values that n may have, and whether these are
	// all. AWS::NoValue counts as one.
	Values(n *cfn.Node) (values []*cfn.Node, all bool)
	// ResolveIf follows Fn::If as far as its conditions are known.
	ResolveIf(n *cfn.Node) *cfn.Node
}

// maxWrongValues bounds how many of the values that one property may have
// are reported.
const maxWrongValues = 10

// reader walks a Runner along its description.
type reader struct {
	name  string
	base  cfn.Path // of the resource
	known Known
	// origin is said behind a message on a value that is not written there.
	origin   string
	problems problem.List
	// found counts the problems; the list may have no room for all.
	found int
}

func (r *reader) report(rule string, at cfn.Path, place problem.Place, message string) {
	r.reportFix(rule, at, place, message, problem.Fix{})
}

// reportFix reports what can be mended by writing another text there, unless it is
// written elsewhere.
func (r *reader) reportFix(rule string, at cfn.Path, place problem.Place, message string, fix problem.Fix) {
	subject := fmt.Sprintf("Runner %s: ", wording.Quote(r.name))
	if where := r.where(at); where != "" {
		subject += where + ": "
	}
	r.found++
	if fix.New == "" || r.origin != "" {
		fix = problem.Fix{}
	}
	r.problems.Add(problem.Problem{Severity: problem.Error, Rule: rule, Path: at.String(), Place: place, Message: subject + message + r.origin, Fix: fix})
}

// where is a path as messages say it: below Properties, or beside it.
func (r *reader) where(at cfn.Path) string {
	return cmp.Or(at.From(r.base.Key(propertiesKey)), at.From(r.base))
}

// resource reads the whole resource.
func (r *reader) resource(n *cfn.Node) parsedProperty {
	result := parsedProperty{property: described(), node: n}
	if n == nil {
		n = &cfn.Node{}
	}
	return r.object(n, result, r.base, n.Place)
}

// property reads one property of parent, which is nil when it is absent
// itself. place is the place of parent in problems.
func (r *reader) property(parent *cfn.Node, p property, at cfn.Path, place problem.Place) parsedProperty {
	n := parent.Get(p.name)
	if n != nil && p.kind == object && !p.writtenOut && r.known != nil {
		n = r.known.ResolveIf(n)
	}
	values, all := r.values(n, p)
	if n == nil || all && allNothing(values) && !p.writtenOut {
		if p.required && parent != nil {
			r.report(RuleRequired, at, place, "is required")
			return parsedProperty{property: p, unknown: true}
		}
		return r.absent(p, false)
	}
	result := parsedProperty{property: p, node: n}
	if p.kind == object {
		if _, branches, ok := cfn.If(n); ok && !p.writtenOut && r.known != nil {
			r.branches(branches, p, at)
			return parsedProperty{property: p, node: n, unknown: true, properties: r.absent(p, true).properties}
		}
		return r.object(n, result, at, parent.KeyPlace(p.name))
	}
	before := r.found
	for _, value := range values {
		if r.found-before > maxWrongValues {
			break
		}
		if cfn.IsNoValue(value) && !p.writtenOut {
			continue
		}
		r.origin = origin(n, value, len(values))
		result.value, result.unknown = r.value(value, p, at)
		r.origin = ""
	}
	result.unknown = result.unknown || !all || len(values) != 1 || r.found > before
	return result
}

// values returns the values that a property may have; itself, where it is written out.
func (r *reader) values(n *cfn.Node, p property) (values []*cfn.Node, all bool) {
	if n == nil || p.writtenOut || p.kind == object || !unresolved(n) || cfn.IsNoValue(n) {
		return []*cfn.Node{n}, true
	}
	if r.known != nil {
		values, all = r.known.Values(n)
	}
	if len(values) == 0 && !n.IsIntrinsic() {
		return []*cfn.Node{n}, true // a dynamic reference; where it may stand is still checked
	}
	return values, all
}

func allNothing(values []*cfn.Node) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(n *cfn.Node) bool { return !cfn.IsNoValue(n) })
}

// origin says where a value comes from that is not written where it is used.
func origin(written, value *cfn.Node, values int) string {
	name, argument, ok := cfn.Intrinsic(written)
	switch {
	case written == value || !ok:
		return ""
	case name == "Ref" && values > 1:
		return "; parameter " + wording.Quote(argument.Text) + " allows it"
	case name == "Ref":
		return "; it is the value of parameter " + wording.Quote(argument.Text)
	default:
		return "; it is what " + wording.Brief(name) + " comes to"
	}
}

// absent is a property without a value. unknown says that not even that is
// certain: the object around it is an intrinsic function, or broken.
func (r *reader) absent(p property, unknown bool) parsedProperty {
	result := parsedProperty{property: p, unknown: unknown, properties: map[string]parsedProperty{}}
	for _, inside := range p.of {
		result.properties[inside.name] = r.absent(inside, unknown)
	}
	return result
}

// object reads the properties of n into result.
func (r *reader) object(n *cfn.Node, result parsedProperty, at cfn.Path, place problem.Place) parsedProperty {
	p := result.property
	opaque := n.IsIntrinsic()
	if !n.IsMap() || opaque && p.writtenOut && !n.Has(cfn.TransformKey) {
		r.report(RuleType, at, n.Place, "must be an object, not "+describe(n)+loopAdvice(n))
		opaque = true
	}
	if opaque {
		inside := r.absent(p, true).properties
		return parsedProperty{property: p, node: result.node, unknown: true, properties: inside}
	}
	result.properties = make(map[string]parsedProperty, len(p.of))
	partial := n.Has(cfn.TransformKey)
	for _, inside := range p.of {
		if partial && !n.Has(inside.name) { // the transform may give it
			result.properties[inside.name] = r.absent(inside, true)
			continue
		}
		result.properties[inside.name] = r.property(n, inside, at.Key(inside.name), place)
	}
	names := p.names()
	for _, field := range n.Fields {
		if !slices.Contains(names, field.Key) && field.Key != cfn.TransformKey {
			message, meant := unknownProperty(field.Key, p)
			r.reportFix(RuleUnknownProperty, at.Key(field.Key), field.Place, message, problem.Fix{Old: field.Key, New: meant})
		}
	}
	for _, pair := range p.exclusive {
		if r.given(result.properties[pair[0]]) && r.given(result.properties[pair[1]]) {
			r.report(RuleExclusive, at.Key(pair[0]), n.KeyPlace(pair[0]),
				fmt.Sprintf("cannot be combined with %s; remove one of them", pair[1]))
		}
	}
	return result
}

// value checks a value that is there. It returns the value as it was checked,
// and whether only the deployment knows it, or a part of it.
func (r *reader) value(n *cfn.Node, p property, at cfn.Path) (checked *cfn.Node, unknown bool) {
	if n.IsIntrinsic() && !p.writtenOut {
		return n, true
	}
	switch p.kind {
	case textList, idList, nameOrList:
		return r.list(n, p, at)
	case anyObject:
		if !n.IsMap() {
			r.report(RuleType, at, n.Place, "must be an object, not "+describe(n))
		}
		return n, false
	}
	if dynamic(n) && !p.writtenOut {
		return n, true
	}
	if p.kind == integer {
		r.integer(n, p, at)
		return n, false
	}
	n = r.unquoted(n, p)
	r.text(n, p, at)
	return n, false
}

// unquoted returns the text that was meant where YAML reads a value of the
// property as a boolean, such as OFF. A template's YAML tells OFF from false and
// no; the macro's event and a resolved configuration have false for all three.
func (r *reader) unquoted(n *cfn.Node, p property) *cfn.Node {
	isWritten := n.Place != (problem.Place{}) && r.origin == ""
	switch {
	case p.unquoted == "" || !n.IsScalar() || p.truths[n.Text] != p.unquoted:
		return n
	case isWritten && !strings.EqualFold(n.Written, p.unquoted):
		return n
	}
	return &cfn.Node{Kind: cfn.String, Text: p.unquoted, Place: n.Place}
}

func (r *reader) integer(n *cfn.Node, p property, at cfn.Path) {
	value, ok := wholeNumber(n)
	switch bounds := fmt.Sprintf("(allowed %d-%d %s)", p.least, p.most, p.unit); {
	case !ok:
		r.report(RuleType, at, n.Place, fmt.Sprintf("must be a whole number, not %s %s", describe(n), bounds)+misread(n))
	case value < p.least:
		r.report(RuleRange, at, n.Place, fmt.Sprintf("%s is below %d %s", wording.Brief(n.Text), p.least, bounds)+misread(n))
	case value > p.most:
		r.report(RuleRange, at, n.Place, fmt.Sprintf("%s is above %d %s", wording.Brief(n.Text), p.most, bounds)+misread(n))
	}
}

// text accepts a plain whole number as its digits, as CloudFormation does. For
// other numbers it is not certain which text CloudFormation would make of them
// (1.10 becomes 1.1), so they want quotes.
func (r *reader) text(n *cfn.Node, p property, at cfn.Path) {
	switch {
	case n.Kind == cfn.Bool && len(p.allowed) > 0:
		message, meant := notAllowed(n, p)
		r.reportFix(RuleAllowedValues, at, n.Place, message, problem.Fix{Old: n.Source(), New: meant})
	case n.Kind == cfn.Bool, n.Kind == cfn.Number && (p.writtenOut || !plainWhole.MatchString(n.Text)):
		fix := problem.Fix{Old: n.Source(), New: `"` + n.Source() + `"`}
		if !p.allows(n.Source()) {
			fix.New = ""
		}
		r.reportFix(RuleType, at, n.Place, "must be a string"+notText(n), fix)
	case n.IsMap() && p.kind == textList:
		r.report(RuleType, at, n.Place, `must be a string, not an object; put a command with ": " in it in quotes`)
	case !n.IsString() && n.Kind != cfn.Number:
		r.report(RuleType, at, n.Place, "must be a string, not "+describe(n))
	case p.allows(n.Text):
	case len(p.allowed) > 0:
		message, meant := notAllowed(n, p)
		r.reportFix(RuleAllowedValues, at, n.Place, message, problem.Fix{Old: n.Source(), New: meant})
	default:
		r.report(RulePattern, at, n.Place, fmt.Sprintf("%s is not %s", wording.Quote(n.Text), p.shape))
	}
}

func (r *reader) list(n *cfn.Node, p property, at cfn.Path) (checked *cfn.Node, unknown bool) {
	switch {
	case n.IsList():
	case n.IsString() && p.kind == nameOrList:
		r.text(n, p, at)
		return n, false
	case n.IsString() && p.kind == idList:
		if dynamic(n) {
			return n, true
		}
	case n.IsString():
		// The text itself stays unsaid: it may hold a secret.
		r.report(RuleType, at, n.Place, "must be a list of strings, not a string; write each command as an item of a list")
		return n, false
	default:
		r.report(RuleType, at, n.Place, "must be a list of strings, not "+describe(n))
		return n, false
	}
	items := listItems(n, p)
	checked = &cfn.Node{Kind: cfn.List, Place: n.Place}
	for _, item := range items {
		values, all := r.values(item.node, p)
		unknown = unknown || !all || len(values) != 1
		for _, value := range values {
			if cfn.IsNoValue(value) && !p.writtenOut {
				continue
			}
			if unresolved(value) && !p.writtenOut {
				unknown = true
				continue
			}
			outer := r.origin
			r.origin = cmp.Or(outer, origin(item.node, value, len(values)))
			r.text(value, p, at.Index(item.index))
			r.origin = outer
			checked.Items = append(checked.Items, value)
		}
	}
	r.length(len(checked.Items), unknown, len(items), p, at, n.Place)
	return checked, unknown
}

// length checks how many items a list has: known ones, or with those that only
// the deployment knows.
func (r *reader) length(known int, unknown bool, written int, p property, at cfn.Path, place problem.Place) {
	count := known
	if unknown {
		count = written
	}
	if count == 0 && !p.emptyList {
		r.report(RuleListLength, at, place, fmt.Sprintf("must not be empty (allowed 1-%d items)", p.maxItems))
	}
	if p.maxItems > 0 && count > p.maxItems {
		r.report(RuleListLength, at, place, fmt.Sprintf("has %d items (allowed 1-%d items)", count, p.maxItems))
	}
}
