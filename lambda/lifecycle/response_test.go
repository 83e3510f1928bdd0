package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	custom "github.com/aws/aws-lambda-go/cfn"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func failed() custom.Response {
	return custom.Response{
		Status: custom.StatusFailed, RequestID: "id", LogicalResourceID: "Build", PhysicalResourceID: "dev-shop/Build",
		StackID: "arn:aws:cloudformation:eu-west-1:111122223333:stack/dev-shop/11111111-1111",
	}
}

func reasonOf(t testing.TB, body []byte) string {
	t.Helper()
	assert.LessOrEqual(t, len(body), maxResponse)
	assert.True(t, utf8.Valid(body))
	var response custom.Response
	require.NoError(t, json.Unmarshal(body, &response))
	reason := response.Reason
	response.Reason = ""
	assert.Equal(t, failed(), response, "nothing else is cut")
	return reason
}

// TestReason: as many whole problems as there is room for; those left out are
// counted; one that alone is too long is cut at a character's end.
func TestReason(t *testing.T) {
	t.Parallel()
	many := make([]string, 200)
	for i := range many {
		many[i] = "Runner \"Build\": Cpu: 1 is below 256 <allowed>"
	}
	cases := map[string]struct {
		lines []string
		want  string // a regular expression
		full  bool   // no room is left
	}{
		"one":                             {[]string{"broken"}, `^broken$`, false},
		"two":                             {[]string{"one", "two"}, `^one\ntwo$`, false},
		"too many":                        {many, `^(Runner "Build": Cpu: 1 is below 256 <allowed>\n)+… and \d+ more; runnerctl validate lists all that it can know$`, true},
		"one too long":                    {[]string{strings.Repeat("x", 5000)}, `^x+…$`, true},
		"too long, and more":              {[]string{strings.Repeat("x", 5000), "y"}, `^x+…\n… and 1 more; runnerctl validate lists all that it can know$`, true},
		"of three bytes each":             {[]string{strings.Repeat("語", 2000)}, `^語+…$`, true},
		"that JSON escapes":               {[]string{strings.Repeat("\"\n\x01", 2000)}, `^("\n\x01)+["\n]*…$`, true},
		"of four bytes each":              {[]string{strings.Repeat("🚀", 2000)}, `^🚀+…$`, true},
		"no UTF-8":                        {[]string{"a\xff\xfeb"}, `^a�b$`, false},
		"what JSON escapes for no reason": {[]string{strings.Repeat("\u2028", 2000)}, `^\x{2028}+…$`, true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := write(failed(), c.lines)
			require.NoError(t, err)
			assert.Regexp(t, c.want, reasonOf(t, body))
			assert.Equal(t, c.full, len(body) > maxResponse-100, "%d bytes", len(body))
		})
	}
}

// FuzzReason: whatever is wrong, CloudFormation takes the response.
func FuzzReason(f *testing.F) {
	f.Add("a", "b", 3)
	f.Add(strings.Repeat("語\"", 3000), "\xff", 100)
	f.Add("", "\u2028\x00", 5000)
	f.Fuzz(func(t *testing.T, first, other string, count int) {
		lines := []string{first}
		for range min(max(count, 0), 500) {
			lines = append(lines, other)
		}
		body, err := write(failed(), lines)
		require.NoError(t, err)
		reasonOf(t, body)
	})
}
