package asl_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// chosen runs a Choice with one rule and says whether it held.
func chosen(t *testing.T, rule, input string) (bool, error) {
	t.Helper()
	output, err := execute(t, fmt.Sprintf(`{"StartAt": "S", "States": {
		"S": {"Type": "Choice", "Choices": [{%s, "Next": "Yes"}], "Default": "No"},
		"Yes": {"Type": "Pass", "Result": true, "End": true}, "No": {"Type": "Pass", "Result": false, "End": true}}}`, rule), input)
	return output == "true", err
}

func TestChoiceOperators(t *testing.T) {
	t.Parallel()
	cases := []struct {
		operator  string
		yes, no   []string // values of $.v for which the rule holds and does not
		otherSide string
	}{
		{operator: `"StringEquals": "b"`, yes: []string{`"b"`}, no: []string{`"B"`, `"bb"`, `1`, `null`, `["b"]`}},
		{operator: `"StringLessThan": "b"`, yes: []string{`"a"`, `""`, `"B"`}, no: []string{`"b"`, `"c"`, `1`}},
		{operator: `"StringGreaterThan": "b"`, yes: []string{`"c"`, `"é"`}, no: []string{`"b"`, `"a"`}},
		{operator: `"StringLessThanEquals": "b"`, yes: []string{`"a"`, `"b"`}, no: []string{`"c"`, `true`}},
		{operator: `"StringGreaterThanEquals": "b"`, yes: []string{`"b"`, `"c"`}, no: []string{`"a"`}},
		{operator: `"NumericEquals": 1`, yes: []string{`1`, `1.0`, `10e-1`}, no: []string{`2`, `"1"`, `true`}},
		{operator: `"NumericLessThan": 1.5`, yes: []string{`1`, `-3`}, no: []string{`1.5`, `2`, `"1"`}},
		{operator: `"NumericGreaterThan": 9007199254740992`, yes: []string{`9007199254740993`}, no: []string{`9007199254740992`}},
		{operator: `"NumericLessThanEquals": 1`, yes: []string{`1`, `0`}, no: []string{`1.01`}},
		{operator: `"NumericGreaterThanEquals": 1`, yes: []string{`1`, `2`}, no: []string{`0.99`, `null`}},
		{operator: `"BooleanEquals": true`, yes: []string{`true`}, no: []string{`false`, `"true"`, `1`}},
		{operator: `"BooleanEquals": false`, yes: []string{`false`}, no: []string{`true`, `null`}},
		{operator: `"TimestampEquals": "2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T01:00:00+01:00"`, `"2026-01-01T00:00:00.000Z"`}, no: []string{`"2026-01-01t00:00:00z"`, `"2026-01-01"`, `1`}},
		{operator: `"TimestampLessThan": "2026-01-01T00:00:00Z"`, yes: []string{`"2025-12-31T23:59:59.999Z"`}, no: []string{`"2026-01-01T00:00:00Z"`, `""`}},
		{operator: `"TimestampGreaterThan": "2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00.001Z"`}, no: []string{`"2026-01-01T00:00:00Z"`}},
		{operator: `"TimestampLessThanEquals": "2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00Z"`}, no: []string{`"2026-01-01T00:00:01Z"`}},
		{operator: `"TimestampGreaterThanEquals": "2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00Z"`}, no: []string{`"2025-01-01T00:00:01Z"`}},
		{operator: `"StringEqualsPath": "$.o"`, otherSide: `"b"`, yes: []string{`"b"`}, no: []string{`"a"`, `1`}},
		{operator: `"StringLessThanPath": "$.o"`, otherSide: `"b"`, yes: []string{`"a"`}, no: []string{`"b"`}},
		{operator: `"StringGreaterThanPath": "$.o"`, otherSide: `"b"`, yes: []string{`"c"`}, no: []string{`"b"`}},
		{operator: `"StringLessThanEqualsPath": "$.o"`, otherSide: `"b"`, yes: []string{`"b"`}, no: []string{`"c"`}},
		{operator: `"StringGreaterThanEqualsPath": "$.o"`, otherSide: `"b"`, yes: []string{`"b"`}, no: []string{`"a"`}},
		{operator: `"NumericEqualsPath": "$.o"`, otherSide: `1.0`, yes: []string{`1`}, no: []string{`"1"`}},
		{operator: `"NumericLessThanPath": "$.o"`, otherSide: `1`, yes: []string{`0`}, no: []string{`1`}},
		{operator: `"NumericGreaterThanPath": "$.o"`, otherSide: `1`, yes: []string{`2`}, no: []string{`1`}},
		{operator: `"NumericLessThanEqualsPath": "$.o"`, otherSide: `1`, yes: []string{`1`}, no: []string{`2`}},
		{operator: `"NumericGreaterThanEqualsPath": "$.o"`, otherSide: `1`, yes: []string{`1`}, no: []string{`0`}},
		{operator: `"BooleanEqualsPath": "$.o"`, otherSide: `true`, yes: []string{`true`}, no: []string{`false`}},
		{operator: `"TimestampEqualsPath": "$.o"`, otherSide: `"2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00Z"`}, no: []string{`"2026-01-01T00:00:01Z"`}},
		{operator: `"TimestampLessThanPath": "$.o"`, otherSide: `"2026-01-01T00:00:00Z"`, yes: []string{`"2025-01-01T00:00:00Z"`}, no: []string{`"2026-01-01T00:00:00Z"`}},
		{operator: `"TimestampGreaterThanPath": "$.o"`, otherSide: `"2026-01-01T00:00:00Z"`, yes: []string{`"2027-01-01T00:00:00Z"`}, no: []string{`"2026-01-01T00:00:00Z"`}},
		{operator: `"TimestampLessThanEqualsPath": "$.o"`, otherSide: `"2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00Z"`}, no: []string{`"2027-01-01T00:00:00Z"`}},
		{operator: `"TimestampGreaterThanEqualsPath": "$.o"`, otherSide: `"2026-01-01T00:00:00Z"`, yes: []string{`"2026-01-01T00:00:00Z"`}, no: []string{`"2025-01-01T00:00:00Z"`}},
		{operator: `"StringMatches": "foo*.log"`, yes: []string{`"foo23.log"`, `"foo.log"`, `"foo.log.log"`}, no: []string{`"zebra.log"`, `"foo.logs"`, `1`}},
		{operator: `"StringMatches": "foo*.*"`, yes: []string{`"foobar.zebra"`}, no: []string{`"foobar"`}},
		{operator: `"StringMatches": "*a*b*"`, yes: []string{`"ab"`, `"xaxbx"`, `"aéb"`}, no: []string{`"ba"`, `""`}},
		{operator: `"StringMatches": "a\\*\\\\*"`, yes: []string{`"a*\\"`, `"a*\\x"`}, no: []string{`"ab\\"`, `"a*"`}},
		{operator: `"StringMatches": ""`, yes: []string{`""`}, no: []string{`"a"`}},
		{operator: `"IsNull": true`, yes: []string{`null`}, no: []string{`0`, `""`}},
		{operator: `"IsNull": false`, yes: []string{`0`}, no: []string{`null`}},
		{operator: `"IsPresent": true`, yes: []string{`null`, `1`}},
		{operator: `"IsPresent": false`, no: []string{`null`, `1`}},
		{operator: `"IsNumeric": true`, yes: []string{`1`, `-1.5e3`}, no: []string{`"1"`, `null`}},
		{operator: `"IsNumeric": false`, yes: []string{`"1"`}, no: []string{`1`}},
		{operator: `"IsString": true`, yes: []string{`""`}, no: []string{`1`, `null`}},
		{operator: `"IsBoolean": true`, yes: []string{`false`}, no: []string{`"false"`, `0`}},
		{operator: `"IsTimestamp": true`, yes: []string{`"2026-01-01T00:00:00+02:00"`}, no: []string{`"2026-01-01"`, `1`}},
		{operator: `"IsTimestamp": false`, yes: []string{`1`}, no: []string{`"2026-01-01T00:00:00Z"`}},
	}
	for _, c := range cases {
		t.Run(c.operator, func(t *testing.T) {
			t.Parallel()
			other := "null"
			if c.otherSide != "" {
				other = c.otherSide
			}
			check := func(values []string, want bool) {
				for _, value := range values {
					holds, err := chosen(t, `"Variable": "$.v", `+c.operator, fmt.Sprintf(`{"v": %s, "o": %s}`, value, other))
					require.NoError(t, err)
					assert.Equal(t, want, holds, "%s for %s", c.operator, value)
				}
			}
			check(c.yes, true)
			check(c.no, false)
		})
	}
}

