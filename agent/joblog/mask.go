package joblog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// Mask hides secrets in a job's lines. A nil Mask hides nothing. Its methods
// may be called concurrently.
type Mask struct {
	secrets  [][]byte // the longest first
	replacer *strings.Replacer
}

// masked replaces a secret.
const masked = "***"

// SecretVariables is the variable in which a user lists the names of other variables,
// separated by commas, whose values are secrets.
const SecretVariables = "ATTINI_SECRET_VARIABLES"

// isSecret reports whether a variable's name looks like that of a secret, and not like
// that of a secret's place. Plain comparisons take a tenth of the time of regular
// expressions, and every job has an environment.
func isSecret(variable string) bool {
	name := strings.ToLower(variable)
	for _, place := range []string{
		"_arn", "_name", "_file", "_path", "_dir", "_region", "_type", "_version", "_ttl", "_timeout", "_expiration", "_enabled",
	} {
		if strings.HasSuffix(name, place) {
			return false
		}
	}
	for _, word := range []string{"secret", "password", "passwd", "passphrase", "token", "credential"} {
		if strings.Contains(name, word) {
			return variable != SecretVariables
		}
	}
	for _, key := range []string{"api", "access", "private", "signing", "encryption"} {
		if strings.Contains(name, key+"key") || strings.Contains(name, key+"_key") {
			return true
		}
	}
	for part := range strings.SplitSeq(name, "_") {
		switch part {
		case "auth", "pwd", "pat", "jwt":
			return name != "pwd" && name != "oldpwd"
		}
	}
	return false
}

// isPlainWord reports whether a value is a common word, which is no secret.
func isPlainWord(value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "none", "null", "undefined", "disabled", "enabled", "default", "required", "optional":
		return true
	}
	return false
}

// minSecretLength is the least length in bytes of a secret, unless SecretVariables lists
// it: hiding "1" would make every line unreadable.
const minSecretLength = 4

// NewMask returns a mask for the secrets of an environment, as in os.Environ: the values
// of variables that look like secrets or are in SecretVariables. Each line of a value
// is a secret. It returns nil if there are none.
func NewMask(environment []string) *Mask {
	values := map[string]string{} // the last of two equal names counts
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		values[name] = value
	}
	var secrets [][]byte
	for name, value := range values {
		if isSecret(name) {
			secrets = append(secrets, forms(value, minSecretLength)...)
		}
	}
	for name := range strings.SplitSeq(values[SecretVariables], ",") {
		secrets = append(secrets, forms(values[strings.TrimSpace(name)], 1)...)
	}
	return newMask(secrets)
}

func newMask(secrets [][]byte) *Mask {
	slices.SortFunc(secrets, func(a, b []byte) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), bytes.Compare(a, b))
	})
	secrets = slices.CompactFunc(secrets, bytes.Equal)
	if len(secrets) == 0 {
		return nil
	}
	var pairs []string
	for _, secret := range secrets {
		pairs = append(pairs, string(secret), masked)
	}
	return &Mask{secrets: secrets, replacer: strings.NewReplacer(pairs...)}
}

// forms returns a value as tools print it: unchanged, in JSON and in a URL.
func forms(value string, least int) [][]byte {
	var found [][]byte
	for line := range strings.FieldsFuncSeq(value, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimSpace(line)
		if len(line) < least || least > 1 && isPlainWord(line) {
			continue
		}
		escaped := url.QueryEscape(line)
		found = append(found, []byte(line), []byte(escaped), []byte(strings.ReplaceAll(escaped, "+", "%20")))
		if quoted, err := json.Marshal(line); err == nil {
			found = append(found, quoted[1:len(quoted)-1])
		}
	}
	return found
}

// Hide returns the lines with secrets replaced; the same slice if there are none.
func (m *Mask) Hide(lines []byte) []byte {
	if m == nil {
		return lines
	}
	for _, secret := range m.secrets {
		if bytes.Contains(lines, secret) {
			return []byte(m.replacer.Replace(string(lines)))
		}
	}
	return lines
}

// Begun returns the length of the longest end of text with which a secret starts.
func (m *Mask) Begun(text []byte) int {
	if m == nil {
		return 0
	}
	longest := 0
	for _, secret := range m.secrets {
		for n := min(len(secret)-1, len(text)); n > longest; n-- {
			if bytes.HasPrefix(secret, text[len(text)-n:]) {
				longest = n
			}
		}
	}
	return longest
}
