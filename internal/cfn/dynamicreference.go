package cfn

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

const dynamicStart = "{{resolve:"

// IsDynamicReference reports whether a text holds {{resolve:…}}, which
// CloudFormation looks up when the stack is deployed.
func IsDynamicReference(text string) bool { return strings.Contains(text, dynamicStart) }

// CutDynamicReference cuts a text around its first dynamic reference. Variables of
// Fn::Sub may stand in one: {{resolve:ssm:${Name}}}. Where the reference does not end,
// it is all the rest of the text.
func CutDynamicReference(text string) (before, reference, after string, found bool) {
	before, _, found = strings.Cut(text, dynamicStart)
	if !found {
		return text, "", "", false
	}
	rest := text[len(before):]
	for i := len(dynamicStart); i < len(rest); i++ {
		switch {
		case strings.HasPrefix(rest[i:], "}}"):
			return before, rest[:i+2], rest[i+2:], true
		case strings.HasPrefix(rest[i:], "${"):
			if length := strings.IndexByte(rest[i:], '}'); length > 0 {
				i += length
			}
		}
	}
	return before, rest, "", true
}

// DynamicReferences are those of a text, each as it is written.
func DynamicReferences(text string) []string {
	var all []string
	for {
		_, reference, after, found := CutDynamicReference(text)
		if !found {
			return all
		}
		all, text = append(all, reference), after
	}
}

// The services that keep what a dynamic reference names.
const (
	ServiceSecrets = "secretsmanager"
	ServiceSecure  = "ssm-secure"
	servicePlain   = "ssm"
)

// ReferenceService is the service that a dynamic reference names.
func ReferenceService(reference string) string {
	service, _, _ := strings.Cut(strings.TrimPrefix(reference, dynamicStart), ":")
	return strings.TrimSuffix(service, "}}")
}

// IsSecretReference reports whether a dynamic reference is one to a secret.
func IsSecretReference(reference string) bool {
	service := ReferenceService(reference)
	return service == ServiceSecrets || service == ServiceSecure
}

var (
	storedParameter = regexp.MustCompile(`^[a-zA-Z0-9_.\-/]+$`)
	storedVersion   = regexp.MustCompile(`^[0-9]+$`)
)

// WrongReference says why CloudFormation can resolve a dynamic reference in no place (AWS
// CloudFormation user guide, "Get values stored in other services using dynamic
// references"); "" where it may. Parts with ${…} in them are not judged.
func WrongReference(reference string) string {
	body, ended := strings.CutSuffix(strings.TrimPrefix(reference, dynamicStart), "}}")
	if !ended {
		return "the dynamic reference does not end; write }} behind it"
	}
	parts := strings.Split(body, ":")
	services := []string{servicePlain, ServiceSecure, ServiceSecrets}
	switch service, key := parts[0], parts[1:]; {
	case strings.Contains(service, "${"):
		return ""
	case !slices.Contains(services, service):
		return fmt.Sprintf("a dynamic reference cannot name the service %s; %s", wording.Quote(service), wording.Suggestion(service, services))
	case len(key) == 0 || key[0] == "":
		return fmt.Sprintf("the dynamic reference names nothing; write {{resolve:%s:name}}", service)
	case service == ServiceSecrets:
		return wrongSecret(key)
	default:
		return wrongStored(service, key)
	}
}

// wrongStored judges a reference to a parameter of the Systems Manager: name:version.
func wrongStored(service string, key []string) string {
	if key[0] == "arn" || strings.Contains(key[0], "${") && len(key) > 2 { // an ARN has colons of its own
		return ""
	}
	form := fmt.Sprintf("write {{resolve:%s:name}} or {{resolve:%s:name:version}}", service, service)
	switch {
	case len(key) > 2:
		return "the dynamic reference has too many parts; " + form
	case !strings.Contains(key[0], "${") && !storedParameter.MatchString(key[0]):
		return fmt.Sprintf("%s is no name of a parameter: it has letters, digits and . - _ / only", wording.Quote(key[0]))
	case len(key) == 2 && !strings.Contains(key[1], "${") && !storedVersion.MatchString(key[1]):
		return fmt.Sprintf("the version of the parameter must be a number, not %s; %s", wording.Quote(key[1]), form)
	}
	return ""
}

// wrongSecret judges a reference to a secret, by its name or its ARN:
// secret:SecretString:json-key:version-stage:version-id.
func wrongSecret(key []string) string {
	secret := 1
	if key[0] == "arn" {
		secret = strings.Count("arn:aws:secretsmanager:region:account:secret:name", ":") + 1
	}
	switch {
	case strings.Contains(key[0], "${") || len(key) < secret:
		return "" // what Fn::Sub puts in may be an ARN
	case len(key) > secret && !strings.Contains(key[secret], "${") && key[secret] != "SecretString" && key[secret] != "":
		return fmt.Sprintf("behind the secret's name must be SecretString, not %s; write {{resolve:secretsmanager:secret:SecretString:json-key}}", wording.Quote(key[secret]))
	case len(key) > secret+4:
		return "the dynamic reference has too many parts; write {{resolve:secretsmanager:secret:SecretString:json-key:version-stage:version-id}}"
	}
	return ""
}

// LacksVersion reports whether a dynamic reference takes the latest version of a
// parameter of the Systems Manager that is no secret.
func LacksVersion(reference string) bool {
	return ReferenceService(reference) == servicePlain && strings.Count(reference, ":") == 2
}
