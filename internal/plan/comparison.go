package plan

import (
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/cfn"
)

// comparison is an operator of a Choice rule, such as StringEqualsPath, by the
// type of its other side.
type comparison string

// The types of a comparison's other side.
const (
	compareText    comparison = "text"
	comparePattern comparison = "pattern"
	compareNumber  comparison = "number"
	compareBool    comparison = "boolean"
	compareTime    comparison = "timestamp"
	comparePath    comparison = "path"
)

// comparisons names all operators, in the order of the specification.
func comparisons() []string {
	var names []string
	for _, kind := range []string{"String", "Numeric", "Boolean", "Timestamp"} {
		for _, relation := range []string{"Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"} {
			if kind != "Boolean" || relation == "Equals" {
				names = append(names, kind+relation, kind+relation+"Path")
			}
		}
	}
	return append(names, "StringMatches", "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp")
}

func comparisonNamed(name string) (comparison, bool) {
	if !slices.Contains(comparisons(), name) {
		return "", false
	}
	for _, k := range []struct {
		is   bool
		kind comparison
	}{
		{strings.HasSuffix(name, "Path"), comparePath},
		{strings.HasPrefix(name, "Is"), compareBool},
		{name == "StringMatches", comparePattern},
		{strings.HasPrefix(name, "String"), compareText},
		{strings.HasPrefix(name, "Numeric"), compareNumber},
		{strings.HasPrefix(name, "Boolean"), compareBool},
	} {
		if k.is {
			return k.kind, true
		}
	}
	return compareTime, true
}

// path checks a path into the payload, the context or a variable. What a
// function comes to is not known here.
func (c choiceRule) path(n *cfn.Node, label cfn.Path) {
	if !isIntrinsic(n) && (!n.IsString() || !strings.HasPrefix(n.Text, "$")) {
		c.reportAt(RuleType, label, n.Place, "must be a path such as $.output.Build.ok")
	}
}

// operand checks the other side of a comparison. A function gives text only,
// as CloudFormation puts nothing else into a definition; in a text, ${…} is a
// substitution, which is not known here.
func (c choiceRule) operand(kind comparison, n *cfn.Node, label cfn.Path) {
	if kind == comparePath {
		c.path(n, label)
		return
	}
	const written = ", which is written out: the value of an intrinsic function would arrive as a string"
	later := isIntrinsic(n) || n.IsString() && strings.Contains(n.Text, "${")
	wrong := func(message string) { c.reportAt(RuleType, label, n.Place, message) }
	switch {
	case kind == compareBool && n.Kind != cfn.Bool:
		wrong("must be true or false, not " + kindOf(n) + when(later, written))
	case kind == compareNumber && n.Kind != cfn.Number:
		wrong("must be a number, not " + kindOf(n) + when(later, written))
	case kind == compareBool || kind == compareNumber || later:
	case !n.IsString():
		wrong("must be a text, not " + kindOf(n) + when(n.IsScalar(), "; put it in quotes"))
	case kind == comparePattern && strings.Contains(strings.NewReplacer(`\\`, "", `\*`, "").Replace(n.Text), `\`):
		wrong(`a backslash must be followed by * or another backslash`)
	case kind == compareTime && !isTimestamp(n.Text):
		wrong("must be a timestamp such as 2026-08-18T17:33:00Z")
	}
}

func when(condition bool, text string) string {
	if condition {
		return text
	}
	return ""
}

// isTimestamp: RFC 3339 with a capital T and Z, as the specification demands.
func isTimestamp(text string) bool {
	var t time.Time
	return t.UnmarshalText([]byte(text)) == nil // stricter than time.Parse
}