func TestChoiceCombinations(t *testing.T) {
	t.Parallel()
	const isA, isB, missing = `{"Variable": "$.v", "StringEquals": "a"}`, `{"Variable": "$.w", "StringEquals": "b"}`, `{"Variable": "$.x", "IsNull": true}`
	cases := map[string]struct {
		rule string
		want bool
	}{
		"and":                      {`"And": [` + isA + `, ` + isB + `]`, true},
		"and not":                  {`"And": [` + isA + `, {"Not": ` + isB + `}]`, false},
		"and stops early":          {`"And": [{"Not": ` + isA + `}, ` + missing + `]`, false},
		"or":                       {`"Or": [{"Not": ` + isA + `}, ` + isB + `]`, true},
		"or stops early":           {`"Or": [` + isA + `, ` + missing + `]`, true},
		"or of nothing true":       {`"Or": [{"Not": ` + isA + `}, {"Not": ` + isB + `}]`, false},
		"deep":                     {`"Not": {"And": [{"Or": [` + isA + `]}, {"Not": ` + isB + `}]}`, true},
		"missing is not present":   {`"Variable": "$.x", "IsPresent": false`, true},
		"missing present":          {`"Variable": "$.x.y", "IsPresent": true`, false},
		"list of matches":          {`"Variable": "$.l[?(@==9)]", "IsPresent": true`, true},
		"context object":           {`"Variable": "$$.State.Name", "StringEqualsPath": "$.s"`, true},
		"guarded by a presence":    {`"And": [{"Variable": "$.x", "IsPresent": true}, ` + missing + `]`, false},
		"comparison with a list":   {`"Variable": "$.l[*]", "NumericEquals": 1`, false},
		"element of the same list": {`"Variable": "$.l[0]", "NumericEquals": 1`, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			holds, err := chosen(t, c.rule, `{"v": "a", "w": "b", "l": [1], "s": "S"}`)
			require.NoError(t, err)
			assert.Equal(t, c.want, holds)
		})
	}
}

