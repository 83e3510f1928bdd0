package jsonata

import "unicode/utf8"

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
	start, end, groups, ok, err := c.find(p, text, from)
	if err != nil || !ok {
		return Undefined{}, err
	}
	if start == end {
		return nil, fault("D1004").about(text)
	}
	if err := c.readText(text[:end]); err != nil {
		return nil, err
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
		if err := c.readText(text); err != nil {
			return err
		}
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
		start, end, groups, ok, err := c.find(p, text, from)
		if err != nil || !ok {
			return err
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
