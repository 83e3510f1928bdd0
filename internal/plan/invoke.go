package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
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
	key := "Parameters"
	if r.isJSONata(s) {
		key = "Arguments"
	}
	// Beside them the States Language says which belongs to which language.
	r.checkTaskKeys(s, []string{"Parameters", "Arguments"})
	subject, at := stepSubject(s.Name), s.Path.Key(key)
	parameters := s.Node.Get(key)
	switch {
	case parameters == nil && (s.Node.Has("Parameters") || s.Node.Has("Arguments")):
		return // of the other query language
	case parameters == nil && s.Node.Has("Properties"):
		return // checkTaskKeys says what belongs in their place
	case parameters == nil:
		r.report(RuleRequired, subject, at, s.Place, key+" is required, with the FunctionName to call")
		return
	case r.isJSONata(s) && isExpression(parameters):
		return
	case isLoop(parameters): // checkLiterals reports it
		return
	case parameters.IsIntrinsic() || !parameters.IsMap():
		r.report(RuleType, subject, at, parameters.Place, key+" must be an object, not "+kindOf(parameters))
		return
	case given(parameters, "FunctionName") == nil && !parameters.Has("FunctionName.$"):
		r.report(RuleRequired, subject, at.Key("FunctionName"), parameters.Place, "FunctionName is required: the name or ARN of a Lambda function")
	}
	for _, field := range parameters.Fields {
		if !r.isJSONata(s) || !isExpression(field.Value) {
			r.invokeParameter(subject, field, at)
		}
	}
}

func (r *reader) invokeParameter(subject string, field cfn.Field, parameters cfn.Path) {
	at := parameters.Key(field.Key)
	name, fromPayload := strings.CutSuffix(field.Key, ".$")
	n := field.Value
	switch {
	case isLoopKey(field.Key):
	case !slices.Contains(invokeParameters(), name):
		r.reportUnknown(subject, parameters, field, "there is no such parameter", invokeParameters())
	case fromPayload || name == "Payload": // the States Language checks them
	case n.IsIntrinsic():
	case !n.IsString():
		r.report(RuleType, subject, at, n.Place, name+": must be a text, not "+kindOf(n))
	case n.Text == "":
		r.report(RuleType, subject, at, n.Place, name+": is empty")
	case name == "InvocationType" && !slices.Contains(invocationTypes(), n.Text):
		r.report(RuleType, subject, at, n.Place, fmt.Sprintf("InvocationType: %s is not allowed (allowed: %s)", wording.Quote(n.Text), strings.Join(invocationTypes(), ", ")))
	case name == "ClientContext" && len(n.Text) > maxClientContext:
		r.report(RuleRange, subject, at, n.Place, fmt.Sprintf("ClientContext: has %d bytes (at most %d)", len(n.Text), maxClientContext))
	}
}
