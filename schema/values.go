package schema

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// parsedProperty is one property as it was read.
type parsedProperty struct {
	property property
	// node is the property as written; nil when it is absent.
	node *cfn.Node
	// value is what was checked: node, or its value as far as that is known.
	value *cfn.Node
	// unknown is true when only the deployment knows the value, when it has
	// an Error, and when one of both holds for the object around it: then
	// not even the default is known to apply.
	unknown bool
	// properties are an object's properties, absent ones too.
	properties map[string]parsedProperty
}

func textOf(o parsedProperty) Value[string] {
	return valueOf(o, func(n *cfn.Node) string { return n.Text })
}

func integerOf(o parsedProperty) Value[int] {
	return valueOf(o, func(n *cfn.Node) int {
		value, _ := wholeNumber(n)
		return value
	})
}

func listOf(o parsedProperty) Value[[]string] {
	value := valueOf(o, func(n *cfn.Node) []string {
		items := listItems(n, o.property)
		texts := make([]string, len(items))
		for i, item := range items {
			texts[i] = item.node.Text
		}
		return texts
	})
	value.Literal = slices.Clone(value.Literal) // a default belongs to the description
	return value
}

func valueOf[T any](o parsedProperty, literal func(*cfn.Node) T) Value[T] {
	switch {
	case o.unknown:
		return Value[T]{Node: o.node}
	case o.node == nil:
		fallback, known := o.property.fallback.(T)
		return Value[T]{Literal: fallback, Known: known}
	}
	return Value[T]{Node: o.node, Literal: literal(o.value), Known: true}
}

// listItem is an item and its position in the list as written.
type listItem struct {
	index int
	node  *cfn.Node
}

// whitespace may surround the ids of a text separated by commas: it may be
// folded over lines.
const whitespace = " \t\r\n"

// IDs are those of a text that holds them separated by commas.
func IDs(text string) []string {
	ids := strings.Split(text, ",")
	for i, id := range ids {
		ids[i] = strings.Trim(id, whitespace)
	}
	return ids
}

// listItems are the items of a list, or of a text separated by commas.
// {"Ref": "AWS::NoValue"} is no item where CloudFormation resolves the list.
func listItems(n *cfn.Node, p property) []listItem {
	var items []listItem
	if !n.IsList() {
		for i, id := range IDs(n.Text) {
			items = append(items, listItem{i, &cfn.Node{Kind: cfn.String, Text: id, Place: n.Place}})
		}
		return items
	}
	for i, item := range n.Items {
		if item != nil && (p.writtenOut || !cfn.IsNoValue(item)) {
			items = append(items, listItem{i, item})
		}
	}
	return items
}

// unresolved reports whether only the deployment knows the value: an intrinsic
// function, or a text with a dynamic reference.
func unresolved(n *cfn.Node) bool { return n.IsIntrinsic() || dynamic(n) }

func dynamic(n *cfn.Node) bool { return n.IsString() && cfn.IsDynamicReference(n.Text) }

var (
	jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
	wholeText  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.0+)?$`)
	plainWhole = regexp.MustCompile(`^-?(0|[1-9][0-9]*)$`)
)

// outOfRange is outside every range of a property.
const outOfRange = 1 << 40

// wholeNumber reads a number, or a string that holds one: CloudFormation hands
// numbers on as strings. 5.0 and 5e0 are the number 5, "5.0" too; a string has
// no exponent, blanks, plus sign or leading zeros, which some readers take for
// octal. What is greater than every range comes back as ±beyond.
func wholeNumber(n *cfn.Node) (value int, ok bool) {
	grammar := wholeText
	if n.Kind == cfn.Number {
		grammar = jsonNumber
	}
	if (n.Kind != cfn.Number && n.Kind != cfn.String) || !grammar.MatchString(n.Text) {
		return 0, false
	}
	// By the grammar the one possible error is a number too great: ±Inf.
	near, _ := strconv.ParseFloat(n.Text, 64)
	switch {
	case math.Abs(near) >= outOfRange:
		return int(math.Copysign(outOfRange, near)), true
	case math.Abs(near) < 0.5: // 1e-999999 would take long to write out
		digits, _, _ := strings.Cut(strings.ToLower(n.Text), "e")
		return 0, strings.Trim(digits, "-0.") == ""
	}
	exact, ok := new(big.Rat).SetString(n.Text)
	if !ok || !exact.IsInt() {
		return 0, false
	}
	return int(exact.Num().Int64()), true
}
