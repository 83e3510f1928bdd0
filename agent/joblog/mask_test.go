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
		{"a PIN", []string{"CARD_PIN=482913", "VERSION_PIN=1.2.30"}, "482913 1.2.30", "*** 1.2.30"},
		{"a password in a URL", []string{"DATABASE_URL=postgres://me:p%40ss-1@db/x"}, "me p%40ss-1 p@ss-1 db", "me *** *** db"},
		{"a token in a URL", []string{"REMOTE=https://ghp_abc123@github.com/a", "B=ssh://deploy@host"}, "ghp_abc123 deploy", "*** deploy"},
		{"some URLs", []string{"URLS=http://a/b@c, amqp://u:hunter22@h"}, "b@c hunter22 h", "b@c *** h"},
		{"members of a JSON secret", []string{`DB_SECRET={"username":"admin1","password":"hunter22"}`}, "admin1 hunter22", "admin1 ***"},
		{"secrets that overlap", []string{"A_TOKEN=abcdefgh", "B_TOKEN=efghijkl"}, "abcdefghijkl!", "***!"},
		{"secrets that touch", []string{"A_TOKEN=abcdefgh"}, "abcdefghabcdefgh", "***"},
		{"one secret inside of another", []string{"A_TOKEN=abcdefghij", "B_TOKEN=cdef"}, "abcdefghix abcdefghij", "ab***ghix ***"},
		{"a colour inside", []string{"A_TOKEN=abcdefgh"}, "x\x1b[1mabc\x1b[01;31mde\x1b[mfgh\x1b[0my", "x\x1b[1m***\x1b[0m\x1b[0my"},
		{"an escape sequence of two bytes inside", []string{"A_TOKEN=abcdefgh"}, "abc\x1b(B\x1b[mdefgh", "***\x1b[0m"},
		{"an escape sequence in the secret", []string{"A_TOKEN=abc\x1b[1mdef"}, "abc\x1b[1mdef", "***\x1b[0m"},
		{"in the address of a link", []string{"A_TOKEN=abcdefgh"}, "\x1b]8;;http://abcdefgh@x\x1b\\here", "\x1b]8;;http://***@x\x1b\\here"},
		{"longer than a pattern", []string{"A_TOKEN=" + strings.Repeat("abcdefghij", 1000)}, "<" + strings.Repeat("abcdefghij", 1000) + ">", "<***>"},
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
		"A_SECRET", "A_PASSWORD", "A_PASSWD", "A_PASSPHRASE", "A_PASSCODE", "A_TOKEN", "A_CREDENTIAL", "API_KEY", "ACCESSKEY", "PRIVATE_KEY",
		"SIGNING_KEY", "ENCRYPTIONKEY", "MY_AUTH", "MY_PWD", "MY_PAT", "MY_JWT", "DB_PASS", "PGPASS", "SSH_KEY", "DEPLOY_KEY", "MASTER_KEY",
		"RAILS_MASTER_KEY", "LICENSE_KEY", "SSHKEY", "KEY", "STRIPE_KEY", "CONNECTION_STRING", "AZURE_CONNECTIONSTRING", "SLACK_WEBHOOK_URL",
		"SENTRY_DSN", "DSN", "AUTHORIZATION", "COOKIE", "SIGNATURE", "OTP", "BEARER", "AWS_ACCESS_KEY_ID", "AccountKey",
	} {
		assert.True(t, isMasked(name), name)
	}
	for _, name := range []string{
		"PUBLIC_KEY", "CACHE_KEY", "S3_KEY", "PARTITION_KEY", "KMS_KEY", "TOKEN_URL", "SSH_AUTH_SOCK", "MAX_TOKENS", "MONKEY", "VERSION_PIN",
		"COMPASS", "AUTHOR", "SECRET_LENGTH", "PATH", "HOME",
	} {
		assert.False(t, isMasked(name), name)
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
