package asl

import (
	"encoding/json"
	"math/big"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCompareNumbers(t *testing.T) {
	t.Parallel()
	ascending := []json.Number{
		"-1e999999999999999999999", "-1e9", "-12.5", "-12.4", "-1", "-1e-9", "0", "1e-999999999999999999999", "0.1", "0.11", "0.9", "1", "1.0000000000000000001",
		"9", "10", "9007199254740992", "9007199254740993", "1e1000", "1.5e1000",
	}
	for i, a := range ascending {
		for j, b := range ascending {
			assert.Equal(t, sign(i-j), compareNumbers(a, b), "%s and %s", a, b)
		}
	}
	for _, same := range [][2]json.Number{{"1", "1.0"}, {"-0", "0e5"}, {"100", "1E+2"}, {"0.001", "1e-3"}, {"12e1", "1.2e2"}} {
		assert.Zero(t, compareNumbers(same[0], same[1]), "%s and %s", same[0], same[1])
	}
}

func TestWholeAndRoundedNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		number       json.Number
		whole        bool
		rounded      int64
		beyondInt64s bool
	}{
		{number: "0", whole: true},
		{number: "-0.0", whole: true},
		{number: "3.0", whole: true, rounded: 3},
		{number: "3e2", whole: true, rounded: 300},
		{number: "9223372036854775807", whole: true, rounded: 9223372036854775807},
		{number: "-9223372036854775808", whole: true, rounded: -9223372036854775808},
		{number: "9223372036854775808", beyondInt64s: true},
		{number: "1e30", beyondInt64s: true},
		{number: "1.5", rounded: 2},
		{number: "2.4", rounded: 2},
		{number: "-1.5", rounded: -1},
		{number: "-1.6", rounded: -2},
		{number: "0.49", rounded: 0},
		{number: "1e-400000000", rounded: 0},
		{number: "-1e-30", rounded: 0},
	}
	for _, c := range cases {
		i, ok := wholeNumber(c.number)
		assert.Equal(t, c.whole, ok, c.number)
		if ok {
			assert.Equal(t, c.rounded, i, c.number)
		}
		i, ok = roundedNumber(c.number)
		assert.Equal(t, !c.beyondInt64s, ok, c.number)
		if ok {
			assert.Equal(t, c.rounded, i, c.number)
		}
	}
}

func FuzzCompareNumbers(f *testing.F) {
	f.Add("1.50", "15e-1")
	f.Add("-0.001", "1e3")
	f.Fuzz(func(t *testing.T, a, b string) {
		if !isNumber(a) || !isNumber(b) || len(a) > 50 || len(b) > 50 {
			return
		}
		order := compareNumbers(json.Number(a), json.Number(b))
		require.Equal(t, -order, compareNumbers(json.Number(b), json.Number(a)))
		if x, y := parseDecimal(json.Number(a)), parseDecimal(json.Number(b)); max(x.exponent, y.exponent) > 100 || min(x.exponent, y.exponent) < -100 {
			return // too long for the exact check
		}
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if !okX || !okY {
			return // a zero whose exponent is beyond what big.Rat reads
		}
		require.Equal(t, x.Cmp(y), order)
	})
}

func TestCanonicalFormsAreEqualWhereValuesAre(t *testing.T) {
	t.Parallel()
	values := []string{`1`, `1.0`, `10e-1`, `-1`, `0`, `-0`, `"1"`, `"#"`, `null`, `"null"`, `true`, `[]`, `[1]`, `[1.0]`, `[[1]]`, `{}`, `{"a": 1, "b": [2]}`, `{"b": [2.0], "a": 1}`, `{"a": 1}`, `["a", 1]`}
	for _, a := range values {
		for _, b := range values {
			x, err := decode([]byte(a))
			require.NoError(t, err)
			y, err := decode([]byte(b))
			require.NoError(t, err)
			assert.Equal(t, equal(x, y), string(appendCanonical(nil, x)) == string(appendCanonical(nil, y)), "%s and %s", a, b)
		}
	}
}
