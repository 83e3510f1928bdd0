package problem

import (
	"strings"

	"github.com/agext/levenshtein"
)

// likeness is the share of two names that must agree for one to be taken for
// the other: a slip in a short name, or two in a longer one.
const likeness = 0.6

// Nearest returns the candidate that was probably meant by name, or "".
func Nearest(name string, candidates []string) string {
	best, score := "", 0.0
	for _, candidate := range candidates {
		match := levenshtein.Match(strings.ToLower(name), strings.ToLower(candidate), nil)
		if match >= likeness && match > score {
			best, score = candidate, match
		}
	}
	return best
}
