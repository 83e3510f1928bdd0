package jsonata

import "strings"

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
		return c.expand(text, o)
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
func (c call) expand(text string, o occurrence) (string, error) {
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
			if err := c.spendText(len(o.text)); err != nil {
				return "", err
			}
			out.WriteString(o.text)
			i++
		case next < '0' || next > '9':
			out.WriteByte('$')
		default:
			number, digits := groupNumber(text[i+1:], len(o.groups))
			i += digits
			if 0 < number && number <= len(o.groups) {
				group, _ := o.groups[number-1].(string) // a group that matched nothing is empty
				if err := c.spendText(len(group)); err != nil {
					return "", err
				}
				out.WriteString(group)
			}
		}
	}
	return out.String(), nil
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
