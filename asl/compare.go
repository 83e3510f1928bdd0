package asl

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"time"
)

// operator is a comparison of a Choice rule, such as StringLessThanEqualsPath, taken apart.
type operator struct {
	kind string // String, Numeric, Boolean, Timestamp: the type of both sides; Matches; or an Is... test
	want func(order int) bool
	path bool // the other side is read from a path
}

// operatorNamed takes the name of a comparison apart ("Choice State" in the specification).
func operatorNamed(name string) (operator, bool) {
	switch name {
	case "IsNull", "IsPresent", "IsNumeric", "IsString", "IsBoolean", "IsTimestamp":
		return operator{kind: name}, true
	case "StringMatches":
		return operator{kind: "Matches"}, true
	}
	rest, path := strings.CutSuffix(name, "Path")
	for _, kind := range []string{"String", "Numeric", "Boolean", "Timestamp"} {
		relation, ok := strings.CutPrefix(rest, kind)
		if !ok || kind == "Boolean" && relation != "Equals" {
			continue
		}
		switch relation {
		case "Equals":
			return operator{kind, func(order int) bool { return order == 0 }, path}, true
		case "LessThan":
			return operator{kind, func(order int) bool { return order < 0 }, path}, true
		case "GreaterThan":
			return operator{kind, func(order int) bool { return order > 0 }, path}, true
		case "LessThanEquals":
			return operator{kind, func(order int) bool { return order <= 0 }, path}, true
		case "GreaterThanEquals":
			return operator{kind, func(order int) bool { return order >= 0 }, path}, true
		}
	}
	return operator{}, false
}

// comparison compares what variable selects with a fixed value or with what another path selects.
type comparison struct {
	name     string
	variable *path
	operator operator
	value    any
	other    *path
}

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

// comparisonFields are the operators as fields of a rule.
func comparisonFields() []Field {
	var fields []Field
	for _, name := range comparisons() {
		operator, _ := operatorNamed(name)
		f := Field{Name: name, Language: JSONPath, Type: FlagField, Doc: "Whether what Variable selects compares so."}
		switch {
		case operator.path:
			f.Type = PathField
		case operator.kind == "String" || operator.kind == "Matches":
			f.Type = TextField
		case operator.kind == "Numeric":
			f.Type = NumberField
			f.Min = math.Inf(-1)
		case operator.kind == "Timestamp":
			f.Type = TimestampField
		}
		fields = append(fields, f)
	}
	return fields
}

// operand reads the right side of the comparison called name. Of a value that does not fit,
// the reader reports the problem: the machine is never run then, so what the comparison holds
// in its place does not matter.
func (o *object) operand(variable *path, name string) condition {
	c := comparison{name: name, variable: variable}
	c.operator, _ = operatorNamed(name)
	if c.operator.path {
		c.other, _ = compile(o, name, RulePath, parsePath)
		return c
	}
	switch c.operator.kind {
	case "String":
		c.value, _ = o.text(name)
	case "Matches":
		c.value, _ = compile(o, name, RuleChoice, parsePattern)
	case "Numeric":
		c.value, _ = o.number(name)
	case "Timestamp":
		if _, ok := compile(o, name, RuleType, parseTimestamp); ok {
			c.value, _ = o.text(name)
		}
	default:
		c.value, _ = o.flag(name)
	}
	return c
}

// parsePattern checks a pattern of StringMatches.
func parsePattern(pattern string) (string, error) {
	if strings.Contains(strings.NewReplacer(`\\`, "", `\*`, "").Replace(pattern), `\`) {
		return "", errors.New(`a backslash must be followed by * or another backslash`)
	}
	return pattern, nil
}

func (c comparison) holds(s *scope) (bool, error) {
	if c.operator.kind == "IsPresent" {
		_, err := c.variable.find(s)
		var missing *missingError
		if err != nil && !errors.As(err, &missing) {
			return false, err
		}
		return (err == nil) == c.value, nil
	}
	value, err := compared(c.variable, s)
	if err != nil {
		return false, err
	}
	other := c.value
	if c.other != nil {
		if other, err = compared(c.other, s); err != nil {
			return false, err
		}
	}
	return c.operator.compare(value, other), nil
}

// compared reads one side of a comparison.
func compared(p *path, s *scope) (any, error) {
	value, err := p.find(s)
	var missing *missingError
	if errors.As(err, &missing) {
		return nil, failure(Runtime, "Invalid path '%s': The choice state's condition path references an invalid value.", p.text)
	}
	return value, err
}

// compare applies the operator. Values of another type than the operator's compare as false.
func (o operator) compare(value, other any) bool {
	switch o.kind {
	case "IsNull":
		return (value == nil) == other
	case "IsNumeric":
		_, ok := value.(json.Number)
		return ok == other
	case "IsString":
		_, ok := value.(string)
		return ok == other
	case "IsBoolean":
		_, ok := value.(bool)
		return ok == other
	case "IsTimestamp":
		_, ok := asTime(value)
		return ok == other
	case "Matches":
		a, ok := value.(string)
		b, okOther := other.(string)
		return ok && okOther && wildcardMatch(b, a)
	case "String":
		a, ok := value.(string)
		b, okOther := other.(string)
		return ok && okOther && o.want(strings.Compare(a, b))
	case "Numeric":
		a, ok := value.(json.Number)
		b, okOther := other.(json.Number)
		return ok && okOther && o.want(compareNumbers(a, b))
	case "Boolean":
		a, ok := value.(bool)
		b, okOther := other.(bool)
		return ok && okOther && a == b
	default:
		a, ok := asTime(value)
		b, okOther := asTime(other)
		return ok && okOther && o.want(a.Compare(b))
	}
}

func asTime(value any) (time.Time, bool) {
	text, ok := value.(string)
	if !ok {
		return time.Time{}, false
	}
	t, err := parseTimestamp(text)
	return t, err == nil
}

// wildcardMatch matches text against a StringMatches pattern: * is any run of characters, \* a star and \\ a backslash.
func wildcardMatch(pattern, text string) bool {
	// After a mismatch only the last * needs to take one character more, so the work is bounded by len(pattern) * len(text).
	p, t := 0, 0
	star, taken := -1, 0
	for t < len(text) {
		if p < len(pattern) && pattern[p] == '*' {
			star, taken = p, t
			p++
			continue
		}
		if c, width := patternByte(pattern[p:]); width > 0 && c == text[t] {
			p += width
			t++
			continue
		}
		if star < 0 {
			return false
		}
		taken++
		p, t = star+1, taken
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// patternByte reads one literal byte of a pattern; width is 0 at the end.
func patternByte(pattern string) (c byte, width int) {
	switch {
	case pattern == "":
		return 0, 0
	case len(pattern) > 1 && pattern[0] == '\\' && (pattern[1] == '*' || pattern[1] == '\\'):
		return pattern[1], 2
	default:
		return pattern[0], 1
	}
}
