package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// maxClientContext is Lambda's limit of a ClientContext, in bytes.
const maxClientContext = 3583

func invokeParameters() []string {
	return []string{"FunctionName", "Payload", "InvocationType", "ClientContext", "Qualifier"}
}

func invocationTypes() []string { return []string{"RequestResponse", "Event", "DryRun"} }

// invoke reads the Parameters of a step that calls a Lambda function: those of
// the state language's own lambda:invoke.
func (r *reader) invoke(s *State) {
	r.checkTaskKeys(s, []string{"Parameters"}, []string{"Resource", "Arguments", "Properties"})
	subject, at := stepSubject(s.Name), s.Path.Key("Parameters")
	parameters := s.Node.Get("Parameters")
	switch {
	case parameters == nil:
		r.report(RuleRequired, subject, at, s.Place, "Parameters is required, with the FunctionName to call")
		return
	case isLoop(parameters): // checkLiterals reports it
		return
	case isIntrinsic(parameters) || !parameters.IsMap():
		r.report(RuleType, subject, at, parameters.Place, "Parameters must be an object, not "+kindOf(parameters))
		return
	case given(parameters, "FunctionName") == nil && !parameters.Has("FunctionName.$"):
		r.report(RuleRequired, subject, at.Key("FunctionName"), parameters.Place, "FunctionName is required: the name or ARN of a Lambda function")
	}
	for _, field := range parameters.Fields {
		r.invokeParameter(subject, parameters, field, at.Key(field.Key))
	}
}

func (r *reader) invokeParameter(subject string, parameters *cfn.Node, field cfn.Field, at cfn.Path) {
	name, fromPayload := strings.CutSuffix(field.Key, ".$")
	n := field.Value
	switch {
	case isLoopKey(field.Key):
	case !slices.Contains(invokeParameters(), name):
		r.report(RuleUnknownProperty, subject, at, field.Place, fmt.Sprintf("%s: there is no such parameter; %s", field.Key, suggestion(name, invokeParameters())))
	case fromPayload && given(parameters, name) != nil:
		r.report(RuleExclusive, subject, at, field.Place, fmt.Sprintf("has both %s and %s; remove one of them", name, field.Key))
	case fromPayload:
		r.fromPayload(subject, field, at)
	case name == "Payload":
		r.template(subject, n, "Payload", at)
	case isIntrinsic(n):
	case !n.IsString():
		r.report(RuleType, subject, at, n.Place, name+": must be a text, not "+kindOf(n))
	case n.Text == "":
		r.report(RuleType, subject, at, n.Place, name+": is empty")
	case name == "InvocationType" && !slices.Contains(invocationTypes(), n.Text):
		r.report(RuleType, subject, at, n.Place, fmt.Sprintf("InvocationType: %q is not allowed (allowed: %s)", n.Text, strings.Join(invocationTypes(), ", ")))
	case name == "ClientContext" && len(n.Text) > maxClientContext:
		r.report(RuleRange, subject, at, n.Place, fmt.Sprintf("ClientContext: has %d bytes (at most %d)", len(n.Text), maxClientContext))
	}
}

// template checks the keys of a payload template that end in .$: what they
// stand for has one value, and its path is a text.
func (r *reader) template(subject string, n *cfn.Node, label cfn.Path, at cfn.Path) {
	if isIntrinsic(n) {
		return
	}
	for i, item := range n.Items {
		r.template(subject, item, label.Index(i), at.Index(i))
	}
	for _, field := range n.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		inside, where := label.Key(field.Key), at.Key(field.Key)
		switch {
		case !fromPayload:
			r.template(subject, field.Value, inside, where)
		case given(n, name) != nil:
			r.report(RuleExclusive, subject, where, field.Place, fmt.Sprintf("%s has both %s and %s; remove one of them", label, name, field.Key))
		case !isIntrinsic(field.Value):
			r.fromPayload(subject+": "+string(label), field, where)
		}
	}
}
