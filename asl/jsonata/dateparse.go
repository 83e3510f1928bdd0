package jsonata

import (
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/attini-go/runner/asl/jsonata/internal/regex"
)

func toMillis(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	if err := c.spendText(formatCost + len(text)); err != nil {
		return nil, err
	}
	picture, ok := c.text(1)
	if !ok {
		return parseISO(text)
	}
	if err := c.spendText(4*formatCost + 64*len(picture)); err != nil {
		return nil, err
	}
	return c.parseDate(text, picture)
}

// isoDate is a date in ISO 8601, of which all but the year may be missing.
var isoDate = regexp.MustCompile(`^(\d{4})(?:-([01]\d)(?:-([0-3]\d)(?:T([0-2]\d):([0-5]\d):([0-5]\d)(?:\.(\d+))?)?)?)?(?:Z|([+-][0-2]\d):?([0-5]\d))?$`)

// parseISO reads such a date.
func parseISO(text string) (any, error) {
	match := isoDate.FindStringSubmatch(text)
	if match == nil {
		return nil, fault("D3110").about(text)
	}
	number := func(i, usual int) int {
		value, err := strconv.Atoi(match[i])
		if err != nil {
			return usual
		}
		return value
	}
	year, month, day := number(1, 0), number(2, 1), number(3, 1)
	hour, minute, second := number(4, 0), number(5, 0), number(6, 0)
	date := time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || hour == 24 && minute+second > 0 {
		return nil, fault("D3110").about(text)
	}
	millis := 0
	if match[7] != "" {
		millis, _ = strconv.Atoi((match[7] + "00")[:3])
	}
	offset := number(8, 0)*60 + number(9, 0)
	if strings.HasPrefix(match[8], "-") {
		offset = number(8, 0)*60 - number(9, 0)
	}
	return float64(date.UnixMilli() + int64(millis) - int64(offset)*60_000), nil
}

// parseDate reads a date by a picture. What the picture does not have is that of
// now, if it is larger than what it has, and else the smallest.
func (c call) parseDate(text, picture string) (any, error) {
	parts, err := parseDatePicture(picture)
	if err != nil {
		return nil, err
	}
	values, err := c.matchDate(text, parts)
	if err != nil || len(values) == 0 {
		return Undefined{}, err
	}
	return c.assemble(values)
}

// matchDate returns the value of each component, or nil if the text is no such date.
func (c call) matchDate(text string, parts []datePart) (map[byte]int, error) {
	var source strings.Builder
	source.WriteString("^")
	for _, part := range parts {
		expression, err := part.expression()
		if err != nil {
			return nil, err
		}
		source.WriteString("(" + expression + ")")
	}
	source.WriteString("$")
	compiled, err := regex.Compile(source.String(), "i")
	if err != nil {
		return nil, searchError(err)
	}
	found, err := compiled.Find(text, 0, c.search)
	if err != nil || found == nil {
		return nil, searchError(err)
	}
	values := map[byte]int{}
	for i, part := range parts {
		if part.component == 0 {
			continue
		}
		value, ok, err := part.parse(text[found[2*i+2]:found[2*i+3]])
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, nil
		}
		values[part.component] = value
	}
	return values, nil
}

// expression returns a regular expression for a part.
func (p datePart) expression() (string, error) {
	switch {
	case p.component == 0:
		return regexp.QuoteMeta(p.literal), nil
	case p.component == 'Z' || p.component == 'z':
		expression := "[-+][0-9]+"
		if p.component == 'z' {
			expression = "GMT" + expression
		}
		if p.integer != nil && p.integer.every > 0 {
			expression += regexp.QuoteMeta(string(p.integer.separators[0].character)) + "[0-9]+"
		}
		return expression, nil
	case p.names != noName || p.integer == nil:
		if strings.IndexByte("MxFP", p.component) < 0 {
			return "", fault("D3133").about(string(p.component))
		}
		return "[a-zA-Z]+", nil
	default:
		return p.integer.expression()
	}
}

func (f *integerFormat) expression() (string, error) {
	switch f.numbering {
	case inLetters:
		return "[a-z]+", nil
	case inRoman:
		return "[MDCLXVI]+", nil
	case inWords:
		words := slices.Sorted(maps.Keys(wordValues()))
		slices.Reverse(words) // the longer of two with the same start first
		return "(?:" + strings.Join(words, "|") + "|and|[-, ])+", nil
	case inSequence:
		return "", fault("D3130").about(f.picture)
	}
	expression := `\p{Nd}+`
	if f.zero == '0' {
		expression = "[0-9]+"
	}
	if f.parseWidth > 0 {
		expression = strings.TrimSuffix(expression, "+") + "{" + strconv.Itoa(f.parseWidth) + "}"
	}
	if len(f.separators) > 0 {
		expression = "[0-9" + regexp.QuoteMeta(string(f.separators[0].character)) + "]+"
	}
	if f.ordinal {
		expression += "(?:th|st|nd|rd)"
	}
	return expression, nil
}

// parse reads the value of a component.
func (p datePart) parse(text string) (value int, ok bool, err error) {
	switch {
	case p.component == 'Z' || p.component == 'z':
		return p.parseZone(text), true, nil
	case p.names != noName || p.integer == nil:
		value, ok = p.parseName(text)
		return value, ok, nil
	default:
		number, err := p.integer.parse(text)
		if err != nil {
			return 0, false, err
		}
		whole, _ := numberOf(number)
		return int(math.Min(whole, math.MaxInt32)), true, nil
	}
}

// parseZone returns an offset in minutes.
func (p datePart) parseZone(text string) int {
	text = strings.TrimPrefix(strings.ToUpper(text), "GMT")
	hours, minutes := text, "0"
	if p.integer != nil && p.integer.every > 0 {
		hours, minutes, _ = strings.Cut(text, string(p.integer.separators[0].character))
	} else if len(text) > 3 {
		hours, minutes = text[:3], text[3:]
	}
	h, _ := strconv.Atoi(hours)
	m, _ := strconv.Atoi(minutes)
	return h*60 + m
}

func (p datePart) parseName(text string) (int, bool) {
	if p.component == 'P' {
		text = strings.ToLower(text)
		return map[string]int{"am": 0, "pm": 1}[text], text == "am" || text == "pm"
	}
	count := map[byte]int{'F': 7}[p.component]
	if count == 0 {
		count = 12
	}
	for value := 1; value <= count; value++ {
		name := time.Month(value).String()
		if p.component == 'F' {
			name = time.Weekday(value % 7).String()
		}
		if p.maxWidth > 0 && len(name) > p.maxWidth {
			name = name[:p.maxWidth]
		}
		if name == text {
			return value, true
		}
	}
	return 0, false
}
