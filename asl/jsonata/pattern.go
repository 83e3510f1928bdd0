package jsonata

import "regexp"

// pattern is a compiled regular expression.
type pattern struct {
	regexp *regexp.Regexp
}

func compilePattern(source, flags string) (*pattern, error) {
	compiled, err := regexp.Compile("(?" + flags + ":" + source + ")")
	if err != nil {
		return nil, fault("S0303")
	}
	return &pattern{compiled}, nil
}

func (p *pattern) find(text string, from int) (start, end int, groups []any, ok bool) {
	loc := p.regexp.FindStringSubmatchIndex(text[from:])
	if loc == nil {
		return 0, 0, nil, false
	}
	for i := 2; i < len(loc); i += 2 {
		if loc[i] < 0 {
			groups = append(groups, Undefined{})
		} else {
			groups = append(groups, text[from+loc[i]:from+loc[i+1]])
		}
	}
	return from + loc[0], from + loc[1], groups, true
}