func TestChoiceFails(t *testing.T) {
	t.Parallel()
	_, err := chosen(t, `"Variable": "$.x", "StringEquals": "a"`, `{}`)
	assert.Equal(t, &asl.Error{Name: asl.Runtime, State: "S", Cause: `Invalid path '$.x': The choice state's condition path references an invalid value.`}, failureOf(t, err))
	_, err = chosen(t, `"Variable": "$.v", "StringEqualsPath": "$.x"`, `{"v": "a"}`)
	assert.Equal(t, &asl.Error{Name: asl.Runtime, State: "S", Cause: `Invalid path '$.x': The choice state's condition path references an invalid value.`}, failureOf(t, err))
	_, err = execute(t, `{"StartAt": "S", "States": {"S": {"Type": "Choice", "Choices": [{"Variable": "$.v", "IsNull": true, "Next": "T"}]}, "T": {"Type": "Succeed"}}}`, `{"v": 1}`)
	assert.Equal(t, &asl.Error{Name: asl.NoChoiceMatched, State: "S", Cause: `no rule of the Choice state holds and it has no Default`}, failureOf(t, err))
}

// The example of the specification's section "JSONPath Choice Rules".
func TestChoiceExampleOfTheSpecification(t *testing.T) {
	t.Parallel()
	definition := `{"StartAt": "DispatchEvent", "States": {"DispatchEvent": {"Type": "Choice", "Choices": [
		{"Not": {"Variable": "$.type", "StringEquals": "Private"}, "Next": "Public"},
		{"And": [{"Variable": "$.value", "IsPresent": true}, {"Variable": "$.value", "IsNumeric": true},
			{"Variable": "$.value", "NumericGreaterThanEquals": 20}, {"Variable": "$.value", "NumericLessThan": 30}], "Next": "ValueInTwenties"},
		{"Variable": "$.rating", "NumericGreaterThanPath": "$.auditThreshold", "Next": "StartAudit"}], "Default": "RecordEvent"},
		"Public": {"Type": "Pass", "Result": "Public", "End": true}, "ValueInTwenties": {"Type": "Pass", "Result": "ValueInTwenties", "End": true},
		"StartAudit": {"Type": "Pass", "Result": "StartAudit", "End": true}, "RecordEvent": {"Type": "Pass", "Result": "RecordEvent", "End": true}}}`
	for input, want := range map[string]string{
		`{"type": "Public"}`:                                                   `"Public"`,
		`{"type": "Private", "value": 22}`:                                     `"ValueInTwenties"`,
		`{"type": "Private", "rating": 5, "auditThreshold": 4}`:                `"StartAudit"`,
		`{"type": "Private", "value": "22", "rating": 1, "auditThreshold": 4}`: `"RecordEvent"`,
	} {
		output, err := execute(t, definition, input)
		require.NoError(t, err)
		assert.Equal(t, want, output, input)
	}
}
