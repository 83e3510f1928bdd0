package asl

import (
	"encoding/json"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// decimal is the exact value 0.digits * 10^exponent. Digits start and end with a digit other than 0; zero has none.
// An exact form that costs no more than the number's text: 1e1000000000 is as cheap as 1.
type decimal struct {
	negative bool
	digits   string
	exponent int64
}

func parseDecimal(n json.Number) decimal {
	text, negative := strings.CutPrefix(string(n), "-")
	mantissa, power, _ := strings.Cut(strings.ToLower(text), "e")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent := int64(len(whole)) - int64(len(whole)+len(fraction)-len(digits))
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return decimal{}
	}
	if power != "" {
		// Beyond the range only the sign of the exponent matters; a quarter of the range keeps the sum from overflowing.
		p, _ := strconv.ParseInt(power, 10, 64)
		exponent += min(max(p, math.MinInt64/4), math.MaxInt64/4)
	}
	return decimal{negative, digits, exponent}
}

// compareNumbers orders two JSON numbers by value: -1, 0 or 1.
func compareNumbers(a, b json.Number) int {
	x, y := parseDecimal(a), parseDecimal(b)
	if sx, sy := x.sign(), y.sign(); sx != sy || sx == 0 {
		return sign(sx - sy)
	}
	order := sign64(x.exponent, y.exponent)
	if order == 0 {
		order = strings.Compare(x.digits, y.digits)
	}
	if x.negative {
		order = -order
	}
	return order
}

func (d decimal) sign() int {
	switch {
	case d.digits == "":
		return 0
	case d.negative:
		return -1
	default:
		return 1
	}
}

func sign(i int) int { return min(max(i, -1), 1) }

func sign64(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	default:
		return 0
	}
}

// wholeNumber returns n if it is an integer in the range of int64; 3.0 and 3e2 are.
func wholeNumber(n json.Number) (int64, bool) {
	d := parseDecimal(n)
	if d.digits == "" {
		return 0, true
	}
	if d.exponent < int64(len(d.digits)) || d.exponent > 19 {
		return 0, false
	}
	text := d.digits + strings.Repeat("0", int(d.exponent)-len(d.digits))
	if d.negative {
		text = "-" + text
	}
	i, err := strconv.ParseInt(text, 10, 64)
	return i, err == nil
}

// roundedNumber rounds n to the nearest integer, halves up, as Step Functions does with the arguments of its numeric intrinsics.
func roundedNumber(n json.Number) (int64, bool) {
	if i, ok := wholeNumber(n); ok {
		return i, true
	}
	if d := parseDecimal(n); d.exponent > 19 {
		return 0, false
	} else if d.exponent < -18 {
		return 0, true
	}
	exact, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return 0, false
	}
	exact.Add(exact, big.NewRat(1, 2))
	// Euclidean division by the positive denominator rounds down.
	rounded := new(big.Int).Div(exact.Num(), exact.Denom())
	return rounded.Int64(), rounded.IsInt64()
}
