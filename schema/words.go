package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// describe says what stands where something else should.
func describe(n *cfn.Node) string {
	if name, _, ok := cfn.Intrinsic(n); ok {
		return problem.Brief(name)
	}
	switch n.Kind {
	case cfn.String:
		return problem.Quote(n.Text)
	case cfn.Number, cfn.Bool:
		return problem.Brief(n.Text)
	case cfn.List:
		return "a list"
	case cfn.Map:
		return "an object"
	default:
		return "null"
	}
}

// loopAdvice says what to do about a loop, or "".
func loopAdvice(n *cfn.Node) string {
	name, _, _ := cfn.Intrinsic(n)
	if !strings.HasPrefix(name, loopPrefix) {
		return ""
	}
	return ": " + loopsExpandLate
}

const (
	loopPrefix      = "Fn::ForEach::"
	loopsExpandLate = "a loop is expanded only after this macro; write the properties out"
)

func notAllowed(value string, p property) string {
	allowed := strings.Join(p.allowed, ", ")
	if p.shape != "" {
		allowed += ", or " + p.shape
	}
	message := fmt.Sprintf("%s is not allowed (allowed: %s)", problem.Quote(value), allowed)
	if near := meant(value, p.allowed); near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return message
}

// meant is the allowed value that was probably meant by another, or "".
func meant(value string, allowed []string) string {
	switch word := map[string]string{"true": "ENABLED", "false": "DISABLED"}[value]; {
	case word != "" && slices.Contains(allowed, word):
		return word
	default:
		return problem.Nearest(value, allowed)
	}
}

func unknownProperty(name string, parent property) string {
	if strings.HasPrefix(name, loopPrefix) {
		return loopsExpandLate
	}
	names := parent.names()
	here := func(known string) bool { return strings.EqualFold(name, known) }
	if owner := ownerOf(name, described()); owner != "" && !slices.ContainsFunc(names, here) {
		return "there is no such property here; it belongs " + owner
	}
	if near := problem.Nearest(name, names); near != "" {
		return fmt.Sprintf("there is no such property; did you mean %s?", near)
	}
	return fmt.Sprintf("there is no such property (known: %s)", problem.Listed(names))
}

// ownerOf says where a property stands in a Runner, such as a JobTimeout that
// is not in RunnerConfiguration; "" when it stands nowhere.
func ownerOf(name string, p property) string {
	for _, inside := range p.of {
		if inside.name == name {
			if p.name == "" {
				return "beside " + propertiesKey
			}
			return "in " + p.name
		}
		if found := ownerOf(name, inside); found != "" {
			return found
		}
	}
	return ""
}
