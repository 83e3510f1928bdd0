package release

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSection(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ changelog, want string }{
		"plain":            {"# Changelog\n\n## Unreleased\n\n- x\n\n## 1.2.0 - 2026-11-24\n\n### Added\n\n- new\n\n## 1.1.0 - 2026-01-01\n\n- old\n", "## 1.2.0 - 2026-11-24\n\n### Added\n\n- new\n"},
		"brackets":         {"## [1.2.0] - 2026-11-24\n- new", "## [1.2.0] - 2026-11-24\n- new\n"},
		"link":             {"## [1.2.0](https://example.com/1.2.0) - 2026-11-24\n- new\n", "## [1.2.0](https://example.com/1.2.0) - 2026-11-24\n- new\n"},
		"its rc elsewhere": {"## 1.2.0 - 2026-11-24\n- new\n## 1.2.0-rc.1 - 2026-11-23\n- rc\n## 11.2.0 - 2026-11-23\n- other\n", "## 1.2.0 - 2026-11-24\n- new\n"},
		"Windows":          {"## 1.2.0 - 2026-11-24\r\n\r\n- new\r\n", "## 1.2.0 - 2026-11-24\n\n- new\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := section(test.changelog, "1.2.0")
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
		})
	}
}

func TestSectionRefuses(t *testing.T) {
	t.Parallel()
	const write = `write a heading "## 1.2.0 - YYYY-MM-DD", with the day of the release, and below it what is new for users: move it there from "## Unreleased"`
	for name, test := range map[string]struct{ changelog, want string }{
		"empty":         {"", "find version 1.2.0 in the changelog: it has no section; " + write},
		"others only":   {"## Unreleased\n- x\n## 1.2.0-rc.1 - 2026-01-01\n- x\n### 1.2.0 - 2026-01-01\n", "find version 1.2.0 in the changelog: it has no section; " + write},
		"no date":       {"## 1.2.0\n- x\n", `read the section of version 1.2.0 in the changelog: its heading is "## 1.2.0"; ` + write},
		"no day":        {"## 1.2.0 - 2026-02-30\n- x\n", `read the section of version 1.2.0 in the changelog: its heading is "## 1.2.0 - 2026-02-30"; ` + write},
		"withdrawn":     {"## 1.2.0 - 2026-02-03 [YANKED]\n- x\n", `read the section of version 1.2.0 in the changelog: its heading is "## 1.2.0 - 2026-02-03 [YANKED]"; ` + write},
		"headings only": {"## 1.2.0 - 2026-02-03\n\n### Added\n\n## 1.1.0 - 2026-01-01\n- x\n", "read the section of version 1.2.0 in the changelog: it is empty; " + write},
		"twice":         {"## 1.2.0 - 2026-02-03\n- x\n## [1.2.0] - 2026-02-03\n- x\n", "find version 1.2.0 in the changelog: it has 2 sections; leave one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := section(test.changelog, "1.2.0")
			assert.EqualError(t, err, test.want)
		})
	}
}

// FuzzSection: a section begins with its heading, and has no other's.
func FuzzSection(f *testing.F) {
	f.Add("## Unreleased\n- x\n## [1.2.0] - 2026-11-24\n- y\n## 1.1.0 - 2026-01-01\n- z\n")
	f.Add("## [1.2.0")
	f.Add("## \n##  1.2.0] - 2026-11-24\nx")
	f.Fuzz(func(t *testing.T, changelog string) {
		got, err := section(changelog, "1.2.0")
		if err != nil {
			return
		}
		assert.True(t, strings.HasPrefix(got, "## "))
		assert.Equal(t, 1, strings.Count("\n"+got, "\n## "))
		assert.True(t, strings.HasSuffix(got, "\n"))
	})
}
