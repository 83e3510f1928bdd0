package regex_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl/jsonata/internal/regex"
)

func idle(int) error { return nil }

// groupsOf returns the texts of a match and its groups; "-" for a group that took no part.
func groupsOf(text string, found []int) []string {
	var groups []string
	for i := 0; i < len(found); i += 2 {
		if found[i] < 0 {
			groups = append(groups, "-")
			continue
		}
		groups = append(groups, text[found[i]:found[i+1]])
	}
	return groups
}

// cases are expressions, texts and what JavaScript finds.
func cases() []struct {
	source, flags, text string
	groups              []string
} {
	return []struct {
		source, flags, text string
		groups              []string
	}{
		{"a", "", "cab", []string{"a"}},
		{"a|ab", "", "ab", []string{"a"}},
		{"(a+)(b*?)c", "", "xaabbc", []string{"aabbc", "aa", "bb"}},
		{"((a)|(b))*", "", "ab", []string{"ab", "b", "-", "b"}},
		{"(z)((a+)?(b+)?(c))*", "", "zaacbbbcac", []string{"zaacbbbcac", "z", "ac", "a", "-", "c"}},
		{"(a*)*", "", "b", []string{"", "-"}},
		{"(?:a*?)*b", "", "aab", []string{"aab"}},
		{"(?=(a+))a*b\\1", "", "baaabac", []string{"aba", "a"}},
		{"(.*?)a(?!(a+)b\\2c)\\2(.*)", "", "baaabaac", []string{"baaabaac", "ba", "-", "abaac"}},
		{"(?<=\\$)\\d+(\\.\\d*)?", "", "1 $10.53", []string{"10.53", ".53"}},
		{"(?<!a)b", "", "abcb", []string{"b"}},
		{"(?<=([abc]+)).\\1", "", "abcdbc", nil},
		{"(?<=(\\d+)(\\d+))$", "", "1053", []string{"", "1", "053"}},
		{"(?<year>\\d{4})-\\k<year>", "", "1999 2020-2020", []string{"2020-2020", "2020"}},
		{"^b$", "m", "a\nb\nc", []string{"b"}},
		{"^b$", "", "a\nb\nc", nil},
		{"a$", "", "a\n", nil},
		{".", "", "\n\r\u2028x", []string{"x"}},
		{"[^]", "", "\n", []string{"\n"}},
		{"[]", "", "a", nil},
		{"[a-c\\d-]+", "", "xx-b7d", []string{"-b7"}},
		{"[\\W_]+", "", "ab_-c", []string{"_-"}},
		{"é", "i", "É", []string{"É"}},
		{"[à-ý]+", "i", "ÀÉ", []string{"ÀÉ"}},
		{"k", "i", "\u212A", nil},
		{"\\w", "i", "\u017F", nil},
		{"\\bfoo\\b", "", "afoo foo", []string{"foo"}},
		{"a{2,3}", "", "aaaa", []string{"aaa"}},
		{"a{2,3}?", "", "aaaa", []string{"aa"}},
		{"(ab){2}", "", "abababab", []string{"abab", "ab"}},
		{"(?:ab){0}c", "", "abc", []string{"c"}},
		{"a{", "", "a{", []string{"a{"}},
		{"a{1", "", "a{1", []string{"a{1"}},
		{"]", "", "]", []string{"]"}},
		{"\\/\\-\\x41\\u0042\\cA\\0", "", "/-AB\x01\x00", []string{"/-AB\x01\x00"}},
		{"\\101", "", "A", []string{"A"}},
		{"(a)\\2", "", "a\x02", []string{"a\x02", "a"}},
		{"\\s+", "", "a\u00a0\ufeff\tb", []string{"\u00a0\ufeff\t"}},
		{"(?:)", "", "ab", []string{""}},
		{"(a?)??b", "", "ab", []string{"ab", "a"}},
		{"(?:a|ab)(?:c|bcd)(?:d*)", "", "abcd", []string{"abcd"}},
		{"(?=a)*", "", "a", []string{""}},
		{"(?:(?=(a)))?b", "", "b", []string{"b", "-"}},
		{"(?:(?=(a)))?ab", "", "ab", []string{"ab", "-"}},
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	for _, c := range cases() {
		re, err := regex.Compile(c.source, c.flags)
		if !assert.NoError(t, err, c.source) {
			continue
		}
		found, err := re.Find(c.text, 0, idle)
		require.NoError(t, err, c.source)
		assert.Equal(t, c.groups, groupsOf(c.text, found), "/%s/%s on %q", c.source, c.flags, c.text)
	}
}

// TestFindAsJavaScript compares the cases' results with those of node.
func TestFindAsJavaScript(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node")
	}
	const script = `
let input = "";
process.stdin.on("data", d => input += d).on("end", () => console.log(JSON.stringify(JSON.parse(input).map(
  ([source, flags, text]) => { const m = new RegExp(source, flags).exec(text); return m && [...m].map(g => g === undefined ? "-" : g); }))));`
	var questions [][]string
	for _, c := range cases() {
		questions = append(questions, []string{c.source, c.flags, c.text})
	}
	input, err := json.Marshal(questions)
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), node, "-e", script)
	command.Stdin = strings.NewReader(string(input))
	output, err := command.Output()
	require.NoError(t, err)
	var answers [][]string
	require.NoError(t, json.Unmarshal(output, &answers))
	for i, c := range cases() {
		assert.Equal(t, answers[i], c.groups, "/%s/%s on %q", c.source, c.flags, c.text)
	}
}

