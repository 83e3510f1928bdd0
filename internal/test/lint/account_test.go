package lint_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestAccountRun: the run in an account has these checks, and calls nothing when it only
// lists them.
func TestAccountRun(t *testing.T) {
	t.Parallel()
	program := filepath.Join(root(t), "e2e", "account", "run.sh")
	empty := t.TempDir() // a path without the AWS CLI
	for _, tool := range []string{"dirname", "mktemp", "rm"} {
		require.NoError(t, os.Symlink(filepath.Join("/usr/bin", tool), filepath.Join(empty, tool)))
	}
	listed := run(t, ".", []string{"PATH=" + empty}, "/bin/sh", program, "--dry-run", "try")
	require.Zero(t, listed.code, "%s", listed.stderr)
	assert.Equal(t, "install\nhello on Fargate\nthe execution role is taken\nhello on EC2\ntags of an ended host\nremove\nnothing is left\n", listed.stdout)
	for _, prefix := range []string{"", "a b", "1a", "a;b"} {
		assert.NotZero(t, run(t, ".", []string{"PATH=" + empty}, "/bin/sh", program, "--dry-run", prefix).code, "%q", prefix)
	}
}

// TestFactsHaveTests: every test that docs/aws-facts.md names is there.
func TestFactsHaveTests(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root(t), "docs", "aws-facts.md"))
	require.NoError(t, err)
	var tests strings.Builder
	for _, path := range files(t, func(path string) bool { return strings.HasSuffix(path, "_test.go") }) {
		text, err := os.ReadFile(filepath.Join(root(t), path))
		require.NoError(t, err)
		tests.Write(text)
	}
	named := regexp.MustCompile("`(Test\\w+)`").FindAllSubmatch(page, -1)
	require.NotEmpty(t, named)
	for _, name := range named {
		assert.True(t, strings.Contains(tests.String(), "func "+string(name[1])+"("), "docs/aws-facts.md names %s, which is no test", name[1])
	}
	for row := range strings.Lines(string(page)) {
		if strings.HasPrefix(row, "| ") && !strings.HasPrefix(row, "| statement") {
			assert.Regexp(t, "`Test|account: ", row, "a fact has a test, or is open")
		}
	}
}
