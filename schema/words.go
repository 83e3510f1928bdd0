package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

// describe says what stands where something else should.
func describe(n *cfn.Node) string {
	if name, _, ok := cfn.Intrinsic(n); ok {
		return wording.Brief(name)
	}
	switch n.Kind {
	case cfn.String:
		return wording.Quote(n.Text)
	case cfn.Number, cfn.Bool:
		return wording.Brief(n.Text)
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

// misread says what YAML made of a value, or "".
func misread(n *cfn.Node) string {
	if said := n.Misread(); said != "" {
		return "; " + said
	}
	return ""
}

// notText says what a boolean or a number is, and how to make it a text.
func notText(n *cfn.Node) string {
	if said := n.Misread(); said != "" {
		return ": " + said + "; " + n.KeepText()
	}
	return ", not " + describe(n) + "; put it in quotes"
}

func notAllowed(n *cfn.Node, p property) string {
	allowed := strings.Join(p.allowed, ", ")
	if p.shape != "" {
		allowed += ", or " + p.shape
	}
	message := fmt.Sprintf("%s is not allowed (allowed: %s)", describe(n), allowed) + misread(n)
	near := wording.Nearest(n.Text, p.allowed)
	if n.Kind == cfn.Bool {
		near = p.truths[n.Text]
	}
	if near != "" {
		message += fmt.Sprintf("; did you mean %s?", near)
	}
	return message
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
	if near := wording.Nearest(name, names); near != "" {
		return fmt.Sprintf("there is no such property; did you mean %s?", near)
	}
	return fmt.Sprintf("there is no such property (known: %s)", wording.Listed(names))
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
