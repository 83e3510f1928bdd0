package jsonata

import (
	"math"
	"strings"
)

func smallNumbers() []string {
	return []string{
		"Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
		"Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
	}
}

func smallOrdinals() []string {
	return []string{
		"Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth", "Eleventh", "Twelfth",
		"Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth",
	}
}

func decades() []string {
	return []string{"Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"}
}

func magnitudes() []string { return []string{"Thousand", "Million", "Billion", "Trillion"} }

// words writes a number in English.
func words(number float64, ordinal bool) string { return wordsBehind(number, false, ordinal) }

// wordsBehind writes a number, or what remains of one whose larger part precedes.
func wordsBehind(number float64, behind, ordinal bool) string {
	comma, and := "", ""
	if behind {
		comma, and = ", ", " and "
	}
	switch {
	case number < 20 && ordinal:
		return and + smallOrdinals()[int(number)]
	case number < 20:
		return and + smallNumbers()[int(number)]
	case number < 100:
		decade, rest := decades()[int(number)/10-2], math.Mod(number, 10)
		switch {
		case rest > 0:
			return and + decade + "-" + wordsBehind(rest, false, ordinal)
		case ordinal:
			return and + strings.TrimSuffix(decade, "y") + "ieth"
		default:
			return and + decade
		}
	case number < 1000:
		return comma + smallNumbers()[int(number)/100] + " Hundred" + restInWords(math.Mod(number, 100), ordinal)
	}
	names := magnitudes()
	magnitude := min(int(math.Log10(number)/3), len(names))
	if math.Pow(1000, float64(magnitude)) > number {
		magnitude-- // the logarithm was rounded up
	}
	unit := math.Pow(1000, float64(magnitude))
	count := math.Floor(number / unit)
	return comma + wordsBehind(count, false, false) + " " + names[magnitude-1] + restInWords(number-count*unit, ordinal)
}

func restInWords(rest float64, ordinal bool) string {
	switch {
	case rest > 0:
		return wordsBehind(rest, true, ordinal)
	case ordinal:
		return "th"
	default:
		return ""
	}
}

// wordValues returns the value of each word, in lower case.
func wordValues() map[string]float64 {
	values := map[string]float64{"hundred": 100, "hundredth": 100}
	for i, name := range smallNumbers() {
		values[strings.ToLower(name)] = float64(i)
	}
	for i, name := range smallOrdinals() {
		values[strings.ToLower(name)] = float64(i)
	}
	for i, name := range decades() {
		name = strings.ToLower(name)
		values[name] = float64(10 * (i + 2))
		values[strings.TrimSuffix(name, "y")+"ieth"] = values[name]
	}
	for i, name := range magnitudes() {
		name = strings.ToLower(name)
		values[name] = math.Pow(1000, float64(i+1))
		values[name+"th"] = values[name]
	}
	return values
}

// parseWords reads a number in English, in lower case.
func parseWords(text string) (float64, bool) {
	values := wordValues()
	var parts []float64
	for _, word := range strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(" ,-\t\n", c) }) {
		if word == "and" {
			continue
		}
		value, ok := values[word]
		if !ok {
			return 0, false
		}
		last := len(parts) - 1
		switch {
		case value >= 100 && last >= 0:
			parts[last] *= value
		case last >= 0 && parts[last] < 1000:
			parts[last] += value
		default:
			parts = append(parts, value)
		}
	}
	total := 0.0
	for _, part := range parts {
		total += part
	}
	return total, len(parts) > 0
}
