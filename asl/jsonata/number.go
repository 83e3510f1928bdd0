package jsonata

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// formatNumber writes a number as JavaScript does: the shortest decimal that reads
// back as the same number, and an exponent from 1e21 on and below 1e-6.
func formatNumber(n float64) string {
	switch {
	case n == 0:
		return "0" // and -0
	case math.IsInf(n, 0) || math.IsNaN(n):
		return strings.TrimPrefix(strconv.FormatFloat(n, 'g', -1, 64), "+")
	}
	if magnitude := math.Abs(n); magnitude >= 1e-6 && magnitude < 1e21 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	// Go pads an exponent to two digits.
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(n, 'e', -1, 64), "e")
	sign, digits := exponent[:1], strings.TrimLeft(exponent[1:], "0")
	return mantissa + "e" + sign + digits
}

// round15 rounds a fraction to 15 significant digits, which hides the errors of
// binary fractions from people. Integers keep their digits.
func round15(n float64) float64 {
	if n == math.Trunc(n) || math.IsInf(n, 0) || math.IsNaN(n) {
		return n
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(n, 'e', 14, 64), 64)
	if err != nil {
		return n
	}
	return rounded
}

// numberOf returns a number as float64.
func numberOf(value any) (float64, bool) {
	switch value := value.(type) {
	case float64:
		return value, true
	case int64:
		return float64(value), true
	default:
		return 0, false
	}
}

// finite returns a number, and an error if it is infinite. NaN is no number.
func finite(value any) (number float64, ok bool, err error) {
	number, ok = numberOf(value)
	switch {
	case !ok || math.IsNaN(number):
		return 0, false, nil
	case math.IsInf(number, 0):
		return 0, false, fault("D1001").about(value)
	default:
		return number, true, nil
	}
}

func isInteger(n float64) bool { return n == math.Trunc(n) && !math.IsInf(n, 0) }

// parseNumber reads a JSON number, or an integer in hexadecimal, octal or binary.
func parseNumber(text string) (float64, bool) {
	if len(text) > 2 && text[0] == '0' {
		base := map[byte]int{'x': 16, 'X': 16, 'o': 8, 'O': 8, 'b': 2, 'B': 2}[text[1]]
		if base != 0 {
			integer, ok := new(big.Int).SetString(text[2:], base)
			if !ok || strings.ContainsAny(text[2:3], "+-") || len(text) > 1000 {
				return 0, false
			}
			number, _ := new(big.Float).SetInt(integer).Float64()
			return number, !math.IsInf(number, 0)
		}
	}
	if !isDecimal(text) {
		return 0, false // Go reads more forms, such as Inf and 1_000
	}
	number, err := strconv.ParseFloat(text, 64)
	return number, err == nil
}

// isDecimal reports whether a text is a number in JSON, or has leading zeros besides.
func isDecimal(text string) bool {
	rest, ok := skipDigits(strings.TrimPrefix(text, "-"))
	if fraction, found := strings.CutPrefix(rest, "."); ok && found {
		rest, ok = skipDigits(fraction)
	}
	if ok && rest != "" && strings.ContainsAny(rest[:1], "eE") {
		rest = rest[1:]
		if rest != "" && strings.ContainsAny(rest[:1], "+-") {
			rest = rest[1:]
		}
		rest, ok = skipDigits(rest)
	}
	return ok && rest == ""
}

// skipDigits returns what follows the digits at the start of a text, of which there
// has to be one.
func skipDigits(text string) (string, bool) {
	rest := strings.TrimLeft(text, "0123456789")
	return rest, rest != text
}
