package jsonata

import (
	"math"
	"strings"
	"unicode/utf8"
)

// matchFunction looks up the functions that search with a text, a regular
// expression or any function that returns what a regular expression does.
func matchFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"match":    {"<s-f<s:o>n?:a<o>>", match},
		"contains": {"<s-(sf):b>", containsFunction},
		"split":    {"<s-(sf)n?:a<s>>", split},
		"replace":  {"<s-(sf)(sf)n?:s>", replace},
	}[name]
	return d, ok
}

// occurrence is one place where a matcher matches, in bytes.
type occurrence struct {
	text       string
	start, end int
	groups     []any
	next       any // a function for the next one
}

// function returns a regular expression as the function that it is: of a text, it
// finds the first match, with a function for the next.
func (p *pattern) function() *function {
	return &function{arity: 1, pattern: p, call: func(c call) (any, error) {
		text, ok := c.text(0)
		if !ok {
			return Undefined{}, nil
		}
		return p.matchFrom(c, text, 0)
	}}
}

func (p *pattern) matchFrom(c call, text string, from int) (any, error) {
	start, end, groups, ok := p.find(text, from)
	if !ok {
		return Undefined{}, nil
	}
	if start == end {
		return nil, fault("D1004").about(text)
	}
	result := NewObject(5)
	result.Set("match", text[start:end])
	result.Set("start", float64(utf8.RuneCountInString(text[:start])))
	result.Set("end", float64(utf8.RuneCountInString(text[:end])))
	result.Set("groups", groups)
	result.Set("next", &function{call: func(c call) (any, error) { return p.matchFrom(c, text, end) }})
	return result, nil
}

// occurrences calls visit for each match, until visit returns false or there is no
// more.
func (c call) occurrences(matcher any, text string, visit func(o occurrence) (bool, error)) error {
	if f, ok := matcher.(*function); ok && f.pattern != nil {
		return c.patternOccurrences(f.pattern, text, visit)
	}
	value, err := c.apply(matcher, []any{text}, Undefined{}, c.env)
	for err == nil && !isUndefined(value) && value != nil {
		o, ok := asOccurrence(value, text)
		if !ok {
			return fault("T1010").about(value)
		}
		if more, err := visit(o); err != nil || !more {
			return err
		}
		if err := c.step(); err != nil {
			return err
		}
		value, err = c.apply(o.next, nil, Undefined{}, c.env)
	}
	return err
}

func (c call) patternOccurrences(p *pattern, text string, visit func(o occurrence) (bool, error)) error {
	for from := 0; ; {
		if err := c.step(); err != nil {
			return err
		}
		start, end, groups, ok := p.find(text, from)
		if !ok {
			return nil
		}
		if start == end {
			return fault("D1004").about(text)
		}
		more, err := visit(occurrence{text: text[start:end], start: start, end: end, groups: groups})
		if err != nil || !more {
			return err
		}
		from = end
	}
}

// asOccurrence reads what a matcher function has returned.
func asOccurrence(value any, text string) (occurrence, bool) {
	object, ok := value.(*Object)
	if !ok {
		return occurrence{}, false
	}
	field := func(name string) any {
		if value, ok := object.Get(name); ok {
			return value
		}
		return Undefined{}
	}
	o := occurrence{next: field("next")}
	start, okStart := numberOf(field("start"))
	end, okEnd := numberOf(field("end"))
	groups, okGroups := itemsOf(field("groups"))
	if !okStart && !okEnd && !okGroups && !isFunction(o.next) {
		return occurrence{}, false
	}
	o.text, _ = field("match").(string)
	o.start, o.end, o.groups = byteOffset(text, start), byteOffset(text, end), groups
	return o, isFunction(o.next)
}

func byteOffset(text string, place float64) int {
	offset := 0
	for ; place >= 1 && offset < len(text); place-- {
		_, size := utf8.DecodeRuneInString(text[offset:])
		offset += size
	}
	return offset
}

// most returns the argument that limits how often a function matches.
func (c call) most(index int, code string) (float64, error) {
	limit, ok := c.number(index)
	if !ok {
		return math.Inf(1), nil
	}
	if limit < 0 {
		return 0, fault(code).about(limit)
	}
	return limit, nil
}

func match(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	limit, err := c.most(2, "D3040")
	if err != nil {
		return nil, err
	}
	result := newSequence()
	if limit == 0 {
		return result, nil
	}
	err = c.occurrences(c.arg(1), text, func(o occurrence) (bool, error) {
		found := NewObject(3)
		found.Set("match", o.text)
		found.Set("index", float64(utf8.RuneCountInString(text[:o.start])))
		groups := make([]any, len(o.groups))
		for i, group := range o.groups {
			groups[i] = group
			if isUndefined(group) {
				groups[i] = nil
			}
		}
		found.Set("groups", groups)
		result.items = append(result.items, found)
		return float64(len(result.items)) < limit, c.spend(1)
	})
	return result, err
}

