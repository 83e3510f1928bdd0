package problem

import (
	"strings"
	"unicode/utf8"

	"github.com/agext/levenshtein"
)

const (
	// maxEdits is how many letters may differ between two names, of which one
	// was meant by the other: less than half of it.
	maxEdits = 2
	// shortestPart is the least that two names have in common when one is a
	// part of the other.
	shortestPart = 3
	// longestName bounds the work; nothing longer is a slip for a name.
	longestName = 255
)

// Nearest returns the candidate that was probably meant by name, or "": one
// that differs in a few letters or in case only, or of which either is a part,
// as Cluster is of EcsCluster. Of two that are equally near, the first counts.
func Nearest(name string, candidates []string) string {
	best, least := "", longestName
	for _, candidate := range candidates {
		if len(name) > longestName || len(candidate) > longestName {
			continue
		}
		written, meant := strings.ToLower(name), strings.ToLower(candidate)
		distance := levenshtein.Distance(written, meant, nil)
		if distance < least && near(written, meant, distance) {
			best, least = candidate, distance
		}
	}
	return best
}

func near(written, meant string, distance int) bool {
	length := utf8.RuneCountInString(written)
	if distance <= maxEdits && 2*distance < length {
		return true
	}
	short, long := written, meant
	if len(short) > len(long) {
		short, long = long, short
	}
	return utf8.RuneCountInString(short) >= shortestPart && strings.Contains(long, short)
}
