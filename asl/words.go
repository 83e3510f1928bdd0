package asl

import (
	"fmt"
	"strings"
)

const (
	// maxCandidates bounds the search for what was meant in a huge definition.
	maxCandidates = 200
	// maxListed bounds how many names a message lists.
	maxListed = 20
)

// suggestion names the nearest candidate, or what there is.
func suggestion(name string, candidates []string) string {
	if near := nearest(name, candidates[:min(len(candidates), maxCandidates)]); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	listed := "known: " + strings.Join(candidates[:min(len(candidates), maxListed)], ", ")
	if more := len(candidates) - maxListed; more > 0 {
		listed += fmt.Sprintf(" and %d more", more)
	}
	return listed
}

const (
	// maxSlips is how many letters of a name may be wrong: less than half of them.
	maxSlips = 2
	// longestName bounds the work; nothing longer is a slip for a name.
	longestName = 255
	// shortestPart is the least that two names have in common when one is a part of the other.
	shortestPart = 3
)

// nearest is the candidate that was probably meant by name; empty if none is.
func nearest(name string, candidates []string) string {
	best, least := "", longestName
	for _, candidate := range candidates {
		if len(name) > longestName || len(candidate) > longestName {
			continue
		}
		a, b := strings.ToLower(name), strings.ToLower(candidate)
		short, long := a, b
		if len(short) > len(long) {
			short, long = long, short
		}
		distance := slips(a, b, maxSlips)
		if len(short) >= shortestPart && strings.Contains(long, short) {
			distance = len(long) - len(short)
		} else if distance > maxSlips || 2*distance >= len(a) {
			continue
		}
		if distance < least {
			best, least = candidate, distance
		}
	}
	return best
}

// slips counts the bytes to replace, remove or add to make b of a; where that is more than most, the number is above most.
func slips(a, b string, most int) int {
	for a != "" && b != "" && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	switch {
	case a == "" || b == "":
		return len(a) + len(b)
	case most == 0:
		return 1
	default:
		return 1 + min(slips(a[1:], b[1:], most-1), slips(a[1:], b, most-1), slips(a, b[1:], most-1))
	}
}