func TestProperties(t *testing.T) {
	t.Parallel()
	for source, text := range map[string]string{`\p{L}+`: "éß", `\p{Lu}`: "É", `\P{L}`: "1", `[\p{Greek}x]+`: "xΩ", `\p{Script=Greek}`: "Ω"} {
		re, err := regex.Compile("^"+source+"$", "")
		require.NoError(t, err, source)
		found, err := re.Find(text, 0, idle)
		require.NoError(t, err)
		assert.NotNil(t, found, source)
	}
}

func TestCompileRefuses(t *testing.T) {
	t.Parallel()
	for _, source := range []string{
		"(", ")", "a)", "[", "[a", "*", "+a", "a**", "a{2}{3}", "(?", "(?a)", "(?<a", "(?<>a)", "(?<a>b)(?<a>c)", `\k<a>`, "[b-a]", "a{3,2}", `\`,
		`[\`, `\p{Nothing}`, `\p{L`, "^*", "(?<=a)*", "{1}", strings.Repeat("(", 300) + strings.Repeat(")", 300),
	} {
		_, err := regex.Compile(source, "")
		assert.Error(t, err, source)
	}
	_, err := regex.Compile("a", "x")
	assert.Error(t, err)
}

// TestBounded: an expression that backtracks without end does so under the eyes of
// the caller.
func TestBounded(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	for _, source := range []string{"(a+)+$", "(a|aa)+$", "(?=(a+)+$)", "(.*)*x", "(a*)*b", "(?:a{0,3}){0,30}b"} {
		re, err := regex.Compile(source, "")
		require.NoError(t, err)
		total := 0
		_, err = re.Find(strings.Repeat("a", 3000)+"c", 0, func(steps int) error {
			if total += steps; total > 100_000 {
				return enough
			}
			return nil
		})
		assert.ErrorIs(t, err, enough, source)
	}
}

func FuzzFind(f *testing.F) {
	for _, c := range cases() {
		f.Add(c.source, c.flags, c.text)
	}
	f.Fuzz(func(t *testing.T, source, flags, text string) {
		re, err := regex.Compile(source, flags)
		if err != nil {
			return
		}
		total := 0
		found, err := re.Find(text, 0, func(steps int) error {
			if total += steps; total > 100_000 {
				return errors.New("enough")
			}
			return nil
		})
		if err == nil && found != nil {
			groupsOf(text, found)
		}
	})
}
