package jsonata

import (
	"math"
	"strconv"
	"strings"
)

func parseIntegerFunction(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	picture, _ := c.text(1)
	if err := c.spendText(formatCost + 8*(len(text)+len(picture))); err != nil {
		return nil, err
	}
	format, err := parseIntegerPicture(picture)
	if err != nil {
		return nil, err
	}
	return format.parse(text)
}

// parse reads an integer that format has written.
func (f *integerFormat) parse(text string) (any, error) {
	number, ok := 0.0, false
	switch f.numbering {
	case inLetters:
		number, ok = parseLetters(strings.ToUpper(text))
	case inRoman:
		number, ok = parseRoman(strings.ToUpper(text))
	case inWords:
		number, ok = parseWords(strings.ToLower(text))
	case inSequence:
		return nil, fault("D3130").about(f.picture)
	default:
		number, ok = f.parseDigitText(text)
	}
	if !ok {
		return nil, fault("D3030").about(text)
	}
	return number, nil
}

// parseDigitText reads the digits at the start of a text, without their separators.
func (f *integerFormat) parseDigitText(text string) (float64, bool) {
	if f.ordinal && len(text) > 2 {
		text = text[:len(text)-2]
	}
	text = strings.Map(func(c rune) rune {
		for _, s := range f.separators {
			if c == s.character {
				return -1
			}
		}
		if f.zero <= c && c < f.zero+10 {
			return c - f.zero + '0'
		}
		return c
	}, text)
	text = strings.TrimSpace(text)
	sign := 1.0
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = -1, rest
	}
	rest, ok := skipDigits(text)
	if !ok {
		return 0, false
	}
	number, _ := strconv.ParseFloat(text[:len(text)-len(rest)], 64)
	return sign * number, !math.IsInf(number, 0)
}

func parseLetters(text string) (float64, bool) {
	number := 0.0
	for _, c := range text {
		if c < 'A' || c > 'Z' {
			return 0, false
		}
		number = number*26 + float64(c-'A'+1)
	}
	return number, !math.IsInf(number, 0)
}

// parseRoman reads a Roman number: a numeral before a larger one counts against it.
func parseRoman(text string) (float64, bool) {
	values := map[rune]int{}
	for _, n := range numerals() {
		if len(n.text) == 1 {
			values[rune(n.text[0])] = n.value
		}
	}
	total, largest := 0, 0
	runes := []rune(text)
	for i := len(runes) - 1; i >= 0; i-- {
		value, ok := values[runes[i]]
		switch {
		case !ok:
			return 0, false
		case value < largest:
			total -= value
		default:
			largest = value
			total += value
		}
	}
	return float64(total), true
}
