package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// avoided are words that pages for users do without, and what they have instead.
func avoided() map[*regexp.Regexp]string {
	return map[*regexp.Regexp]string{
		regexp.MustCompile(`(?i)\b(simply|just|easily|obviously|of course)\b`):       "leave it out: it helps no reader",
		regexp.MustCompile(`(?i)\b(nobody|someone|somebody)\b`):                      "name the actor: the launcher, ECS, the caller",
		regexp.MustCompile(`(?i)\b(is told|are told|is none|comes to|so long as)\b`): "use an active verb",
		regexp.MustCompile(`(?i)\b(please|awesome|magic|blazing|seamless)`):          "leave it out",
		regexp.MustCompile(`(?i)\b(utilize|leverage|in order to)\b`):                 "use the short word: use, to",
		regexp.MustCompile(`\b(TODO|FIXME|TBD)\b`):                                   "finish it",
	}
}

// TestStyle: pages that people read to do something are in the project's voice. Generated
// pages have the words of the code; the pages for developers are left alone.
func TestStyle(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		if !isForUsers(name) {
			continue
		}
		_, prose := read(page)
		for i, line := range prose {
			for word, advice := range avoided() {
				if found := word.FindString(codeSpan.ReplaceAllString(line, "")); found != "" {
					t.Errorf("%s:%d: %q: %s", name, i+1, found, advice)
				}
			}
		}
	}
}

func isForUsers(name string) bool {
	switch name {
	case "README.md", "docs/README.md", "docs/tutorial.md", "docs/runnerctl.md", "docs/plans.md", "docs/jobs.md", "docs/guarantees.md", "docs/costs.md",
		"docs/operations.md", "docs/troubleshooting.md", "docs/coming-from-attini.md":
		return true
	default:
		return strings.HasPrefix(name, "docs/how-to/")
	}
}

func TestStyleFindsWords(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"Simply run it", "nobody waits", "the runner is told", "TODO: more"} {
		found := false
		for word := range avoided() {
			found = found || word.MatchString(text)
		}
		assert.True(t, found, text)
	}
}
