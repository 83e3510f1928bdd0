package joblog

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"
)

// SecretVariables is the variable in which a user lists the names of other variables,
// separated by commas, whose values are secrets.
const SecretVariables = "ATTINI_SECRET_VARIABLES"

// secret is a value that logs must not show.
type secret struct {
	value string
	// least is the length in bytes below which a line is none.
	least int
}

// secretsOf returns the secrets of an environment, in a stable order.
func secretsOf(environment []string) []secret {
	values := map[string]string{} // the last of two equal names counts
	var names []string
	for _, variable := range environment {
		name, value, _ := strings.Cut(variable, "=")
		if _, known := values[name]; !known {
			names = append(names, name)
		}
		values[name] = value
	}
	slices.Sort(names)
	var found []secret
	for _, name := range names {
		value := values[name]
		if isSecret(name, value) {
			found = append(found, secret{value, minSecretLength})
			for _, member := range secretMembers(value) {
				found = append(found, secret{member, minSecretLength})
			}
		}
		for _, password := range passwordsOf(value) {
			found = append(found, secret{password, minSecretLength})
		}
	}
	for name := range strings.SplitSeq(values[SecretVariables], ",") {
		found = append(found, secret{values[strings.TrimSpace(name)], 1})
	}
	return found
}

// lines returns the lines of a value, without common words.
func (s secret) lines() []string {
	var found []string
	for line := range strings.FieldsFuncSeq(s.value, func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimSpace(line); len(line) >= s.least && (s.least == 1 || !isPlainWord(line)) {
			found = append(found, line)
		}
	}
	return slices.DeleteFunc(found, func(line string) bool { return line == "" })
}

// units returns what tools encode: each line, and a value of several lines as a whole.
func (s secret) units() []string {
	units := s.lines()
	if whole := strings.TrimSpace(s.value); strings.ContainsAny(whole, "\r\n") && len(units) > 0 {
		units = append(units, whole)
	}
	return units
}

// isSecret reports whether a variable's name looks like that of a secret, and not like
// that of a secret's place or property. Plain comparisons take a tenth of the time of
// regular expressions, and every job has an environment.
func isSecret(variable, value string) bool {
	name := strings.ToLower(variable)
	if variable == SecretVariables || name == "pwd" || name == "oldpwd" {
		return false
	}
	if contains(name, "webhook", "_dsn") || name == "dsn" {
		return true // an address that is a secret
	}
	for _, place := range []string{
		"_arn", "_name", "_file", "_path", "_dir", "_region", "_type", "_version", "_ttl", "_timeout", "_expiration", "_enabled",
		"_url", "_endpoint", "_host", "_port", "_sock", "_length", "_size", "_count", "_algorithm", "max_tokens",
	} {
		if strings.HasSuffix(name, place) {
			return isConnection(name)
		}
	}
	if isConnection(name) || contains(name, "secret", "password", "passwd", "passphrase", "passcode", "token", "credential", "authorization", "cookie") {
		return true
	}
	for _, key := range []string{"api", "access", "private", "signing", "encryption", "ssh", "deploy", "master", "license", "account"} {
		if contains(name, key+"key", key+"_key") {
			return true
		}
	}
	if name == "key" || strings.HasSuffix(name, "_key") && !isPublicKey(name) || strings.HasSuffix(name, "signature") {
		return true
	}
	for part := range strings.SplitSeq(name, "_") {
		switch part {
		case "auth", "pwd", "pat", "jwt", "pass", "pgpass", "dbpass", "userpass", "otp", "totp", "bearer":
			return true
		case "pin":
			return strings.Trim(value, "0123456789") == "" // and no version
		}
	}
	return false
}

func contains(name string, words ...string) bool {
	return slices.ContainsFunc(words, func(word string) bool { return strings.Contains(name, word) })
}

// isConnection reports whether a variable has all that a database asks for.
func isConnection(name string) bool {
	return contains(name, "connection_string", "connectionstring", "connection_uri", "conn_str", "connstr")
}

// isPublicKey reports whether a key is a name of something, and no secret.
func isPublicKey(name string) bool {
	for _, kind := range []string{"public", "cache", "object", "s3", "bucket", "partition", "sort", "primary", "foreign", "hash", "range", "kms", "tag", "group"} {
		if strings.HasSuffix(name, kind+"_key") {
			return true
		}
	}
	return false
}

// isPlainWord reports whether a value is a common word, which is no secret.
func isPlainWord(value string) bool {
	switch strings.ToLower(value) {
	case "true", "false", "none", "null", "undefined", "disabled", "enabled", "default", "required", "optional",
		"auto", "always", "never", "basic", "bearer", "password", "secret", "token", "test", "root", "admin":
		return true
	}
	return false
}

// passwordsOf returns the passwords in the URLs of a value:
// postgres://user:password@host, https://token@host. Each is as written and decoded.
func passwordsOf(value string) []string {
	var found []string
	for rest := value; ; {
		scheme, after, is := strings.Cut(rest, "://")
		if !is {
			return found
		}
		rest = after
		authority := after
		if end := strings.IndexAny(after, "/?# \t\r\n\"'"); end >= 0 {
			authority = after[:end]
		}
		at := strings.LastIndexByte(authority, '@')
		if at < 0 {
			continue
		}
		user, password, is := strings.Cut(authority[:at], ":")
		if (!is || password == "x-oauth-basic") && (strings.HasSuffix(scheme, "http") || strings.HasSuffix(scheme, "https")) {
			password = user
		}
		found = append(found, password)
		if decoded, err := url.PathUnescape(password); err == nil && decoded != password {
			found = append(found, decoded)
		}
	}
}

// secretMembers returns the texts of a JSON object whose names look like those of
// secrets: Secrets Manager's secrets are such objects.
func secretMembers(value string) []string {
	if !strings.HasPrefix(strings.TrimSpace(value), "{") {
		return nil
	}
	var members map[string]any
	if json.Unmarshal([]byte(value), &members) != nil {
		return nil
	}
	var found []string
	for name, member := range members {
		if text, is := member.(string); is && isSecret(name, text) {
			found = append(found, text)
		}
	}
	slices.Sort(found)
	return found
}
