package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTemplateCases validates and expands the templates under testdata/cases. The comments
// at the begin of each say what is expected:
//
//	expect: ok | error       of validate, and of expand unless expand: says another
//	expand: ok | error | skip
//	says, not: REGEXP        what is reported matches it, or does not
//	at: TEXT                 a problem is on the first line with this text
//	quiet: yes               nothing is warned of
//	parameter: NAME=VALUE    of the deployment
//	has: PATH                the expanded template has it
//	lacks: PATH TEXT         what the expanded template has there is without the text
//	equals: PATH JSON        the expanded template has this there
func TestTemplateCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/cases/*.yaml")
	require.NoError(t, err)
	require.Len(t, files, 54)
	test, err := os.Executable()
	require.NoError(t, err)
	program := filepath.Join(t.TempDir(), "runnerctl") // by which TestMain knows what it is
	require.NoError(t, os.Symlink(test, program))
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			readTemplateCase(t, program, file).check(t)
		})
	}
}

// templateCase is a template, and what its header says.
type templateCase struct {
	program, file, text string
	header              map[string][]string
}

func readTemplateCase(t *testing.T, program, file string) templateCase {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	c := templateCase{program, file, string(text), map[string][]string{}}
	known := regexp.MustCompile(`^# (about|mark|expect|expand|says|not|at|quiet|parameter|has|lacks|equals): ?(.*)$`)
	for line := range strings.Lines(c.text) {
		line = strings.TrimRight(line, "\r\n")
		if !strings.HasPrefix(line, "#") {
			break
		}
		if found := known.FindStringSubmatch(line); found != nil {
			c.header[found[1]] = append(c.header[found[1]], found[2])
		}
	}
	require.Len(t, c.header["expect"], 1)
	return c
}

// run runs a command on the template, and requires its exit code.
func (c templateCase) run(t *testing.T, want string, arguments ...string) (stdout, stderr string) {
	t.Helper()
	for _, parameter := range c.header["parameter"] {
		arguments = append(arguments, "--parameter", parameter)
	}
	command := exec.CommandContext(t.Context(), c.program, arguments...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	_ = command.Run() // the exit code says it
	code, ok := map[string]int{"ok": 0, "error": 1}[want]
	require.True(t, ok, "expect: %s", want)
	assert.Equal(t, code, command.ProcessState.ExitCode(), "%s: %s%s", arguments[0], out.String(), errs.String())
	return out.String(), errs.String()
}

func (c templateCase) check(t *testing.T) {
	expect := c.header["expect"][0]
	stdout, said := c.run(t, expect, "validate", c.file, "--format", "json")
	var answer struct {
		Problems []struct {
			Severity, Path, Message, Advice, Rule string
			Line                                  int
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &answer))
	lines := map[int]bool{}
	for _, p := range answer.Problems {
		lines[p.Line] = true
		said += p.Severity + ": " + p.Path + ": " + p.Message + " " + p.Advice + " [" + p.Rule + "]\n"
		assert.False(t, expect == "ok" && p.Severity == "error", p.Message)
	}
	for _, text := range c.header["at"] {
		assert.Contains(t, lines, c.lineOf(text), "the line of %q", text)
	}
	if expands := append(c.header["expand"], expect)[0]; expands != "skip" {
		expanded, errs := c.run(t, expands, "expand", c.file, "--lookups", "testdata/cases/facts.json")
		said += errs
		if expands == "ok" {
			c.checkExpanded(t, expanded)
		}
	}
	for _, pattern := range c.header["says"] {
		assert.Regexp(t, pattern, said)
	}
	for _, pattern := range c.header["not"] {
		assert.NotRegexp(t, pattern, said)
	}
	if c.header["quiet"] != nil {
		assert.NotContains(t, said, "warning")
	}
}

// lineOf is the number of the first line with a text that is not in the header; 0 if there
// is none.
func (c templateCase) lineOf(text string) int {
	n := 0
	for line := range strings.Lines(c.text) {
		n++
		if strings.Contains(line, text) && !strings.HasPrefix(line, "# ") {
			return n
		}
	}
	return 0
}

func (c templateCase) checkExpanded(t *testing.T, text string) {
	var template any
	require.NoError(t, json.Unmarshal([]byte(text), &template))
	find := func(path string) (found any) {
		found = template
		for key := range strings.SplitSeq(path, ".") {
			within, _ := found.(map[string]any) // what is no object has no key
			found = within[key]
		}
		return found
	}
	for _, path := range c.header["has"] {
		assert.NotNil(t, find(path), path)
	}
	for _, each := range c.header["lacks"] {
		path, unwanted, _ := strings.Cut(each, " ")
		there, err := json.Marshal(find(path))
		require.NoError(t, err)
		assert.NotContains(t, string(there), unwanted, path)
	}
	for _, each := range c.header["equals"] {
		path, want, _ := strings.Cut(each, " ")
		there, err := json.Marshal(find(path))
		require.NoError(t, err)
		assert.JSONEq(t, want, string(there), path)
	}
}
