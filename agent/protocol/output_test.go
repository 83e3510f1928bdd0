package protocol

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestParseOutput: text after a JSON value is not dropped, the whole text is
// wrapped. Bytes that are not UTF-8 are replaced.
func TestParseOutput(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ content, want string }{
		"empty":                   {"", `{}`},
		"blanks":                  {" \t\r\n\n", `{}`},
		"only a byte order mark":  {"\ufeff", `{}`},
		"object":                  {"{ \"a\" : [1, 2] }\n", `{"a":[1,2]}`},
		"array":                   {"[1, 2]", `[1,2]`},
		"string":                  {`"text"`, `"text"`},
		"number":                  {"42\n", `42`},
		"digits are kept":         {"12.50", `12.50`},
		"big integer":             {"123456789012345678901234567890", `123456789012345678901234567890`},
		"true":                    {"true", `true`},
		"false":                   {"false", `false`},
		"null":                    {"null", `null`},
		"byte order mark":         {"\ufeff{\"a\":1}", `{"a":1}`},
		"markup is not escaped":   {`{"a":"<&>"}`, `{"a":"<&>"}`},
		"text":                    {"hello world", `{"result":"hello world"}`},
		"one line feed goes":      {"hello\n\n", `{"result":"hello\n"}`},
		"carriage returns stay":   {"hello\r\n", `{"result":"hello\r"}`},
		"blanks around text stay": {"  hello ", `{"result":"  hello "}`},
		"quotes and markup":       {"say \"<b>\" & \\", `{"result":"say \"<b>\" & \\"}`},
		"two values":              {"123 456", `{"result":"123 456"}`},
		"value and text":          {"true x", `{"result":"true x"}`},
		"two objects":             {"{}\n{}\n", `{"result":"{}\n{}"}`},
		"single quotes":           {"{'a':1}", `{"result":"{'a':1}"}`},
		"trailing comma":          {`{"a":1,}`, `{"result":"{\"a\":1,}"}`},
		"comment":                 {"{} // x", `{"result":"{} // x"}`},
		"not a number":            {"NaN", `{"result":"NaN"}`},
		"leading zero":            {"01", `{"result":"01"}`},
		"digits and letters":      {"123abc", `{"result":"123abc"}`},
		"cut off":                 {`{"a":`, `{"result":"{\"a\":"}`},
		"not UTF-8":               {"a\xff\xfeb", `{"result":"a` + "\ufffd" + `b"}`},
		"not UTF-8 inside JSON":   {"{\"a\":\"\xff\"}", `{"a":"` + "\ufffd" + `"}`},
		"NUL":                     {"a\x00b", `{"result":"a\u0000b"}`},
		"beyond the first plane":  {"😀", `{"result":"😀"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, string(ParseOutput([]byte(test.content))))
		})
	}
}

func TestParseOutputDoesNotChangeItsArgument(t *testing.T) {
	t.Parallel()
	content := []byte("\ufeff{ \"a\" : \"\xff\" }\n")
	before := bytes.Clone(content)
	ParseOutput(content)
	assert.Equal(t, before, content)
}

func TestParseOutputOfJSONTooDeepIsText(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000)
	assert.Equal(t, `{"result":"`+deep+`"}`, string(ParseOutput([]byte(deep))))
}

func FuzzParseOutput(f *testing.F) {
	for _, seed := range []string{"", "\n", "{}", "123 456", "hello\n", "a\r\n", "\xff", "\ufeff1", `{"a":1,}`, "\u2028<>&"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		output := ParseOutput(content)
		require.True(t, json.Valid(output), "%q", output)
		require.True(t, utf8.Valid(output))
		text := strings.ToValidUTF8(strings.TrimPrefix(string(content), "\ufeff"), "\ufffd")
		switch {
		case strings.TrimSpace(text) == "":
			assert.Equal(t, "{}", string(output))
		case json.Valid([]byte(text)):
			assert.Equal(t, compact(t, text), string(output))
		default:
			var wrapped map[string]string
			require.NoError(t, json.Unmarshal(output, &wrapped))
			assert.Equal(t, map[string]string{"result": strings.TrimSuffix(text, "\n")}, wrapped)
		}
	})
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(text)))
	return b.String()
}

func TestShorten(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text  string
		limit int
		want  string
	}{
		"empty":                {"", 5, ""},
		"short":                {"abc", 5, "abc"},
		"just fits":            {"abcde", 5, "abcde"},
		"characters not bytes": {"ååååå", 5, "ååååå"},
		"both ends":            {"0123456789", 7, "01 … 89"},
		"odd room":             {"0123456789", 8, "01 … 789"},
		"too little for both":  {"0123456789", 4, "0123"},
		"one":                  {"0123456789", 1, "0"},
		"none":                 {"0123456789", 0, ""},
		"below none":           {"0123456789", -1, ""},
		"empty below none":     {"", -1, ""},
		"whole characters":     {strings.Repeat("😀", 10), 6, "😀 … 😀😀"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, Shorten(test.text, test.limit))
		})
	}
}

func FuzzShorten(f *testing.F) {
	f.Add("", 0)
	f.Add("hello, world", 7)
	f.Add("åäö😀\xff", 2)
	f.Add("x", -1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		short := Shorten(text, limit)
		if utf8.RuneCountInString(text) <= limit {
			assert.Equal(t, text, short)
			return
		}
		assert.Equal(t, max(limit, 0), utf8.RuneCountInString(short))
		if head, tail, cut := strings.Cut(short, " … "); cut && utf8.ValidString(text) && !strings.Contains(text, " … ") {
			assert.True(t, strings.HasPrefix(text, head))
			assert.True(t, strings.HasSuffix(text, tail))
		}
	})
}
