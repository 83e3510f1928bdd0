package joblog_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/agent/joblog"
)

// TestMaskHidesEveryForm: the texts are what the tools print, written down from their
// output.
func TestMaskHidesEveryForm(t *testing.T) {
	t.Parallel()
	const sec = `S3cr3t/Va"lue+x`
	for _, test := range []struct{ name, secret, text, want string }{
		{"a control byte", "abc\x01defgh", "abcdefgh", "***"},
		{"DEL", "abc\x7fdefgh", "abcdefgh", "***"},
		{"invalid UTF-8", "abc\xffdefgh", "abc\ufffddefgh", "***"},
		{"invalid UTF-8, once for several bytes", "abc\xff\xfedefgh", "abc\ufffddefgh", "***"},
		{"JSON", sec, `{"p":"S3cr3t/Va\"lue+x"}`, `{"p":"***"}`},
		{"JSON of PHP", sec, `{"p":"S3cr3t\/Va\"lue+x"}`, `{"p":"***"}`},
		{"JSON in JSON", sec, `"{\"p\":\"S3cr3t/Va\\\"lue+x\"}"`, `"{\"p\":\"***\"}"`},
		{"JSON in JSON of PHP", sec, `"{\"p\":\"S3cr3t\\\/Va\\\"lue+x\"}"`, `"{\"p\":\"***\"}"`},
		{"JSON of Python", "geh€im🚀42", `"geh\u20acim\ud83d\ude8042"`, `"***"`},
		{"JSON of Java", "geh€im42", `"geh\u20ACim42"`, `"***"`},
		{"JSON of Go", "ab<cd&ef", `"ab\u003ccd\u0026ef"`, `"***"`},
		{"JSON of several lines", "first one\nxy\nlast one", `"first one\nxy\nlast one"`, `"***"`},
		{"curl --data-urlencode", sec, "p=S3cr3t%2FVa%22lue%2Bx", "p=***"},
		{"lower case", sec, "p=S3cr3t%2fVa%22lue%2bx", "p=***"},
		{"Go's PathEscape", "ab/cd+ef=gh", "/ab%2Fcd+ef=gh/", "/***/"},
		{"encodeURIComponent", "aaa!/b'c", "p=aaa!%2Fb'c&q", "p=***&q"},
		{"encodeURI", "a%b?c=d/é", "x/a%25b?c=d/%C3%A9", "x/***"},
		{"Python's quote", "wJalr/K7MD+bPxRf", "wJalr/K7MD%2BbPxRf", "***"},
		{"a form", "ab cd/ef*g", "ab+cd%2Fef*g", "***"},
		{"base64", "hunter22!", "aHVudGVyMjIh", "***"},
		{"base64 with padding", "abcd", "YWJjZA== =", "*** ="},
		{"base64 after one byte", "hunter22hunter", "eGh1bnRlcjIyaHVudGVy", "eG***"},
		{"base64 after two bytes", "hunter22hunter", "eHhodW50ZXIyMmh1bnRlcg==", "eHh***g=="},
		{"basic authorization", sec, "Basic dXNlcjpTM2NyM3QvVmEibHVlK3g=", "Basic dXNlcjp***g="},
		{"base64url", "a>?>?>?>?b", "YT4_Pj8-Pz4_Yg", "***g"},
		{"base64 in lines of 76", strings.Repeat("0123456789", 7), strings.Repeat("MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5", 2)[:76], "***"},
		{"hexadecimal", "hunter22", "68756e7465723232", "***"},
		{"hexadecimal, upper case", "hunter22/", "68756E74657232322F", "***"},
		{"bash -x", "ab'cd ef", `+ x 'ab'\''cd ef'`, "+ x '***'"},
		{"dash -x", "ab'cd ef", `+ x 'ab'"'"'cd ef'`, "+ x '***'"},
		{"printf %q", "ab'cd ef$", `ab\'cd\ ef\$`, `***`},
		{"bash's $'…'", "ab'cd\tef\x01g", `$'ab\'cd\tef\001g'`, `$'***'`},
		{"in double quotes", "ab$cd`ef\"", "\"ab\\$cd\\`ef\\\"\"", `"***"`},
		{"Python's repr", `ab\cdef'x`, `'ab\\cdef\'x'`, "'***'"},
		{"Go's %q", "ab\x01cd€ef", `"ab\x01cd€ef"`, `"***"`},
		{"HTML of Go", "ab<cd&ef'g\"h", "ab&lt;cd&amp;ef&#39;g&#34;h", "***"},
		{"HTML of Python", "ab<cd&ef'g\"h", "ab&lt;cd&amp;ef&#x27;g&quot;h", "***"},
		{"XML", "ab<cd>&ef'g", "ab&lt;cd>&amp;ef&apos;g", "***"},
		{"SQL", "it's a secret", "'it''s a secret'", "'***'"},
		{"CSV", `say "hi" now`, `"say ""hi"" now"`, `"***"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var lines []string
			splitter := joblog.NewSplitter(1<<10, joblog.NewMask([]string{"A_TOKEN=" + test.secret}), appendTo(&lines))
			for _, part := range strings.SplitAfter(test.text, "") {
				_, _ = splitter.Write([]byte(part))
			}
			_ = splitter.Close()
			assert.Equal(t, test.want, strings.Join(lines, "\n"))
		})
	}
}

// TestAddMask: a job adds secrets by lines, from which on they are hidden.
func TestAddMask(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"a value", "abcdefgh\n::add-mask::abcdefgh\nabcdefgh\n", "abcdefgh\n::add-mask::***\n***\n"},
		{"its forms", "::add-mask::hunter22!\naHVudGVyMjIh\n", "::add-mask::***\n***\n"},
		{"as GitHub's tools escape it", "::add-mask::ab%25cd%0Aefgh\nab%cd efgh\n", "::add-mask::***\n*** ***\n"},
		{"indented and coloured", "  \x1b[31m::add-mask::abcdefgh\x1b[0m\nabcdefgh\n", "::add-mask::***\n***\n"},
		{"a line of Windows", "::add-mask::abcdefgh\r\nabcdefgh\r\n", "::add-mask::***\n***\n"},
		{"not at the start", "echo ::add-mask::abcdefgh\nabcdefgh\n", "echo ::add-mask::abcdefgh\nabcdefgh\n"},
		{"later in the same write", "x ::add-mask::no\n::add-mask::abcdefgh\nabcdefgh", "x ::add-mask::no\n::add-mask::***\n***\n"},
		{"without an end", "::add-mask::abcdefgh", "::add-mask::***\n"},
		{
			"too short", "::add-mask::abc\nabc\n",
			"::add-mask::*** is not hidden: a secret has at least 4 bytes and is no common word\nabc\n",
		},
		{"nothing", "::add-mask::\n", "::add-mask::*** is not hidden: a secret has at least 4 bytes and is no common word\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{1, 3, 1000} {
				var all strings.Builder
				splitter := joblog.NewSplitter(1<<10, nil, func(lines []byte) { all.Write(lines) })
				for rest := test.text; rest != ""; rest = rest[min(size, len(rest)):] {
					_, _ = splitter.Write([]byte(rest[:min(size, len(rest))]))
				}
				_ = splitter.Close()
				assert.Equal(t, test.want, all.String(), "%d at a time", size)
			}
		})
	}
}

// TestUnfinishedLinesAreMasked: also a value that is about to become a secret.
func TestUnfinishedLinesAreMasked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"name? ": "name? ", "it is abcdefgh ": "it is *** ", "it is abcd": "it is ", "::add-mask::abcd": "", " ::add-mask::": "",
		"abc\x1b[1mdefgh, ": "***\x1b[0m, ",
	} {
		splitter := joblog.NewSplitter(1<<10, joblog.NewMask([]string{"A_TOKEN=abcdefgh"}), func([]byte) {})
		_, _ = splitter.Write([]byte(text))
		assert.Equal(t, want, string(splitter.Unfinished()), text)
	}
}

// TestAddMaskIsBounded: a job cannot fill the agent's memory with secrets.
func TestAddMaskIsBounded(t *testing.T) {
	t.Parallel()
	mask := &joblog.Mask{}
	var err error
	for added := 0; err == nil; added++ {
		assert.LessOrEqual(t, added, 1<<20/1000)
		err = mask.Add(strings.Repeat("x", 1000) + strings.Repeat("y", added))
	}
	assert.ErrorContains(t, err, "a job can add")
}
