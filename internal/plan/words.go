package plan

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

func stepSubject(name string) string { return fmt.Sprintf("Step %q", name) }

// kindOf names what was found in place of what is allowed.
func kindOf(n *cfn.Node) string {
	switch {
	case n == nil || n.Kind == cfn.Null:
		return "null"
	case isIntrinsic(n):
		return "an intrinsic function"
	case n.Kind == cfn.Map:
		return "an object"
	default:
		return "a " + n.Kind.String()
	}
}

func isIntrinsic(n *cfn.Node) bool {
	_, _, ok := cfn.Intrinsic(n)
	return ok
}

const (
	// maxCandidates bounds the search for what was meant in a huge plan.
	maxCandidates = 200
	// maxListed bounds how many names a message lists.
	maxListed = 20
)

// suggestion names the nearest candidate, or what there is.
func suggestion(name string, candidates []string) string {
	if near := problem.Nearest(name, candidates[:min(len(candidates), maxCandidates)]); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	listed := "known: " + strings.Join(candidates[:min(len(candidates), maxListed)], ", ")
	if more := len(candidates) - maxListed; more > 0 {
		listed += fmt.Sprintf(" and %d more", more)
	}
	return listed
}
