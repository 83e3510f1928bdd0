package lint_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSecurityPage: every defence that docs/security.md promises names a test that there
// is, and every parameter that it names is one of the installation.
func TestSecurityPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(root(t), "docs", "security.md"))
	require.NoError(t, err)
	tests := testNames(t)
	named := regexp.MustCompile("`(Test[A-Za-z]+)`").FindAllStringSubmatch(string(text), -1)
	require.NotEmpty(t, named)
	for _, name := range named {
		assert.True(t, slices.Contains(tests, name[1]), "there is no %s", name[1])
	}
	for row := range strings.Lines(section(t, string(text), "## Attacks and defences")) {
		if strings.HasPrefix(row, "| ") && !strings.HasPrefix(row, "| attack |") {
			assert.Regexp(t, "`Test[A-Za-z]+` \\|\n$", row, "an attack without a test")
		}
	}
	parameters := installation(t).Get("Parameters")
	for row := range strings.Lines(section(t, string(text), "## What an administrator decides")) {
		cells := strings.Split(row, "|")
		if len(cells) < 3 {
			continue
		}
		for _, name := range regexp.MustCompile("`([A-Za-z]+)`").FindAllStringSubmatch(cells[1], -1) {
			assert.True(t, parameters.Has(name[1]), name[1])
		}
	}
}

// section is the part of a page from a heading to the next.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, after, found := strings.Cut(page, heading+"\n")
	require.True(t, found, heading)
	part, _, _ := strings.Cut(after, "\n## ")
	return part
}

// testNames are the names of all tests of both modules.
func testNames(t *testing.T) []string {
	t.Helper()
	var names []string
	declared := regexp.MustCompile(`(?m)^func (Test[A-Za-z]+)\(`)
	err := filepath.WalkDir(root(t), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (strings.HasPrefix(entry.Name(), ".") && len(entry.Name()) > 2 || entry.Name() == "node_modules"):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, match := range declared.FindAllStringSubmatch(string(text), -1) {
			names = append(names, match[1])
		}
		return err
	})
	require.NoError(t, err)
	slices.Sort(names)
	return slices.Compact(names)
}

// TestOnlyThePublicFunctionIsLimited: who is throttled by a limit is anybody on the
// internet, and no step of a plan.
func TestOnlyThePublicFunctionIsLimited(t *testing.T) {
	t.Parallel()
	limited := []string{}
	for _, resource := range installation(t).Get("Resources").Entries() {
		if resource.Value.At("Properties", "ReservedConcurrentExecutions") != nil {
			limited = append(limited, resource.Key)
		}
	}
	assert.Equal(t, []string{"ReleasesFunction"}, limited)
}

// TestThrottlesAreTold, of every function that a stack or a plan waits for.
func TestThrottlesAreTold(t *testing.T) {
	t.Parallel()
	told := []string{}
	for _, resource := range installation(t).Get("Resources").Entries() {
		properties := resource.Value.Get("Properties")
		if metric := properties.Get("MetricName"); metric != nil && metric.Text == "Throttles" {
			told = append(told, properties.At("Dimensions").Items[0].At("Value", "Ref").Text)
			assert.NotNil(t, properties.Get("AlarmActions"), resource.Key)
		}
	}
	assert.ElementsMatch(t, []string{"LauncherFunction", "LifecycleFunction", "MacroFunction"}, told)
}
