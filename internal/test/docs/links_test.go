package docs_test

import (
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/assert"
)

var (
	codeSpan = regexp.MustCompile("`[^`]*`")
	link     = regexp.MustCompile(`\]\(([^()\s]+)\)`)
	heading  = regexp.MustCompile(`^#{1,6} +(.*)$`)
	anchorID = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// TestLinks: every relative link of every page leads to a file, and its anchor to a heading.
func TestLinks(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for name, text := range all {
		if name == "internal/rules/rules.md" {
			continue // docs/rules.md is written from it
		}
		_, prose := read(text)
		for i, line := range prose {
			for _, match := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(line, ""), -1) {
				if problem := follow(root(t), all, name, match[1]); problem != "" {
					t.Errorf("%s:%d: %s: %s", name, i+1, match[1], problem)
				}
			}
		}
	}
}

// follow returns what is wrong with a link of a page; "" if nothing is.
func follow(top string, all map[string]string, page, target string) string {
	address, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if address.Scheme != "" {
		return ""
	}
	file := page
	if address.Path != "" {
		file = path.Join(path.Dir(page), address.Path)
	}
	if _, err := os.Stat(filepath.Join(top, filepath.FromSlash(file))); err != nil {
		return "there is no such file"
	}
	if text, isPage := all[file]; address.Fragment != "" && isPage && !slices.Contains(anchors(text), address.Fragment) {
		return fmt.Sprintf("%s has no such heading", file)
	}
	return ""
}

// anchors are the fragments of a page's headings, as GitHub makes them.
func anchors(page string) []string {
	var found []string
	seen := map[string]int{}
	_, prose := read(page)
	for _, line := range prose {
		for _, id := range anchorID.FindAllStringSubmatch(line, -1) {
			found = append(found, id[1])
		}
		match := heading.FindStringSubmatch(line)
		if match == nil {
			continue
		}
		anchor := slug(match[1])
		if n := seen[anchor]; n > 0 {
			found = append(found, fmt.Sprintf("%s-%d", anchor, n))
		} else {
			found = append(found, anchor)
		}
		seen[anchor]++
	}
	return found
}

func slug(title string) string {
	title = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(title, "$1")
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
			return unicode.ToLower(r)
		case r == ' ':
			return '-'
		default:
			return -1
		}
	}, strings.TrimSpace(title))
}

// TestLinkProblems: each kind of broken link is found.
func TestLinkProblems(t *testing.T) {
	t.Parallel()
	all := map[string]string{"README.md": "# A `b`: c\n\n## Twice\n\n## Twice\n\n```\n## in a block\n```\n"}
	for target, ok := range map[string]bool{
		"#a-b-c": true, "#twice-1": true, "README.md#twice": true, "https://example.com/x": true, "go.mod": true,
		"#twice-2": false, "#in-a-block": false, "nowhere.md": false, "docs/../README.md#nowhere": false,
	} {
		assert.Equal(t, ok, follow(root(t), all, "README.md", target) == "", target)
	}
}

// TestIndex: docs/README.md leads to every page of docs, and a decision is in their list.
func TestIndex(t *testing.T) {
	t.Parallel()
	all := pages(t)
	for name := range all {
		index := "docs/README.md"
		if strings.HasPrefix(name, "docs/decisions/") {
			index = "docs/decisions/README.md"
		}
		if !strings.HasPrefix(name, "docs/") || name == index {
			continue
		}
		relative, err := filepath.Rel(path.Dir(index), name)
		assert.NoError(t, err)
		assert.Contains(t, all[index], "("+relative, "%s does not link to %s", index, name)
	}
}
