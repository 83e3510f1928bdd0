package jsonata

import (
	"math"
	"strings"
)

// decimalFormat is which characters a picture of $formatNumber and its result use.
type decimalFormat struct {
	decimal, grouping, exponent, minus, percent, perMille, zero, digit, separator string
}

// newDecimalFormat returns the usual characters, or those that options give.
func newDecimalFormat(options any) decimalFormat {
	get := func(name, usual string) string {
		if object, ok := options.(*Object); ok {
			if value, ok := object.Get(name); ok {
				if text, ok := value.(string); ok && text != "" {
					return text
				}
			}
		}
		return usual
	}
	return decimalFormat{
		decimal: get("decimal-separator", "."), grouping: get("grouping-separator", ","),
		exponent: get("exponent-separator", "e"), minus: get("minus-sign", "-"),
		percent: get("percent", "%"), perMille: get("per-mille", "\u2030"),
		zero: get("zero-digit", "0"), digit: get("digit", "#"), separator: get("pattern-separator", ";"),
	}
}

// isDigit reports whether a character is one of the ten from the zero on.
func (f decimalFormat) isDigit(c rune) bool {
	zero := []rune(f.zero)[0]
	return zero <= c && c < zero+10
}

// isActive reports whether a character of a picture stands for something else.
func (f decimalFormat) isActive(c rune) bool {
	text := string(c)
	return f.isDigit(c) || text == f.decimal || text == f.grouping || text == f.exponent || text == f.digit || text == f.separator
}

// countDigits counts the digits of a part, and with optional those that may be missing.
func (f decimalFormat) countDigits(part string, optional bool) int {
	count := 0
	for _, c := range part {
		if f.isDigit(c) || optional && string(c) == f.digit {
			count++
		}
	}
	return count
}

// subPicture is one half of a picture, for positive or negative numbers.
type subPicture struct {
	text, prefix, suffix, active string
	integer, fraction, exponent  string
	hasExponent                  bool
	minInteger                   int
	scaling                      int
	minFraction, maxFraction     int
	minExponent                  int
	every                        int   // digits between grouping separators, if that is regular
	integerGroups                []int // places of grouping separators, from the decimal separator
	fractionGroups               []int
}

func formatNumberFunction(c call) (any, error) {
	number, ok := c.number(0)
	picture, _ := c.text(1)
	if err := c.spendText(formatCost + 16*len(picture)); err != nil {
		return nil, err
	}
	if !ok {
		return Undefined{}, nil
	}
	format := newDecimalFormat(c.arg(2))
	parts := strings.Split(picture, format.separator)
	if len(parts) > 2 {
		return nil, fault("D3080")
	}
	pictures := make([]subPicture, len(parts))
	for i, part := range parts {
		pictures[i] = format.split(part)
		if code := format.check(pictures[i]); code != "" {
			return nil, fault(code).about(part)
		}
		format.analyse(&pictures[i])
	}
	chosen := pictures[0]
	if number < 0 {
		if len(pictures) == 2 {
			chosen = pictures[1]
		} else {
			chosen.prefix = format.minus + chosen.prefix
		}
	}
	return format.write(chosen, math.Abs(number)), nil
}

// split takes a picture apart: what is before and behind the active characters, and
// the parts of these.
func (f decimalFormat) split(text string) subPicture {
	p := subPicture{text: text}
	isEdge := func(c rune) bool { return f.isActive(c) && string(c) != f.exponent }
	start, end := strings.IndexFunc(text, isEdge), strings.LastIndexFunc(text, isEdge)
	if start < 0 {
		return p
	}
	end += len(string([]rune(text[end:])[0]))
	p.prefix, p.active, p.suffix = text[:start], text[start:end], text[end:]
	mantissa := p.active
	if place := strings.Index(p.active, f.exponent); place >= 0 {
		mantissa, p.exponent, p.hasExponent = p.active[:place], p.active[place+len(f.exponent):], true
	}
	p.hasExponent = p.hasExponent || strings.HasPrefix(p.suffix, f.exponent)
	p.integer, p.fraction, _ = strings.Cut(mantissa, f.decimal)
	return p
}

// check returns the code of what is wrong with a picture, or an empty text.
func (f decimalFormat) check(p subPicture) string {
	digits := func(part string) bool { return f.countDigits(part, false) > 0 }
	percents, perMilles := strings.Count(p.text, f.percent), strings.Count(p.text, f.perMille)
	beforeOptional, _, _ := strings.Cut(p.integer, f.digit)
	afterOptional := p.fraction[strings.LastIndex(p.fraction, f.digit)+1:]
	switch {
	case p.active == "":
		return "D3086"
	case strings.Count(p.text, f.decimal) > 1:
		return "D3081"
	case percents > 1:
		return "D3082"
	case perMilles > 1:
		return "D3083"
	case percents > 0 && perMilles > 0:
		return "D3084"
	case f.countDigits(p.integer+p.fraction, true) == 0:
		return "D3085"
	case strings.IndexFunc(p.active, func(c rune) bool { return !f.isActive(c) }) >= 0:
		return "D3086"
	case strings.Contains(p.text, f.grouping+f.decimal), strings.Contains(p.text, f.decimal+f.grouping):
		return "D3087"
	case !strings.Contains(p.text, f.decimal) && strings.HasSuffix(p.integer, f.grouping):
		return "D3088"
	case strings.Contains(p.text, f.grouping+f.grouping):
		return "D3089"
	case strings.Contains(p.integer, f.digit) && digits(beforeOptional):
		return "D3090"
	case strings.Contains(p.fraction, f.digit) && digits(afterOptional):
		return "D3091"
	case p.exponent != "" && percents+perMilles > 0:
		return "D3092"
	case p.hasExponent && (p.exponent == "" || strings.IndexFunc(p.exponent, func(c rune) bool { return !f.isDigit(c) }) >= 0):
		return "D3093"
	default:
		return ""
	}
}

// analyse finds the sizes of the parts and the places of grouping separators.
func (f decimalFormat) analyse(p *subPicture) {
	p.minInteger = f.countDigits(p.integer, false)
	p.scaling = p.minInteger
	p.minFraction, p.maxFraction = f.countDigits(p.fraction, false), f.countDigits(p.fraction, true)
	switch {
	case p.minInteger > 0 || p.maxFraction > 0:
	case p.hasExponent:
		p.minFraction, p.maxFraction = 1, 1
	default:
		p.minInteger = 1
	}
	if p.hasExponent && p.minInteger == 0 && strings.Contains(p.integer, f.digit) {
		p.minInteger = 1
	}
	if p.minInteger == 0 && p.minFraction == 0 {
		p.minFraction = 1
	}
	p.minExponent = f.countDigits(p.exponent, false)
	pieces := strings.Split(p.integer, f.grouping)
	for i := range pieces[1:] {
		p.integerGroups = append(p.integerGroups, f.countDigits(strings.Join(pieces[i+1:], ""), true))
	}
	p.every = regular(p.integerGroups)
	pieces = strings.Split(p.fraction, f.grouping)
	for i := range pieces[1:] {
		p.fractionGroups = append(p.fractionGroups, f.countDigits(strings.Join(pieces[:i+1], ""), true))
	}
}

// regular returns the distance of separators that are as far from one another as
// from the end, or 0.
func regular(places []int) int {
	distance := 0
	for _, place := range places {
		distance = gcd(distance, place)
	}
	if distance == 0 {
		return 0
	}
	found := map[int]bool{}
	for _, place := range places {
		found[place/distance] = true
	}
	for i := range places {
		if !found[i+1] {
			return 0
		}
	}
	return distance
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
