package golden

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder is a test that can fail without failing the one it is used in.
type recorder struct {
	testing.TB
	failures []string
}

func (r *recorder) Helper() {}

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

// FailNow ends the goroutine as a real test would; attempt catches it.
func (r *recorder) FailNow() { panic(r) }

func attempt(t *testing.T, f func(testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	func() {
		defer func() {
			if stopped := recover(); stopped != nil && stopped != any(r) {
				panic(stopped)
			}
		}()
		f(r)
	}()
	return r.failures
}

// The tests change the working directory, so they cannot run in parallel.

func TestAssert(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll(filepath.Join("testdata", "a"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join("testdata", "a", "b.txt"), []byte("one\ntwo\n"), 0o600))

	same := attempt(t, func(tb testing.TB) { Assert(tb, "a/b.txt", []byte("one\ntwo\n")) })
	assert.Empty(t, same)

	for got, says := range map[string]string{
		"one\nTWO\n":        "differs from line 2 on; run `make golden` when the change is meant\nwant: two\n got: TWO",
		"one\n":             "differs from line 2 on; run `make golden` when the change is meant\nwant: two\n got: ",
		"one\ntwo":          "differs from line 3 on",
		"one\ntwo\nthree\n": "differs from line 3 on; run `make golden` when the change is meant\nwant: \n got: three",
		"":                  "differs from line 1 on",
	} {
		failures := attempt(t, func(tb testing.TB) { Assert(tb, "a/b.txt", []byte(got)) })
		require.Len(t, failures, 1, "%q", got)
		assert.Contains(t, failures[0], says)
	}

	missing := attempt(t, func(tb testing.TB) { Assert(tb, "none.txt", nil) })
	require.Len(t, missing, 1)
	assert.Contains(t, missing[0], "make golden")
}

func TestUpdate(t *testing.T) {
	t.Chdir(t.TempDir())
	*update = true
	t.Cleanup(func() { *update = false })
	Assert(t, "new/file.txt", []byte("x\n"))
	*update = false
	Assert(t, "new/file.txt", []byte("x\n"))
}

func TestFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.MkdirAll(filepath.Join("testdata", "a"), 0o755))
	for _, name := range []string{"a/1.json", "a/2.json", "a/3.txt"} {
		require.NoError(t, os.WriteFile(filepath.Join("testdata", filepath.FromSlash(name)), nil, 0o600))
	}
	Files(t, "a/*.json", "a/2.json", "a/1.json")
	Files(t, "b/*")
	assert.Len(t, attempt(t, func(tb testing.TB) { Files(tb, "a/*.json", "a/1.json") }), 1, "a file too many")
	assert.Len(t, attempt(t, func(tb testing.TB) { Files(tb, "a/*.txt", "a/3.txt", "a/4.txt") }), 1, "a file too few")
	assert.Len(t, attempt(t, func(tb testing.TB) { Files(tb, "[", "a") }), 1, "no pattern")
}

// named is a test with another name, which ends when end is called.
type named struct {
	testing.TB
	name string
	end  func()
}

func (n *named) Name() string     { return n.name }
func (n *named) Cleanup(f func()) { n.end = f }

func TestSection(t *testing.T) {
	t.Chdir(t.TempDir())
	// compare compares the texts of a test's cases, and returns how it failed.
	compare := func(test string, texts map[string]string) (failures []string) {
		record := &recorder{TB: t}
		parent := &named{TB: record, name: test}
		section := Open(parent, "texts.golden")
		for name, text := range texts {
			failures = append(failures, attempt(t, func(tb testing.TB) {
				section.Assert(&named{TB: tb, name: test + "/" + name}, text)
			})...)
		}
		parent.end()
		return append(failures, record.failures...)
	}
	write := func(test string, texts map[string]string) {
		*update = true
		defer func() { *update = false }()
		assert.Empty(t, compare(test, texts))
	}
	write("TestB", map[string]string{"b": "two\nlines", "a": "", "gone": "x"})
	write("TestA", map[string]string{"b": "one"})
	write("TestB", map[string]string{"b": "two\nlines", "a": ""})
	content, err := os.ReadFile("testdata/texts.golden")
	require.NoError(t, err)
	assert.Equal(t, "TestA/b\n    one\nTestB/a\n    \nTestB/b\n    two\n    lines\n", string(content), "sorted, and without what is gone")

	assert.Empty(t, compare("TestB", map[string]string{"b": "two\nlines", "a": ""}))
	for problem, texts := range map[string]map[string]string{
		"another text":       {"b": "two\nwords", "a": ""},
		"a case without one": {"b": "two\nlines", "a": "", "c": ""},
		"a text without one": {"b": "two\nlines"},
	} {
		failures := compare("TestB", texts)
		require.Len(t, failures, 1, problem)
		assert.Contains(t, failures[0], "make golden", problem)
	}
}
