package asl

import "github.com/attini-go/runner/internal/wording"

// suggestion names the nearest candidate, or what there is.
func suggestion(name string, candidates []string) string {
	return wording.Suggestion(name, candidates)
}

// nearest is the candidate that was probably meant, or "".
func nearest(name string, candidates []string) string { return wording.Nearest(name, candidates) }
