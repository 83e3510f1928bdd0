package iam

import (
	"strings"
)

// wildcard is a character of a pattern.
type wildcard struct {
	// any is *, one is ?; otherwise the character is literal.
	any, one bool
	literal  byte
}

type pattern []wildcard

// patternOf reads a text with the wildcards * and ?. With variables, ${key} is
// replaced by the request's value, ${key, 'text'} by that text where the request
// has none, and ${*}, ${?} and ${$} are these characters themselves; ok is false
// when a variable has no value, or more than one.
func patternOf(text string, request *Request, variables bool) (p pattern, ok bool) {
	for i := 0; i < len(text); i++ {
		if end := strings.IndexByte(text[i:], '}'); variables && strings.HasPrefix(text[i:], "${") && end > 0 {
			value, known := request.variable(text[i+2 : i+end])
			if !known {
				return nil, false
			}
			for j := range len(value) {
				p = append(p, wildcard{literal: value[j]})
			}
			i += end
			continue
		}
		p = append(p, wildcard{any: text[i] == '*', one: text[i] == '?', literal: text[i]})
	}
	return p, true
}

// variable is the value of a policy variable.
func (r *Request) variable(name string) (value string, known bool) {
	switch name {
	case "*", "?", "$":
		return name, true
	}
	name, fallback, withFallback := strings.Cut(name, ",")
	values, found := r.Context.get(strings.TrimSpace(name))
	if found && len(values) == 1 {
		return values[0], true
	}
	fallback = strings.TrimSpace(fallback)
	if withFallback && !found && len(fallback) >= 2 && strings.HasPrefix(fallback, "'") && strings.HasSuffix(fallback, "'") {
		return fallback[1 : len(fallback)-1], true
	}
	return "", false
}

// text is the pattern without wildcards: * and ? are themselves.
func (p pattern) text() string {
	text := make([]byte, len(p))
	for i, c := range p {
		text[i] = c.literal
	}
	return string(text)
}

// matches reports whether the whole text is one of the pattern's. It takes time
// in proportion to the product of both lengths at most.
func (p pattern) matches(text string) bool {
	at, star, mark := 0, -1, 0
	for i := 0; i < len(text); {
		switch {
		case at < len(p) && p[at].any:
			star, mark = at, i
			at++
		case at < len(p) && (p[at].one || p[at].literal == text[i]):
			at++
			i++
		case star >= 0:
			mark++
			at, i = star+1, mark
		default:
			return false
		}
	}
	for at < len(p) && p[at].any {
		at++
	}
	return at == len(p)
}

// arnParts is how many parts an ARN has; the last may have colons of its own.
const arnParts = 6

// matchesARN compares the parts of two ARNs, each by itself: a wildcard does not
// reach over a colon.
func (p pattern) matchesARN(arn string) bool {
	parts := strings.SplitN(arn, ":", arnParts)
	if len(parts) != arnParts {
		return false
	}
	wanted := p.split()
	if len(wanted) != arnParts {
		return false
	}
	for i, part := range wanted {
		if !part.matches(parts[i]) {
			return false
		}
	}
	return true
}

func (p pattern) split() []pattern {
	var parts []pattern
	begin := 0
	for i := range p {
		if p[i].literal == ':' && len(parts) < arnParts-1 {
			parts = append(parts, p[begin:i])
			begin = i + 1
		}
	}
	return append(parts, p[begin:])
}

// covers reports whether a statement's Resource is the request's.
func (p pattern) covers(resource string) bool {
	if len(p) == 1 && p[0].any {
		return true
	}
	return p.matchesARN(resource)
}
