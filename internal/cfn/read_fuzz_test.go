package cfn_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// FuzzRead holds that no text whatever makes Read panic or give a tree beside
// an error, and that what it reads comes back from both writers unchanged.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"", "a: b\n", "a: !Sub\n  - ${X}\n  - X: 1\n", "a: &x [*x]\n", "a: &x {b: 1}\nc: *x\n", "a: |\n  x\n\n  y\n", "a: \"\\t \\n\"\n",
		"{\"a\": [1, 1.10, null, true, \"\\ud83d\\ude00\"]}", "a: 012\nb: 1e400\nc: 2010-09-09\n\"yes\": no\n", "? |\n  x\n  y\n: z\n",
		"a: !GetAtt A.B.C\nb: !If [x, !Ref AWS::NoValue, {c: d}]\n", "%TAG ! x\n---\na: !b c\n", "a:\n- b\n-   - c\n    - \" d\"\n", "a: \"\\L\\N\\e\\0\"\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, problems := cfn.Read(data)
		if problems.HasErrors() {
			require.Nil(t, tree)
			return
		}
		require.NotNil(t, tree)
		want := text(t, tree)

		var yaml bytes.Buffer
		require.NoError(t, cfn.WriteYAML(&yaml, tree))
		again, problems := cfn.Read(yaml.Bytes())
		require.Empty(t, problems, "%s", yaml.String())
		assert.Equal(t, want, text(t, again), "%s", yaml.String())

		fromJSON, err := cfn.ReadJSON([]byte(want))
		require.NoError(t, err)
		assert.Equal(t, want, text(t, fromJSON))

		placed, problems := cfn.Read([]byte(want))
		require.Empty(t, problems)
		assert.Equal(t, want, text(t, placed))
	})
}

// FuzzReadJSON holds that what ReadJSON takes is written and read again as
// the same bytes.
func FuzzReadJSON(f *testing.F) {
	for _, seed := range []string{`null`, `{"a":[1,-0,1e9,"x\u0000<&>"],"a":{}}`, `[[[]]]`, `"\ud800"`, `{"a":1`, ` 1 2`, "\"\xff\""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		tree, err := cfn.ReadJSON(data)
		if err != nil {
			require.Nil(t, tree)
			return
		}
		written := text(t, tree)
		again, err := cfn.ReadJSON([]byte(written))
		require.NoError(t, err)
		assert.Equal(t, tree, again)

		value, err := cfn.FromValue(tree.Value())
		require.NoError(t, err)
		assert.Equal(t, tree.Value(), value.Value())
	})
}

// text is a tree as compact JSON, which shows kinds, order and literals.
func text(t testing.TB, n *cfn.Node) string {
	t.Helper()
	b, err := n.MarshalJSON()
	require.NoError(t, err)
	return string(b)
}

// FuzzWriteYAML holds that any text survives as a value, as a key and as a
// number's neighbour in a list.
func FuzzWriteYAML(f *testing.F) {
	for _, seed := range []string{
		"", " ", "a\nb", "a\n", "a\n\n", "\na", " a\nb", "a\n b\n", "a\n\tb", "a \nb", "yes", "012", "1e3", "2010-09-09", "null", "~", "{{resolve:ssm:/a}}",
		"${A}: b", "# c", "a #b", "- a", "? a", "!Ref a", "&a", "*a", "%a", "@a", "`a", "---", "...", "---\na", "\u0085", "\u2028", "\ufeff", "\x00", "\x7f", "\U0010ffff", "'", "\"", "\\", "\r\n", "<<", "=", ".inf", "a\u00a0\nb", "#!/bin/sh\nset -e\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) {
			t.Skip("no text")
		}
		tree := cfn.Obj(cfn.F(s, cfn.Obj(cfn.F(s, cfn.Seq(cfn.Str(s), cfn.Int(1), cfn.Seq(cfn.Str(s)), cfn.Str(s))), cfn.F("x"+s, cfn.Str(s)))))
		var yaml bytes.Buffer
		require.NoError(t, cfn.WriteYAML(&yaml, tree))
		again, problems := cfn.Read(yaml.Bytes())
		require.Empty(t, problems, "%s", yaml.String())
		assert.Equal(t, text(t, tree), text(t, again), "%s", yaml.String())
	})
}
