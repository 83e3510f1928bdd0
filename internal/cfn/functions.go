package cfn

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// call evaluates one intrinsic function; nil when it was reported.
func (v *evaluation) call(n *Node, name string, argument *Node, at Path) *Node {
	switch name {
	case "Ref":
		return v.ref(n, argument, at)
	case "Fn::GetAtt":
		return v.getAtt(n, argument, at)
	case "Fn::ImportValue":
		return v.imported(n, argument, at)
	case "Fn::GetAZs":
		return v.zones(n, argument, at)
	case "Fn::FindInMap":
		return v.findInMap(n, argument, at)
	case "Fn::Sub":
		return v.sub(n, argument, at)
	case "Fn::Join":
		return v.join(n, argument, at)
	case "Fn::Split":
		return v.split(n, argument, at)
	case "Fn::Select":
		return v.choose(n, argument, at)
	case "Fn::Cidr":
		return v.cidr(n, argument, at)
	case "Fn::Base64":
		return v.base64(argument, at)
	case "Fn::Length":
		return v.length(argument, at)
	case "Fn::ToJsonString":
		return v.toJSON(n, argument, at)
	case "Fn::If":
		return v.evaluateIf(n, at)
	case "Fn::Equals", "Fn::And", "Fn::Or", "Fn::Not", "Condition":
		value, known := v.conditionFunction(n, name, argument, at)
		if !known {
			return nil
		}
		return Boolean(value)
	}
	v.unsupported(n, name, at)
	return nil
}

func (v *evaluation) unsupported(n *Node, name string, at Path) {
	switch {
	case strings.HasPrefix(name, LoopPrefix):
		v.report(n, at, "unsupported-function", "Fn::ForEach is expanded by AWS::LanguageExtensions, after this transform", "Write the entries out.")
	case name == TransformKey:
		v.report(n, at, "unsupported-function", "what another macro makes of this is known only to AWS", "Put the macro's result in its place.")
	default:
		v.report(n, at, "unsupported-function", fmt.Sprintf("what %s comes to is known only to AWS", name), "Use a parameter in its place and give it with --parameter.")
	}
}

// evaluateText evaluates to one scalar's text; false when it was reported.
func (v *evaluation) evaluateText(n *Node, at Path) (string, bool) {
	value, known := v.node(n, at)
	if !known {
		return "", false
	}
	return v.scalar(n, value, at)
}

// scalar returns the text of n's value; false when that is not a scalar.
func (v *evaluation) scalar(n, value *Node, at Path) (string, bool) {
	switch {
	case IsNoValue(value):
		return "", true // in a text, nothing is the empty text
	case !value.IsScalar():
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("a string is needed, not %s", value.kind().article()), "")
		return "", false
	}
	return value.Text, true
}

// evaluateTexts evaluates to the texts of a list; false when it was reported. A
// comma-separated text does not count as a list.
func (v *evaluation) evaluateTexts(n *Node, at Path) ([]string, bool) {
	list, known := v.list(n, at)
	if !known {
		return nil, false
	}
	texts := make([]string, len(list.Items))
	for i, item := range list.Items {
		if !item.IsScalar() {
			v.report(n, at, "intrinsic-shape", fmt.Sprintf("a list of strings is needed, its item %d is %s", i, item.kind().article()), "")
			return nil, false
		}
		texts[i] = item.Text
	}
	return texts, true
}

func (v *evaluation) list(n *Node, at Path) (*Node, bool) {
	value, known := v.node(n, at)
	switch {
	case !known:
		return nil, false
	case !value.IsList():
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("a list is needed, not %s", value.kind().article()), "")
		return nil, false
	}
	return value, true
}

func (v *evaluation) reportShape(n *Node, at Path, want string) *Node {
	v.report(n, at, "intrinsic-shape", "its argument must be "+want, "")
	return nil
}

func (n *Node) kind() Kind {
	if n == nil {
		return Null
	}
	return n.Kind
}

// article names the kind within a sentence.
func (k Kind) article() string {
	switch k {
	case Null:
		return "null"
	case Map:
		return "an " + k.String()
	default:
		return "a " + k.String()
	}
}

func (v *evaluation) base64(argument *Node, at Path) *Node {
	text, known := v.evaluateText(argument, at)
	if !known {
		return nil
	}
	if !v.fits(argument, at, base64.StdEncoding.EncodedLen(len(text))) {
		return nil
	}
	return Str(base64.StdEncoding.EncodeToString([]byte(text)))
}

func (v *evaluation) length(argument *Node, at Path) *Node {
	items, known := v.list(argument, at)
	if !known {
		return nil
	}
	return Int(len(items.Items))
}

func (v *evaluation) toJSON(n, argument *Node, at Path) *Node {
	if !argument.IsMap() && !argument.IsList() {
		return v.reportShape(n, at, "an object or a list")
	}
	value, known := v.node(argument, at)
	if !known {
		return nil
	}
	text, err := value.MarshalJSON()
	if err != nil {
		v.report(argument, at, "intrinsic-shape", err.Error(), "")
		return nil
	}
	return Str(string(text))
}
