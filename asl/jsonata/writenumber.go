package jsonata

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// write writes a number that is not negative.
func (f decimalFormat) write(p subPicture, number float64) string {
	switch {
	case strings.Contains(p.text, f.percent):
		number *= 100
	case strings.Contains(p.text, f.perMille):
		number *= 1000
	}
	exponent := 0
	if p.minExponent > 0 {
		number, exponent = normalize(number, p.scaling)
	}
	text := strconv.FormatFloat(roundTo(number, float64(p.maxFraction)), 'f', p.maxFraction, 64)
	integer, fraction, _ := strings.Cut(text, ".")
	integer, fraction = strings.TrimLeft(integer, "0"), strings.TrimRight(fraction, "0")
	integer = strings.Repeat("0", max(p.minInteger-len(integer), 0)) + integer
	fraction += strings.Repeat("0", max(p.minFraction-len(fraction), 0))
	result := f.group(p, integer)
	if fraction != "" && strings.Contains(p.text, f.decimal) {
		result += f.decimal + f.groupFraction(p, fraction)
	}
	if p.minExponent > 0 {
		digits := strconv.Itoa(max(exponent, -exponent))
		result += f.exponent
		if exponent < 0 {
			result += f.minus
		}
		result += f.digits(strings.Repeat("0", max(p.minExponent-len(digits), 0)) + digits)
	}
	return p.prefix + result + p.suffix
}

// normalize returns a number with as many digits before its point as scaling says,
// and the power of ten that it lost.
func normalize(number float64, scaling int) (float64, int) {
	if number == 0 || math.IsInf(number, 0) {
		return number, 0
	}
	most, least := math.Pow(10, float64(scaling)), math.Pow(10, float64(scaling-1))
	exponent := 0
	for number < least {
		number *= 10
		exponent--
	}
	for number > most {
		number /= 10
		exponent++
	}
	return number, exponent
}

// digits writes digits with those of the format.
func (f decimalFormat) digits(text string) string {
	zero := []rune(f.zero)[0]
	return strings.Map(func(c rune) rune { return c - '0' + zero }, text)
}

func (f decimalFormat) group(p subPicture, digits string) string {
	var out strings.Builder
	for i := range len(digits) {
		left := len(digits) - i
		if i > 0 && (p.every > 0 && left%p.every == 0 || p.every == 0 && slices.Contains(p.integerGroups, left)) {
			out.WriteString(f.grouping)
		}
		out.WriteString(f.digits(digits[i : i+1]))
	}
	return out.String()
}

func (f decimalFormat) groupFraction(p subPicture, digits string) string {
	var out strings.Builder
	for i := range len(digits) {
		if slices.Contains(p.fractionGroups, i) {
			out.WriteString(f.grouping)
		}
		out.WriteString(f.digits(digits[i : i+1]))
	}
	return out.String()
}
