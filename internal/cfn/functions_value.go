package cfn

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// The functions that look something up: parameters, resources, mappings,
// exports, availability zones.

func (v *evaluation) ref(n, argument *Node, at Path) *Node {
	if !argument.IsString() || argument.Text == "" {
		return v.reportShape(n, at, "the name of a parameter or resource")
	}
	name := argument.Text
	if name == noValue {
		return Ref(noValue)
	}
	if v.declares(name) {
		return v.parameter(n, name, at)
	}
	if value, known := v.values.Pseudo[name]; known {
		if name == "AWS::NotificationARNs" {
			return v.commaSeparated(n, at, value)
		}
		return Str(value)
	}
	return v.reference(n, name, "Ref", at)
}

// parameter is the checked value of a declared parameter.
func (v *evaluation) parameter(n *Node, name string, at Path) *Node {
	if value := v.parameters[name]; value != nil {
		return v.copied(n, at, value)
	}
	if v.problems == nil {
		return nil
	}
	declaration := v.section("Parameters", name)
	if kind, isStored := storedType(declaration); isStored {
		key := v.storedName(name)
		v.report(n, at, "unknown-value", fmt.Sprintf("the value of parameter %s, of type %s, is known only to AWS", wording.Quote(name), wording.Brief(kind)), lookup("Resolved", key))
		return nil
	}
	v.report(n, at, "parameter-missing", fmt.Sprintf("parameter %s has no value", wording.Quote(name)), giveParameter(name))
	return nil
}

func (v *evaluation) getAtt(n, argument *Node, at Path) *Node {
	resource, attribute, ok := GetAttArgument(argument)
	if ok && argument.IsList() {
		text, known := v.evaluateText(argument.Items[1], at.Index(1))
		if !known {
			return nil
		}
		attribute = text
	}
	if !ok || attribute == "" {
		return v.reportShape(n, at, `[resource, attribute] or "resource.attribute"`)
	}
	return v.reference(n, resource+"."+attribute, "Fn::GetAtt", at)
}

// reference looks up what only a deployment knows.
func (v *evaluation) reference(n *Node, name, function string, at Path) *Node {
	if value, known := v.values.References[name]; known {
		return Str(value)
	}
	if v.problems == nil {
		return nil
	}
	resource, _, _ := strings.Cut(name, ".")
	switch {
	case function == "Ref" && strings.HasPrefix(name, "AWS::"):
		if slices.Contains(PseudoParameters(), name) {
			v.report(n, at, "unknown-value", fmt.Sprintf("the value of the pseudo parameter %s is not known here", name), lookup("References", name))
			return nil
		}
		v.report(n, at, "unknown-reference", didYouMean("there is no pseudo parameter "+wording.Brief(name), name, PseudoParameters()), "")
	case v.section("Resources", resource) != nil:
		v.report(n, at, "unknown-value", fmt.Sprintf("the value of %s %s is known only once the stack is deployed", function, wording.Brief(name)), lookup("References", name))
	default:
		names := Candidates(v.template.Get("Resources"))
		what := "resource"
		if function == "Ref" {
			names = append(names, Candidates(v.template.Get("Parameters"))...)
			what = "parameter or resource"
		}
		v.report(n, at, "unknown-reference", didYouMean(fmt.Sprintf("the template declares no %s %s", what, wording.Quote(resource)), resource, names), lookup("References", name))
	}
	return nil
}

func didYouMean(message, name string, candidates []string) string {
	if near := wording.Nearest(name, candidates); near != "" {
		return fmt.Sprintf("%s; did you mean %q?", message, near)
	}
	return message
}

func (v *evaluation) imported(n, argument *Node, at Path) *Node {
	name, known := v.evaluateText(argument, at)
	if !known {
		return nil
	}
	value, known := v.values.Imports[name]
	if !known {
		v.report(n, at, "unknown-value", fmt.Sprintf("the export %s of another stack is not known here", wording.Quote(name)), lookup("Imports", name))
		return nil
	}
	return Str(value)
}

// zones evaluates Fn::GetAZs. The zones of the stack's own region are looked
// up as the reference AWS::AvailabilityZones, those of another region with a
// dot and its name added; comma-separated.
func (v *evaluation) zones(n, argument *Node, at Path) *Node {
	region, known := v.evaluateText(argument, at)
	if !known {
		return nil
	}
	name := "AWS::AvailabilityZones"
	if region != "" && region != v.values.Pseudo["AWS::Region"] {
		name += "." + region
	}
	value, known := v.values.References[name]
	if !known {
		v.report(n, at, "unknown-value", "the availability zones of a region are known only to AWS", lookup("References", name))
		return nil
	}
	return v.commaSeparated(n, at, value)
}

// copied is a copy of a value that n names; nil when there is no room for it.
func (v *evaluation) copied(n *Node, at Path, value *Node) *Node {
	if !v.fits(n, at, value.Size()) {
		return nil
	}
	return value.Clone()
}

func (v *evaluation) commaSeparated(n *Node, at Path, text string) *Node {
	if !v.fits(n, at, nodeSize*(1+strings.Count(text, ","))) {
		return nil
	}
	return commaSeparated(text)
}

// commaSeparated makes a list of a text; the empty text is the empty list.
func commaSeparated(text string) *Node {
	list := Seq()
	if text == "" {
		return list
	}
	for item := range strings.SplitSeq(text, ",") {
		list.Items = append(list.Items, Str(strings.TrimSpace(item)))
	}
	return list
}

func (v *evaluation) findInMap(n, argument *Node, at Path) *Node {
	const want = `[map, first key, second key], or a fourth item {"DefaultValue": value}`
	if !argument.IsList() || len(argument.Items) < 3 || len(argument.Items) > 4 {
		return v.reportShape(n, at, want)
	}
	if len(argument.Items) == 4 && !argument.Items[3].Has("DefaultValue") {
		return v.reportShape(n, at, want)
	}
	found := v.template.Get("Mappings")
	keys := make([]string, 3)
	complete := true
	for i := range keys {
		key, known := v.evaluateText(argument.Items[i], at.Index(i))
		complete = complete && known
		keys[i] = key
		found = v.get(found, key)
	}
	switch {
	case !complete:
		return nil
	case found.IsScalar() || found.IsList():
		return v.copied(n, at, found)
	case found != nil:
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("Mappings has no string or list at %s, but %s", mappingPath(keys), found.kind().article()), "")
		return nil
	case len(argument.Items) == 4:
		value, known := v.node(argument.Items[3].Get("DefaultValue"), at.Index(3).Key("DefaultValue"))
		if !known {
			return nil
		}
		return value
	}
	v.report(n, at, "unknown-mapping", "Mappings has no "+mappingPath(keys), "")
	return nil
}

// mappingPath is how a message names a place in Mappings.
func mappingPath(keys []string) string {
	words := make([]string, len(keys))
	for i, key := range keys {
		words[i] = wording.Brief(key)
	}
	return strings.Join(words, " / ")
}
