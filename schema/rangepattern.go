package schema

import (
	"strconv"
	"strings"
)

// rangePattern is a regular expression for the whole numbers from least to
// most, both positive, without leading zeros: what minimum and maximum say of
// a number, said of a string.
func rangePattern(least, most int) string {
	low, high := strconv.Itoa(least), strconv.Itoa(most)
	var forms []string
	for len(low) < len(high) {
		forms = append(forms, sameLength(low, strings.Repeat("9", len(low)))...)
		low = "1" + strings.Repeat("0", len(low))
	}
	return "(" + strings.Join(append(forms, sameLength(low, high)...), "|") + ")"
}

// sameLength gives the forms for low to high, which have equally many digits.
func sameLength(low, high string) []string {
	switch {
	case low == "":
		return []string{""}
	case low[0] == high[0]:
		return prefixed(low[:1], sameLength(low[1:], high[1:]))
	}
	rest := len(low) - 1
	zeros, nines := strings.Repeat("0", rest), strings.Repeat("9", rest)
	first, last := low[0], high[0]
	var before, after []string
	if low[1:] != zeros {
		before = prefixed(low[:1], sameLength(low[1:], nines))
		first++
	}
	if high[1:] != nines {
		after = prefixed(high[:1], sameLength(zeros, high[1:]))
		last--
	}
	if first <= last {
		before = append(before, digit(first, last)+anyDigits(rest))
	}
	return append(before, after...)
}

func prefixed(prefix string, forms []string) []string {
	for i := range forms {
		forms[i] = prefix + forms[i]
	}
	return forms
}

func digit(first, last byte) string {
	if first == last {
		return string(first)
	}
	return "[" + string(first) + "-" + string(last) + "]"
}

func anyDigits(n int) string {
	switch n {
	case 0:
		return ""
	case 1:
		return "[0-9]"
	}
	return "[0-9]{" + strconv.Itoa(n) + "}"
}
