package stacks

import (
	"fmt"
	"slices"
	"strings"
)

// Variables take the place of ${name} in texts.
type Variables map[string]string

// maxText bounds what variables can make of one text, in bytes.
const maxText = 256 << 10

// replace replaces the variables of a text, also in their own values. ${name:-default}
// has a default; $${name} stands for ${name}; a name that is not known stays.
func (v Variables) replace(text string) (string, error) {
	var b strings.Builder
	if err := v.expand(&b, text, nil); err != nil {
		return "", err
	}
	return b.String(), nil
}

func (v Variables) expand(b *strings.Builder, text string, open []string) error {
	for {
		before, rest, found := strings.Cut(text, "${")
		inner, after, closed := strings.Cut(rest, "}")
		switch {
		case !found || !closed:
			b.WriteString(text)
			return bounded(b)
		case strings.HasSuffix(before, "$"):
			b.WriteString(strings.TrimSuffix(before, "$") + "${" + inner + "}")
		default:
			b.WriteString(before)
			if err := v.expandOne(b, inner, open); err != nil {
				return err
			}
		}
		text = after
		if err := bounded(b); err != nil {
			return err
		}
	}
}

func (v Variables) expandOne(b *strings.Builder, inner string, open []string) error {
	name, fallback, hasDefault := strings.Cut(inner, ":-")
	value, known := v[name]
	switch {
	case slices.Contains(open, name):
		return fmt.Errorf("the variables name each other in a circle: %s", strings.Join(append(open, name), " → "))
	case known:
		return v.expand(b, value, append(slices.Clip(open), name))
	case hasDefault:
		return v.expand(b, fallback, open)
	}
	b.WriteString("${" + inner + "}")
	return nil
}

func bounded(b *strings.Builder) error {
	if b.Len() > maxText {
		return fmt.Errorf("the variables make a text of more than %d KiB", maxText>>10)
	}
	return nil
}
