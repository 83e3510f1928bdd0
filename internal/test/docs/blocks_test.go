package docs_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The comment on the line before a block says what TestBlocks does with it:
//
//	run, run: exit 1   run it with bash; it ends with 0, or with the exit code
//	output             is what the block before it printed; a line … stands for any lines
//	file: NAME         write it to the file
//	edit: NAME         a diff without line numbers: the old lines are once in the file
//	same as: PATH      is what the project's file has
//	not run: REASON    a command that needs what a test does not have
//
// The blocks of a page are run in order: those of README.md and CONTRIBUTING.md in a
// clone, those of other pages in an empty directory with runnerctl on the PATH.

// TestBlocks runs the commands of every page.
func TestBlocks(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it builds runnerctl and runs plans")
	}
	programs := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(programs, "runnerctl"), "./cmd/runnerctl")
	build.Dir = root(t)
	text, err := build.CombinedOutput()
	require.NoError(t, err, string(text))
	for name, page := range pages(t) {
		blocks, _ := read(page)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &shell{root: root(t), directory: t.TempDir(), state: t.TempDir(), programs: programs}
			if !strings.Contains(name, "/") {
				s.directory = s.root
			}
			for _, b := range blocks {
				s.do(t, fmt.Sprintf("%s:%d", name, b.line), b)
			}
		})
	}
}

// TestCommandsAreMarked: a page that teaches has no command that is neither run nor says why.
func TestCommandsAreMarked(t *testing.T) {
	t.Parallel()
	for name, page := range pages(t) {
		if name != "README.md" && name != "docs/tutorial.md" && !strings.HasPrefix(name, "docs/how-to/") {
			continue
		}
		blocks, _ := read(page)
		for _, b := range blocks {
			assert.NotEmpty(t, b.language, "%s:%d: name the block's language", name, b.line)
			if b.language == "sh" || b.language == "console" {
				assert.Regexp(t, "^(run|not run: .+)", b.marker, "%s:%d: mark the block as run, or say why it is not", name, b.line)
			}
		}
	}
}

// shell does what a page's blocks say.
type shell struct {
	root, directory, state, programs string
	printed                          string
}

func (s *shell) do(t *testing.T, place string, b block) {
	t.Helper()
	kind, argument, _ := strings.Cut(b.marker, ": ")
	file := filepath.Join(s.directory, filepath.FromSlash(argument))
	switch kind {
	case "run":
		code := 0
		if argument != "" {
			var err error
			code, err = strconv.Atoi(strings.TrimPrefix(argument, "exit "))
			require.NoError(t, err, place)
		}
		s.run(t, place, b.text, code)
	case "output":
		assert.Regexp(t, expected(b.text), comparable(s.printed), "%s: the command prints something else", place)
	case "file":
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
		require.NoError(t, os.WriteFile(file, []byte(b.text), 0o600))
	case "edit":
		text, err := os.ReadFile(file)
		require.NoError(t, err, place)
		old, after := sides(b.text)
		require.Equal(t, 1, strings.Count(string(text), old), "%s: the lines are once in the file", place)
		require.NoError(t, os.WriteFile(file, []byte(strings.Replace(string(text), old, after, 1)), 0o600))
	case "same as":
		text, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(argument)))
		require.NoError(t, err, place)
		assert.Contains(t, string(text), b.text, "%s: %s has something else", place, argument)
	case "", "not run":
	default:
		assert.Fail(t, "unknown mark", "%s: %s", place, b.marker)
	}
}

func (s *shell) run(t *testing.T, place, script string, code int) {
	t.Helper()
	var printed bytes.Buffer
	command := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	command.Dir, command.Stdout, command.Stderr = s.directory, &printed, &printed
	command.Env = append(os.Environ(), "PATH="+s.programs+":"+os.Getenv("PATH"), "XDG_STATE_HOME="+s.state, "NO_COLOR=1", "COLUMNS=120")
	_ = command.Run() // its exit code says it
	s.printed = printed.String()
	assert.Equal(t, code, command.ProcessState.ExitCode(), "%s:\n%s", place, s.printed)
}

// sides are a diff's lines before and after it.
func sides(diff string) (before, after string) {
	for line := range strings.Lines(diff) {
		if line[0] != '+' {
			before += line[1:]
		}
		if line[0] != '-' {
			after += line[1:]
		}
	}
	return before, after
}

var duration = regexp.MustCompile(`\b[0-9]+(\.[0-9]+)?(ms|µs|s)\b`)

// comparable is an output without what differs from run to run: times, the width of columns.
func comparable(output string) string {
	output = duration.ReplaceAllString(output, "TIME")
	output = regexp.MustCompile(`[ \t]+`).ReplaceAllString(output, " ")
	return regexp.MustCompile(` *\n`).ReplaceAllString(strings.TrimSpace(output), "\n")
}

// expected is the pattern of an output on a page.
func expected(text string) string {
	pattern := regexp.QuoteMeta(comparable(text))
	return "^" + strings.ReplaceAll(pattern, "…", "(?s:.*?)") + "$"
}

// TestBlocksThatFail: what a page claims is compared.
func TestBlocksThatFail(t *testing.T) {
	t.Parallel()
	assert.Regexp(t, expected("Build  succeeded after 12ms\n…\nend\n"), comparable("Build succeeded after 1.5s\nmore\nlines\nend"))
	assert.NotRegexp(t, expected("Build succeeded after 12ms\n"), comparable("Build failed after 12ms\n"))
	before, after := sides(" a\n-b\n+c\n")
	assert.Equal(t, []string{"a\nb\n", "a\nc\n"}, []string{before, after})
	blocks, prose := read("<!-- run: exit 1 -->\n```sh\nfalse\n```\ntext\n")
	assert.Equal(t, []block{{marker: "run: exit 1", language: "sh", text: "false\n", line: 2}}, blocks)
	assert.Contains(t, prose, "text")
}
