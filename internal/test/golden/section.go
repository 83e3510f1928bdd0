package golden

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writing guards golden files that several tests of a process share.
var writing sync.Mutex

// Section is what one test says in a golden file that all tests of a package share.
// It is safe for concurrent use by the test's subtests.
type Section struct {
	name, path string
	want       map[string]string

	mu  sync.Mutex
	got map[string]string
}

// Open returns the section of t in testdata/name. When t and its subtests have ended,
// a text that none of them compared fails t, or is removed by -update.
func Open(t testing.TB, name string) *Section {
	t.Helper()
	s := &Section{name: t.Name(), path: filepath.Join("testdata", filepath.FromSlash(name)), got: map[string]string{}}
	writing.Lock()
	s.want = s.read(t)
	writing.Unlock()
	t.Cleanup(func() {
		if *update {
			s.write(t)
			return
		}
		if s.isNarrowed() {
			return
		}
		for key := range s.want {
			if _, compared := s.got[key]; s.has(key) && !compared {
				t.Errorf("%s: no test has %s any more; run `make golden`", s.path, key)
			}
		}
	})
	return s
}

// Assert compares text with the one of the test t.
func (s *Section) Assert(t testing.TB, text string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	_, twice := s.got[t.Name()]
	require.False(t, twice, "one test, one text")
	s.got[t.Name()] = text
	if *update {
		return
	}
	want, found := s.want[t.Name()]
	require.True(t, found, "%s has no text of this test; run `make golden` to write it", s.path)
	assert.Equal(t, want, text, "%s; run `make golden` when the change is meant", s.path)
}

func (s *Section) has(key string) bool { return key == s.name || strings.HasPrefix(key, s.name+"/") }

// isNarrowed reports whether -run leaves out subtests.
func (s *Section) isNarrowed() bool {
	run := flag.Lookup("test.run")
	return run != nil && strings.Contains(run.Value.String(), "/")
}

// indent begins each line of a text; a line without it is a test's name.
const indent = "    "

func (s *Section) read(t testing.TB) map[string]string {
	t.Helper()
	content, err := os.ReadFile(s.path)
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	texts, key := map[string]string{}, ""
	for line := range strings.Lines(string(content)) {
		text, isText := strings.CutPrefix(line, indent)
		switch {
		case !isText:
			key = strings.TrimSuffix(line, "\n")
			texts[key] = ""
		case texts[key] != "":
			texts[key] += "\n" + strings.TrimSuffix(text, "\n")
		default:
			texts[key] = strings.TrimSuffix(text, "\n")
		}
	}
	return texts
}

// write puts the section's texts in place of those in the file.
func (s *Section) write(t testing.TB) {
	t.Helper()
	writing.Lock()
	defer writing.Unlock()
	texts := s.read(t)
	for key := range texts {
		if s.has(key) && !s.isNarrowed() {
			delete(texts, key)
		}
	}
	keys := []string{}
	for key, text := range s.got {
		texts[key] = text
	}
	for key := range texts {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	var content strings.Builder
	for _, key := range keys {
		content.WriteString(key + "\n" + indent + strings.ReplaceAll(texts[key], "\n", "\n"+indent) + "\n")
	}
	require.NoError(t, os.MkdirAll(filepath.Dir(s.path), 0o755))
	require.NoError(t, os.WriteFile(s.path, []byte(content.String()), 0o644))
}
