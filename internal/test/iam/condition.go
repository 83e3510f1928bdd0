package iam

import (
	"encoding/base64"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// operator is a condition operator without its prefix and suffix.
type operator struct {
	// test compares a value of the policy with one of the request.
	test func(wanted pattern, given string) bool
	// negated is true for the operators with Not in their names, which hold when
	// no value of the policy fits, and when the request has no such key.
	negated bool
	// forAll and forAny are the prefixes ForAllValues and ForAnyValue.
	forAll, forAny, ifExists, null bool
}

// operatorOf reads an operator's name.
func operatorOf(name string) (operator, bool) {
	var o operator
	name, o.forAll = strings.CutPrefix(name, "ForAllValues:")
	if !o.forAll {
		name, o.forAny = strings.CutPrefix(name, "ForAnyValue:")
	}
	if name == "Null" {
		o.null = true
		return o, !o.forAll && !o.forAny
	}
	name, o.ifExists = strings.CutSuffix(name, "IfExists")
	switch name {
	case "StringEquals", "StringNotEquals":
		o.test = func(wanted pattern, given string) bool { return wanted.text() == given }
	case "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase":
		o.test = func(wanted pattern, given string) bool { return strings.EqualFold(wanted.text(), given) }
	case "StringLike", "StringNotLike":
		o.test = pattern.matches
	case "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike":
		o.test = pattern.matchesARN
	case "Bool":
		o.test = func(wanted pattern, given string) bool { return strings.EqualFold(wanted.text(), given) }
	case "BinaryEquals":
		o.test = sameBytes
	case "IpAddress", "NotIpAddress":
		o.test = inNetwork
	default:
		var known bool
		if o.test, known = ordered(name); !known {
			return operator{}, false
		}
	}
	o.negated = strings.Contains(name, "Not")
	return o, true
}

// ordered are the operators that compare numbers and times.
func ordered(name string) (test func(pattern, string) bool, known bool) {
	compare := compareNumbers
	order, isNumber := strings.CutPrefix(name, "Numeric")
	if !isNumber {
		var isDate bool
		if order, isDate = strings.CutPrefix(name, "Date"); !isDate {
			return nil, false
		}
		compare = compareTimes
	}
	holds, known := map[string]func(int) bool{
		"Equals": func(c int) bool { return c == 0 }, "NotEquals": func(c int) bool { return c == 0 },
		"LessThan": func(c int) bool { return c < 0 }, "LessThanEquals": func(c int) bool { return c <= 0 },
		"GreaterThan": func(c int) bool { return c > 0 }, "GreaterThanEquals": func(c int) bool { return c >= 0 },
	}[order]
	return func(wanted pattern, given string) bool {
		order, comparable := compare(given, wanted.text())
		return comparable && holds(order)
	}, known
}

func compareNumbers(a, b string) (order int, comparable bool) {
	x, errX := strconv.ParseFloat(a, 64)
	y, errY := strconv.ParseFloat(b, 64)
	if errX != nil || errY != nil {
		return 0, false
	}
	switch {
	case x < y:
		return -1, true
	case x > y:
		return 1, true
	}
	return 0, x == y // not a number equals nothing
}

func compareTimes(a, b string) (order int, comparable bool) {
	x, okX := timeOf(a)
	y, okY := timeOf(b)
	return x.Compare(y), okX && okY
}

// timeOf reads a time of ISO 8601, or in seconds since 1970.
func timeOf(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && len(text) > len("2026") {
		return time.Unix(seconds, 0), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func sameBytes(wanted pattern, given string) bool {
	a, errA := base64.StdEncoding.DecodeString(wanted.text())
	b, errB := base64.StdEncoding.DecodeString(given)
	return errA == nil && errB == nil && slices.Equal(a, b)
}

func inNetwork(wanted pattern, given string) bool {
	address, err := netip.ParseAddr(given)
	if err != nil {
		return false
	}
	if network, err := netip.ParsePrefix(wanted.text()); err == nil {
		return network.Contains(address)
	}
	single, err := netip.ParseAddr(wanted.text())
	return err == nil && single == address
}

// holds reports whether a condition holds for a request.
func (c Condition) holds(request *Request, variables bool) bool {
	o, known := operatorOf(c.Operator)
	if !known {
		return false // Parse refuses it
	}
	given, found := request.Context.get(c.Key)
	if o.null {
		return slices.ContainsFunc(c.Values, func(v string) bool { return strings.EqualFold(v, strconv.FormatBool(!found)) })
	}
	if !found {
		return o.ifExists || o.forAll || o.negated && !o.forAny
	}
	var wanted []pattern
	for _, value := range c.Values {
		if p, ok := patternOf(value, request, variables); ok {
			wanted = append(wanted, p)
		}
	}
	fits := func(value string) bool {
		return slices.ContainsFunc(wanted, func(w pattern) bool { return o.test(w, value) }) != o.negated
	}
	if o.forAll || o.negated && !o.forAny {
		return !slices.ContainsFunc(given, func(value string) bool { return !fits(value) })
	}
	return slices.ContainsFunc(given, fits)
}
