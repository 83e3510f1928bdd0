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
	characters, counted := 0, 0 // before the last match
	err = c.occurrences(c.arg(1), text, func(o occurrence) (bool, error) {
		found := NewObject(3)
		found.Set("match", o.text)
		if o.start < counted { // a function of the expression's own may go back
			characters, counted = 0, 0
		}
		if err := c.readText(text[counted:o.start]); err != nil {
			return false, err
		}
		characters += utf8.RuneCountInString(text[counted:o.start])
		counted = o.start
		found.Set("index", float64(characters))
		groups := make([]any, len(o.groups))
		for i, group := range o.groups {
			groups[i] = group
			if isUndefined(group) {
				groups[i] = nil
			}
		}
		found.Set("groups", groups)
		result.items = append(result.items, found)
		return float64(len(result.items)) < limit, c.spend(20)
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
	result := []any{}
	if limit == 0 {
		return result, nil
	}
	if separator, ok := c.text(1); ok {
		if err := c.spend(2 * (strings.Count(text, separator) + 1)); err != nil {
			return nil, err
		}
		for i, part := range strings.Split(text, separator) {
			if float64(i) >= math.Floor(limit) {
				break
			}
			result = append(result, part)
		}
		return result, nil
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
