package joblog_test

import (
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/joblog"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name        string
		environment []string
		text, want  string
	}{
		{"no secrets", []string{"HOME=/root"}, "at /root", "at /root"},
		{"a password", []string{"DB_PASSWORD=hunter22"}, "it is hunter22, hunter22!", "it is ***, ***!"},
		{"names in any case", []string{"npm_token=abcd1234", "GhPat=x", "my_pat=qwerty"}, "abcd1234 x qwerty", "*** x ***"},
		{"the agent's own credentials", []string{"AWS_SECRET_ACCESS_KEY=wJalr/XU+tn", "AWS_SESSION_TOKEN=IQoJ=="}, "wJalr/XU+tn IQoJ==", "*** ***"},
		{"where a secret is, is none", []string{"DB_SECRET_ARN=arn:aws:x", "TOKEN_FILE=/tmp/t"}, "arn:aws:x /tmp/t", "arn:aws:x /tmp/t"},
		{"words that are everywhere", []string{"TOKEN_REQUIRED=true", "AUTH=none"}, "true none", "true none"},
		{"the working directory", []string{"PWD=/home/me", "OLDPWD=/home"}, "/home/me", "/home/me"},
		{"short values", []string{"API_KEY=abc"}, "abc", "abc"},
		{"an empty value", []string{"API_KEY=", "API_KEY"}, "abc", "abc"},
		{"a longer secret first", []string{"A_TOKEN=abcd", "B_TOKEN=abcdefgh"}, "abcdefgh abcdxx", "*** ***xx"},
		{"the last value counts", []string{"A_TOKEN=first-one", "A_TOKEN=second-one"}, "first-one second-one", "first-one ***"},
		{"each line of a key", []string{"PRIVATE_KEY=-----BEGIN\nMIIEow\r\nAQAB==\n"}, "MIIEow and AQAB== of -----BEGIN", "*** and *** of ***"},
		{"as JSON has it", []string{`A_SECRET=say "hi"`}, `{"v":"say \"hi\""}`, `{"v":"***"}`},
		{"as a URL has it", []string{"A_SECRET=p@ss w/rd"}, "u=p%40ss+w%2Frd;p%40ss%20w%2Frd;p@ss w/rd", "u=***;***;***"},
		{"what the user lists", []string{"ATTINI_SECRET_VARIABLES=PIN, PLAIN", "PIN=7", "PLAIN=true"}, "7 true", "*** ***"},
		{"what the user lists, and is not there", []string{"ATTINI_SECRET_VARIABLES=A,,B"}, "A B", "A B"},
		{"the list itself is none", []string{"ATTINI_SECRET_VARIABLES=HOME", "HOME=/root"}, "HOME /root", "HOME ***"},
		{"Unicode", []string{"A_SECRET=sjöö🚀"}, "ett sjöö🚀!", "ett ***!"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, string(joblog.NewMask(test.environment).Hide([]byte(test.text))))
		})
	}
}

// TestSecretNames: each list of words in isSecret has an effect.
func TestSecretNames(t *testing.T) {
	t.Parallel()
	isMasked := func(name string) bool {
		return string(joblog.NewMask([]string{name + "=some-value"}).Hide([]byte("some-value"))) == "***"
	}
	for _, place := range []string{
		"_ARN", "_NAME", "_FILE", "_PATH", "_DIR", "_REGION", "_TYPE", "_VERSION", "_TTL", "_TIMEOUT", "_EXPIRATION", "_ENABLED",
	} {
		assert.False(t, isMasked("DB_SECRET"+place), place)
	}
	for _, name := range []string{
		"A_SECRET", "A_PASSWORD", "A_PASSWD", "A_PASSPHRASE", "A_TOKEN", "A_CREDENTIAL", "API_KEY", "ACCESSKEY", "PRIVATE_KEY",
		"SIGNING_KEY", "ENCRYPTIONKEY", "MY_AUTH", "MY_PWD", "MY_PAT", "MY_JWT",
	} {
		assert.True(t, isMasked(name), name)
	}
}

// A secret must not get through where a long line is cut, nor when it comes in
// several writes.
func TestSplitterMasks(t *testing.T) {
	t.Parallel()
	mask := joblog.NewMask([]string{"A_TOKEN=hunter22", "B_TOKEN=hunter22-and-more"})
	for before := range 40 {
		text := strings.Repeat("x", before) + "hunter22" + strings.Repeat("y", 20) + "\nhunter22\n"
		for _, size := range []int{1, 3, len(text)} {
			var lines []string
			splitter := joblog.NewSplitter(32, mask, appendTo(&lines))
			for rest := text; rest != ""; rest = rest[min(size, len(rest)):] {
				_, err := io.WriteString(splitter, rest[:min(size, len(rest))])
				require.NoError(t, err)
			}
			require.NoError(t, splitter.Close())
			all := strings.Join(lines, "")
			assert.Equal(t, strings.Repeat("x", before)+"***"+strings.Repeat("y", 20)+"***", all, "%d before, %d at a time", before, size)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add("hunter22", "it is hunter22\n", uint8(20))
	f.Add("aaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", uint8(30))
	f.Fuzz(func(t *testing.T, secret, text string, limit uint8) {
		if strings.ContainsFunc(secret, func(r rune) bool { return r < ' ' || r == '*' || r >= 0x7f }) || len(secret) < 4 || int(limit) < 2*len(secret) {
			t.Skip()
		}
		mask := joblog.NewMask([]string{"THE_SECRET=" + secret})
		var lines []string
		splitter := joblog.NewSplitter(int(limit), mask, appendTo(&lines))
		_, err := io.WriteString(splitter, text)
		require.NoError(t, err)
		require.NoError(t, splitter.Close())
		for _, line := range lines {
			if mask != nil {
				require.NotContains(t, line, strings.TrimSpace(secret))
			}
		}
	})
}
