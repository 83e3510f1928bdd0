package cfn_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// quickly reads a text by both readers, which must agree, and reports whether the quick
// one has read it.
func quickly(t *testing.T, data []byte) bool {
	t.Helper()
	wasRead := false
	for _, isData := range []bool{true, false} {
		quick, slow, problems := cfn.ReadBoth(data, isData)
		if wasRead = quick != nil; !wasRead {
			continue
		}
		require.Empty(t, problems, "%q", data)
		if !assert.ObjectsAreEqual(slow, quick) {
			require.Equal(t, slow, quick, "%q", data)
		}
	}
	return wasRead
}

// TestQuickYAML: all that the quick reader reads is what the YAML library makes of it,
// with the same places.
func TestQuickYAML(t *testing.T) {
	t.Parallel()
	for text, read := range map[string]bool{
		"a: b":                             false, // without its line break
		"a: b\n":                           true,
		"---\na: b\n":                      true,
		"# a\n\n  # b\n---\n\na: b # c\n":  true,
		"a: b\n--- \n":                     false,
		"a: b\n...\n":                      false,
		"%YAML 1.1\n---\na: b\n":           false,
		"a:\n  b: c\n  d: e\nf: g\n":       true,
		"a:\n- b\n- c: d\n  e: f\n- - g\n": true,
		"a:\n  - b\n  -\n    c: d\n  - e:\n      f\n":       false,
		"a:\n  - b\n  -\n    c: d\n  - e:\n    - f\ng: h\n": true,
		"a:\n":                                  false,
		"a: b\n c: d\n":                         false,
		"a: b\n  c\n\n\n   d # e\nf: g\n":       true,
		"a: b\n  # c\n  d\n":                    false,
		"a: b # c\n  d\n":                       false,
		"a: b\n# c\nd: e\n":                     true,
		"a: b\n  - c\n":                         true,
		"a:\n- b\n  c\n\n- d\n":                 true,
		"a:\n  - b\n c\n":                       false,
		"a:\n  b: c\n d: e\n":                   false,
		"a: b: c\n":                             false,
		"a: b:\n":                               false,
		"a: b#c ä # d\nü: 'é' \n":               true,
		"a :  b\n":                              false,
		"a:  b  \n":                             true,
		"AWS::X: y\nFn::If: [a, B::c, d]\n":     true,
		"a: yes\nb: 0644\nc: 12:30\nd: ~\n":     true,
		"yes: a\n1: b\n<<: c\n":                 false,
		"yes: a\n":                              false,
		"1: b\n":                                false,
		"a: {1.5: b}\n":                         false,
		"'yes': a\n\"1\": b\nnull: c\n":         true,
		"a: !Ref b\nc: !Sub '${d}'\n":           true,
		"a: !If\n  - b\n  - !Ref c\nd: e\n":     true,
		"a: !If\n- b\n":                         false,
		"a: !Foo\n  b: c\n":                     false,
		"a: !!str b\n":                          false,
		"a: !GetAtt b.c\nd: !Base64 e\n":        true,
		"a: &b c\n":                             false,
		"a: *b\n":                               false,
		"a: 'it''s'\nb: \"c\\\"d\\n\\\\\"\n":    true,
		"a: \"\\u00e4\"\n":                      false,
		"a: 'b \n\n  c''d\n  ''\n  e '\nf: g\n": true,
		"a: ['b\n  c', d]\n":                    true,
		"a: \"b\n  'c'\n\n\n  d\"\n":            true,
		"a: 'b\nc'\n":                           false,
		"a: \"b\n  c\\n\"\n":                    false,
		"a: \"b\n":                              false,
		"'a b': c\n\"d\": e\n":                  true,
		"'a':b\n":                               false,
		"a: [b, 'c', !Ref d, {e: f, g: [h, {}]}, []]\n": true,
		"a: [b: c]\n":                          false,
		"a: [!Ref0b c, :d]\n":                  false,
		"a: {b, c}\n":                          false,
		"a: [b,\n    c,\n\n    {d: e}\n  ]\n":  true,
		"a: [\n  b\n]\n":                       false,
		"a: [b, c,]\n":                         false,
		"a: {b: !If [c, d, e], f: 1}\n":        true,
		"a: {b: c}: d\n":                       false,
		"a: [b] c\n":                           false,
		"a: |\n  b\n   c\n\n  d\n\ne: f\n":     true,
		"a: |-\n  b\n  # c\n# d\n":             true,
		"a: |+\n    b\n\n\n  # e\nc: d\n":      true,
		"a: !Sub |\n  b ${c}\n":                true,
		"a: |2\n   b\n":                        false,
		"a: >\n  b\n":                          true,
		"a: >-\n  b\n  c\n\n\n  d\n\n\ne: f\n": true,
		"a: >+\n  b\n  c\n\n\n":                true,
		"a: >\n  b\n   c\n":                    false,
		"a: |\n\n  b\n":                        false,
		"a: |\n  b\n c\n":                      false,
		"- a: |\n    b\n  c: d\n":              true,
		"a: -b\nc: ?d\ne: :f\n":                true,
		"a: @b\n":                              false,
		"a: b\ta\n":                            false,
		"a: b\u0085c\n":                        false,
		"a: b\na: c\n":                         false,
	} {
		assert.Equal(t, read, quickly(t, []byte(text)), "%q", text)
	}
}

// TestQuickYAMLReadsTemplates: the templates of this project are read quickly, but for
// those of which there is something to report.
func TestQuickYAMLReadsTemplates(t *testing.T) {
	t.Parallel()
	all, quick := 0, 0
	for _, text := range templates(t) {
		if _, problems := cfn.Read(text); len(problems) > 0 {
			continue
		}
		all++
		if quickly(t, text) {
			quick++
		}
	}
	assert.Equal(t, all, quick)
}

func templates(t testing.TB) (all [][]byte) {
	t.Helper()
	for _, root := range []string{"../../examples", "../../transform/testdata", "../../e2e"} {
		require.NoError(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".yaml") {
				return err
			}
			text, err := os.ReadFile(path)
			all = append(all, text)
			return err
		}))
	}
	return all
}

// FuzzQuickYAML: whatever the text is.
func FuzzQuickYAML(f *testing.F) {
	for _, text := range templates(f) {
		if len(text) < 4000 {
			f.Add(text)
		}
	}
	f.Add([]byte("a: [b, {c: !Ref d}]\ne: |\n  f\ng: \"h\\n\"\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, problems := cfn.Read(append([]byte("a: b\n"), data...)); len(problems) > 0 && problems[0].Rule == "unreadable" {
			return // read before
		}
		quickly(t, data)
	})
}
