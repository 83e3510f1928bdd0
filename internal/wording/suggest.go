package wording

import (
	"strings"
	"unicode/utf8"
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

// MaxCandidates is how many candidates Nearest looks at: as many as a template
// may have resources.
const MaxCandidates = 500

// Nearest returns the candidate that was probably meant by name, or "": one
// that differs in a few letters or in case only, or of which either is a part,
// as Cluster is of EcsCluster. Of two that are equally near, the first counts.
// Candidates after the first MaxCandidates are left out.
func Nearest(name string, candidates []string) string {
	if len(name) > longestName {
		return ""
	}
	written := strings.ToLower(name)
	length := utf8.RuneCountInString(written)
	best, least := "", longestName
	for _, candidate := range candidates[:min(len(candidates), MaxCandidates)] {
		if len(candidate) > longestName {
			continue
		}
		distance, isPart := distance(written, strings.ToLower(candidate))
		near := isPart || distance <= maxEdits && 2*distance < length
		if near && distance < least {
			best, least = candidate, distance
		}
	}
	return best
}

// distance is the number of letters in which two names differ, or any number
// above slips, and whether one is a part of the other.
func distance(a, b string) (letters int, isPart bool) {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	if strings.Contains(long, short) {
		length := utf8.RuneCountInString(short)
		return utf8.RuneCountInString(long) - length, length >= shortestPart
	}
	if len(long)-len(short) > maxEdits*utf8.UTFMax {
		return maxEdits + 1, false
	}
	return edits(a, b, maxEdits), false
}

// edits is how many letters of a must be replaced, removed or added, or swapped with
// the next, to make b of it; where that is more than most, any number above most. Its time grows
// with the names' length: the full table of distances would take their square.
func edits(a, b string, most int) int {
	for {
		first, sizeA := utf8.DecodeRuneInString(a)
		other, sizeB := utf8.DecodeRuneInString(b)
		switch {
		case sizeA == 0 || sizeB == 0:
			return utf8.RuneCountInString(a) + utf8.RuneCountInString(b)
		case first == other:
			a, b = a[sizeA:], b[sizeB:]
		case most == 0:
			return 1
		default:
			least := min(edits(a[sizeA:], b[sizeB:], most-1), edits(a[sizeA:], b, most-1), edits(a, b[sizeB:], most-1))
			if restA, restB, ok := swapped(a[sizeA:], b[sizeB:], first, other); ok {
				least = min(least, edits(restA, restB, most-1))
			}
			return 1 + least
		}
	}
}

// swapped reports whether two names that begin with different letters go on with the
// other's, and gives what follows. At its end a name has no letter, not utf8.RuneError,
// which is a letter that names can have.
func swapped(a, b string, first, other rune) (restA, restB string, ok bool) {
	nextA, sizeA := utf8.DecodeRuneInString(a)
	nextB, sizeB := utf8.DecodeRuneInString(b)
	return a[sizeA:], b[sizeB:], sizeA > 0 && sizeB > 0 && nextA == other && nextB == first
}