func containsFunction(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	if token, ok := c.text(1); ok {
		return strings.Contains(text, token), nil
	}
	found := false
	err := c.occurrences(c.arg(1), text, func(occurrence) (bool, error) {
		found = true
		return false, nil
	})
	return found, err
}

func split(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	limit, err := c.most(2, "D3020")
	if err != nil {
		return nil, err
	}
	limit = math.Trunc(limit)
	result := []any{}
	if limit == 0 {
		return result, nil
	}
	if separator, ok := c.text(1); ok {
		for i, part := range strings.Split(text, separator) {
			if float64(i) >= limit {
				break
			}
			result = append(result, part)
		}
		return result, c.spend(len(result))
	}
	start := 0
	err = c.occurrences(c.arg(1), text, func(o occurrence) (bool, error) {
		result = append(result, text[start:max(start, o.start)])
		start = o.end
		return float64(len(result)) < limit, c.spend(1)
	})
	if err == nil && float64(len(result)) < limit {
		result = append(result, text[min(start, len(text)):])
	}
	return result, err
}

func replace(c call) (any, error) {
	text, ok := c.text(0)
	if !ok {
		return Undefined{}, nil
	}
	if token, ok := c.text(1); ok && token == "" {
		return nil, fault("D3010")
	}
	limit, err := c.most(3, "D3011")
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		return text, nil
	}
	var out strings.Builder
	start, times := 0, 0.0
	visit := func(o occurrence) (bool, error) {
		replacement, err := c.replacement(o)
		if err != nil {
			return false, err
		}
		before := text[start:max(start, o.start)]
		if err := c.spendText(len(before) + len(replacement)); err != nil {
			return false, err
		}
		out.WriteString(before)
		out.WriteString(replacement)
		start = o.end
		times++
		return times < limit, nil
	}
	if token, ok := c.text(1); ok {
		err = textOccurrences(text, token, visit)
	} else {
		err = c.occurrences(c.arg(1), text, visit)
	}
	out.WriteString(text[min(start, len(text)):])
	return out.String(), err
}

func textOccurrences(text, token string, visit func(o occurrence) (bool, error)) error {
	for from := 0; ; {
		place := strings.Index(text[from:], token)
		if place < 0 {
			return nil
		}
		start := from + place
		from = start + len(token)
		more, err := visit(occurrence{text: token, start: start, end: from})
		if err != nil || !more {
			return err
		}
	}
}

// replacement returns what goes in the place of a match: the value of a function, or
// a text in which $1 is a group and $0 the match.
func (c call) replacement(o occurrence) (string, error) {
	text, ok := c.text(2)
	if ok {
		if _, isText := c.text(1); isText {
			return text, nil
		}
		return expand(text, o), nil
	}
	found := NewObject(5)
	found.Set("match", o.text)
	found.Set("start", float64(o.start))
	found.Set("end", float64(o.end))
	found.Set("groups", o.groups)
	value, err := c.apply(c.arg(2), []any{found}, Undefined{}, c.env)
	if err != nil {
		return "", err
	}
	if text, ok = value.(string); !ok {
		return "", fault("D3012").about(value)
	}
	return text, nil
}

// expand puts groups into a replacement. Of a number with more digits than there
// are groups, the last digits are text.
func expand(text string, o occurrence) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '$' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		next := text[i+1]
		switch {
		case next == '$':
			out.WriteByte('$')
			i++
		case next == '0':
			out.WriteString(o.text)
			i++
		case next < '0' || next > '9':
			out.WriteByte('$')
		default:
			number, digits := groupNumber(text[i+1:], len(o.groups))
			i += digits
			if 0 < number && number <= len(o.groups) {
				group, _ := o.groups[number-1].(string)
				out.WriteString(group)
			}
		}
	}
	return out.String()
}

// groupNumber reads a group's number: the most digits that name one, but one at least.
func groupNumber(text string, groups int) (number, digits int) {
	most := 1
	for limit := groups; limit >= 10; limit /= 10 {
		most++
	}
	for digits < len(text) && digits < most && text[digits] >= '0' && text[digits] <= '9' {
		next := number*10 + int(text[digits]-'0')
		if digits > 0 && next > groups {
			break
		}
		number = next
		digits++
	}
	return number, digits
}
