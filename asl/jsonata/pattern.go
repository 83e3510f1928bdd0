package jsonata

import (
	"errors"

	"github.com/attini-go/runner/asl/jsonata/internal/regex"
)

// pattern is a regular expression of the source.
type pattern struct{ regexp *regex.Regexp }

func compilePattern(source, flags string) (*pattern, error) {
	compiled, err := regex.Compile(source, flags)
	if err != nil {
		e := fault("S0303")
		e.Message = err.Error()
		return nil, e
	}
	return &pattern{compiled}, nil
}

// find returns the first match at or behind a byte offset, and its groups.
func (ev *evaluator) find(p *pattern, text string, from int) (start, end int, groups []any, ok bool, err error) {
	found, err := p.regexp.Find(text, from, ev.search)
	if err != nil || found == nil {
		return 0, 0, nil, false, searchError(err)
	}
	for i := 2; i < len(found); i += 2 {
		var group any = Undefined{}
		if found[i] >= 0 {
			group = text[found[i]:found[i+1]]
		}
		groups = append(groups, group)
	}
	return found[0], found[1], groups, true, nil
}

// search counts the steps of a search, which are far smaller than those of an evaluation.
func (ev *evaluator) search(steps int) error {
	const smaller = 8
	ev.steps += steps / smaller
	if err := ev.read(2 * steps); err != nil {
		return err
	}
	if err := ev.step(); err != nil {
		return err
	}
	return ev.poll()
}

// searchError makes an error of the package of one that a search ends with.
func searchError(err error) error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return limit(err.Error())
}
