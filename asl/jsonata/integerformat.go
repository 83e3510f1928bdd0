package jsonata

import (
	"math"
	"strconv"
	"strings"
	"unicode"
)

// numbering is how an integer is written.
type numbering int

const (
	inDigits numbering = iota
	inLetters
	inRoman
	inWords
	inSequence // a sequence of characters that the package does not know
)

// integerFormat is what a picture of an integer says.
type integerFormat struct {
	numbering  numbering
	picture    string
	upper      bool
	title      bool
	ordinal    bool
	zero       rune
	mandatory  int // digits
	optional   int
	separators []groupSeparator // from the right
	every      int              // digits between separators, if that is regular
	parseWidth int              // digits that are read, if the number directly precedes another
}

// groupSeparator is a character with a number of digits to its right.
type groupSeparator struct {
	place     int
	character rune
}

// parseIntegerPicture reads a picture such as #,##0, w or 1;o.
func parseIntegerPicture(picture string) (*integerFormat, error) {
	f := &integerFormat{picture: picture}
	if place := strings.LastIndex(picture, ";"); place >= 0 {
		f.picture = picture[:place]
		f.ordinal = strings.HasPrefix(picture[place+1:], "o")
	}
	switch f.picture {
	case "A", "a":
		f.numbering, f.upper = inLetters, f.picture == "A"
	case "I", "i":
		f.numbering, f.upper = inRoman, f.picture == "I"
	case "W", "w", "Ww":
		f.numbering, f.upper, f.title = inWords, f.picture == "W", f.picture == "Ww"
	default:
		return f, f.parseDigits()
	}
	return f, nil
}

func (f *integerFormat) parseDigits() error {
	runes := []rune(f.picture)
	for i := len(runes) - 1; i >= 0; i-- {
		c := runes[i]
		switch zero, isDigit := zeroOf(c); {
		case isDigit && f.mandatory > 0 && zero != f.zero:
			return fault("D3131")
		case isDigit:
			f.zero = zero
			f.mandatory++
		case c == '#':
			f.optional++
		default:
			f.separators = append(f.separators, groupSeparator{f.mandatory + f.optional, c})
		}
	}
	if f.mandatory == 0 {
		f.numbering = inSequence
		return nil
	}
	var places []int
	for _, s := range f.separators {
		if s.character != f.separators[0].character {
			return nil
		}
		places = append(places, s.place)
	}
	f.every = regular(places)
	return nil
}

// zeroOf returns the zero of the decimal digits that a character is one of. Unicode
// has all of them in runs of ten.
func zeroOf(c rune) (rune, bool) {
	for _, r := range unicode.Nd.R16 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return c - (c-rune(r.Lo))%10, true
		}
	}
	for _, r := range unicode.Nd.R32 {
		if rune(r.Lo) <= c && c <= rune(r.Hi) {
			return c - (c-rune(r.Lo))%10, true
		}
	}
	return 0, false
}

// format writes an integer.
func (f *integerFormat) format(number float64) (string, error) {
	text, err := f.formatPositive(math.Abs(number))
	if number < 0 {
		text = "-" + text
	}
	return text, err
}

func (f *integerFormat) formatPositive(number float64) (string, error) {
	switch f.numbering {
	case inLetters:
		return f.cased(letters(number)), nil
	case inRoman:
		const most = 1e6
		if number > most {
			return "", fault("D3130").about(f.picture)
		}
		return f.cased(roman(int(number))), nil
	case inWords:
		text := words(number, f.ordinal)
		if f.title {
			return text, nil
		}
		return f.cased(text), nil
	case inSequence:
		return "", fault("D3130").about(f.picture)
	default:
		return f.formatDigits(number), nil
	}
}

func (f *integerFormat) cased(text string) string {
	if f.upper {
		return strings.ToUpper(text)
	}
	return strings.ToLower(text)
}

func (f *integerFormat) formatDigits(number float64) string {
	digits := strconv.FormatFloat(number, 'f', -1, 64)
	if missing := f.mandatory - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	var out strings.Builder
	for i, c := range digits {
		left := len(digits) - i
		f.writeSeparators(&out, left, i > 0)
		out.WriteRune(c - '0' + f.zero)
	}
	if f.ordinal {
		out.WriteString(ordinalSuffix(digits))
	}
	return out.String()
}

// writeSeparators writes what stands before the digit that has left-1 digits to its
// right. Before the first digit, only an irregular picture has something.
func (f *integerFormat) writeSeparators(out *strings.Builder, left int, inside bool) {
	if f.every > 0 {
		if inside && left%f.every == 0 {
			out.WriteRune(f.separators[0].character)
		}
		return
	}
	for i := len(f.separators) - 1; i >= 0; i-- {
		if f.separators[i].place == left {
			out.WriteRune(f.separators[i].character)
		}
	}
}

func ordinalSuffix(digits string) string {
	if len(digits) > 1 && digits[len(digits)-2] == '1' {
		return "th"
	}
	switch digits[len(digits)-1] {
	case '1':
		return "st"
	case '2':
		return "nd"
	case '3':
		return "rd"
	default:
		return "th"
	}
}

// formatCost is what it takes to read a picture and to write by it, in bytes of text.
const formatCost = 2_000

func formatIntegerFunction(c call) (any, error) {
	number, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	picture, _ := c.text(1)
	if err := c.spendText(16 * len(picture)); err != nil {
		return nil, err
	}
	format, err := parseIntegerPicture(picture)
	if err != nil {
		return nil, err
	}
	text, err := format.format(math.Floor(number))
	if err != nil {
		return nil, err
	}
	return text, c.spendText(formatCost + 64*len(text))
}
