package release

import (
	"fmt"
	"strings"
	"time"
)

// section returns what a changelog in the form of Keep a Changelog says of a
// version, from its heading on. The error says what to write.
func section(changelog, version string) (string, error) {
	var found []string
	count, inside := 0, false
	for line := range strings.Lines(changelog) {
		line = strings.TrimRight(line, "\r\n \t")
		if strings.HasPrefix(line, "## ") {
			if inside = names(line, version); inside {
				count++
			}
		}
		if inside {
			found = append(found, line)
		}
	}
	wanted := fmt.Sprintf("write a heading %q, with the day of the release, and below it what is new for users: move it there from \"## Unreleased\"", "## "+version+" - YYYY-MM-DD")
	switch {
	case count == 0:
		return "", fmt.Errorf("find version %s in the changelog: it has no section; %s", version, wanted)
	case count > 1:
		return "", fmt.Errorf("find version %s in the changelog: it has %d sections; leave one", version, count)
	case !isDated(found[0]):
		return "", fmt.Errorf("read the section of version %s in the changelog: its heading is %q; %s", version, found[0], wanted)
	case !hasContent(found[1:]):
		return "", fmt.Errorf("read the section of version %s in the changelog: it is empty; %s", version, wanted)
	}
	return strings.TrimRight(strings.Join(found, "\n"), "\n") + "\n", nil
}

// names reports whether a heading is that of a version: ## 2.2.0, with or
// without brackets, and with anything behind it.
func names(heading, version string) bool {
	fields := strings.Fields(heading)
	if len(fields) < 2 {
		return false
	}
	word := fields[1]
	if inner, linked := strings.CutPrefix(word, "["); linked {
		word, _, _ = strings.Cut(inner, "]")
	}
	return word == version
}

// isDated reports whether a heading ends with a day, as Keep a Changelog wants.
func isDated(heading string) bool {
	_, day, found := strings.Cut(heading, " - ")
	if !found {
		return false
	}
	_, err := time.Parse(time.DateOnly, day)
	return err == nil
}

// hasContent reports whether there is more than headings.
func hasContent(lines []string) bool {
	for _, line := range lines {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			return true
		}
	}
	return false
}
