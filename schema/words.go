package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

// describe names the value that was found in place of an allowed one.
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
	if !strings.HasPrefix(name, cfn.LoopPrefix) {
		return ""
	}
	return ": " + loopsExpandLate
}

const loopsExpandLate = "a loop is expanded only after this macro; write the properties out"

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

// notAllowed says which values are, and which of them was probably meant.
func notAllowed(n *cfn.Node, p property) (message, meant string) {
	allowed := strings.Join(p.allowed, ", ")
	if p.shape != "" {
		allowed += ", or " + p.shape
	}
	message = fmt.Sprintf("%s is not allowed (allowed: %s)", describe(n), allowed) + misread(n)
	meant = wording.Nearest(n.Text, p.allowed)
	if n.Kind == cfn.Bool {
		meant = p.truths[n.Text]
	}
	if meant != "" {
		message += fmt.Sprintf("; did you mean %s?", meant)
	}
	return message, meant
}

// unknownProperty says where a property belongs, or which was probably meant.
func unknownProperty(name string, parent property) (message, meant string) {
	if strings.HasPrefix(name, cfn.LoopPrefix) {
		return loopsExpandLate, ""
	}
	names := parent.names()
	here := func(known string) bool { return strings.EqualFold(name, known) }
	if owner := ownerOf(name, described()); owner != "" && !slices.ContainsFunc(names, here) {
		return "there is no such property here; it belongs " + owner, ""
	}
	if near := wording.Nearest(name, names); near != "" {
		return fmt.Sprintf("there is no such property; did you mean %s?", near), near
	}
	return fmt.Sprintf("there is no such property (known: %s)", wording.Listed(names)), ""
}

// OwnerOf says where a property belongs in a Runner, as in "in RunnerConfiguration";
// "" for a property that no Runner has, and for what every resource has.
func OwnerOf(name string) string {
	for _, top := range described().of {
		if top.name == propertiesKey {
			if slices.Contains(top.names(), name) {
				return "in " + propertiesKey
			}
			return ownerOf(name, top)
		}
	}
	return ""
}

// ownerOf says where a property belongs in a Runner, such as a JobTimeout that
// is not in RunnerConfiguration; "" when it belongs nowhere.
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
