package plan

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// numberField is a field of the States Language that holds a number.
type numberField struct {
	key      string
	min, max float64
	// fraction allows other than whole numbers.
	fraction bool
	// path says that the number can come from the payload, with {key}Path.
	path bool
}

// maxSeconds is the longest time that Step Functions can count.
const maxSeconds = 99_999_999

func numberFields() []numberField {
	return []numberField{
		{key: "TimeoutSeconds", min: 1, max: maxSeconds, path: true},
		{key: "HeartbeatSeconds", min: 1, max: maxSeconds, path: true},
		{key: "Seconds", max: maxSeconds, path: true},
		{key: "MaxConcurrency", max: math.MaxInt32, path: true},
		{key: "ToleratedFailureCount", max: math.MaxInt32, path: true},
		{key: "ToleratedFailurePercentage", max: 100, fraction: true, path: true},
		{key: "IntervalSeconds", min: 1, max: maxSeconds},
		{key: "MaxAttempts", max: maxSeconds},
		{key: "BackoffRate", min: 1, max: math.Inf(1), fraction: true},
		{key: "MaxDelaySeconds", min: 1, max: 31_622_399},
	}
}

// checkNumbers checks the numbers of a state and of its Retry rules.
func (r *reader) checkNumbers(s *State) {
	subject := stepSubject(s.Name)
	expressions := !isAttini(s.Type)
	r.checkNumberFields(s.Node, subject, "", s.Path, expressions)
	if retry := s.Node.Get("Retry"); retry.IsList() {
		for i, rule := range retry.Items {
			r.checkNumberFields(rule, subject, fmt.Sprintf("Retry[%d].", i), s.Path.Key("Retry").Index(i), expressions)
		}
	}
	r.checkHeartbeat(s)
}

func (r *reader) checkNumberFields(n *cfn.Node, subject, inside string, at cfn.Path, expressions bool) {
	known := numberFields()
	for _, field := range n.Entries() {
		i := slices.IndexFunc(known, func(f numberField) bool { return f.key == field.Key })
		if i < 0 || expressions && isExpression(field.Value) {
			continue
		}
		if rule, reason := known[i].check(field.Value); reason != "" {
			r.report(rule, subject, at.Key(field.Key), field.Value.Place, inside+field.Key+": "+reason)
		}
	}
}

// isExpression reports whether a value is computed in JSONata, {% … %}.
func isExpression(n *cfn.Node) bool {
	return n.IsString() && strings.HasPrefix(n.Text, "{%") && strings.HasSuffix(n.Text, "%}")
}

// check says what is wrong with a value of the field. An intrinsic function is
// refused: CloudFormation substitutes text, so what it comes to would arrive in
// the definition as a string, which Step Functions does not take.
func (f numberField) check(n *cfn.Node) (rule, reason string) {
	switch {
	case isIntrinsic(n):
		reason = "must be a number that is written out, not an intrinsic function, whose value would arrive as a string"
		if f.path {
			reason += "; or take it from the payload with " + f.key + "Path"
		}
		return RuleNumber, reason
	case n.Kind != cfn.Number:
		return RuleNumber, "must be a number, not " + kindOf(n)
	}
	value, err := strconv.ParseFloat(n.Text, 64)
	_, errWhole := strconv.Atoi(n.Text)
	if err != nil || value < f.min || value > f.max || !f.fraction && errWhole != nil {
		return RuleRange, fmt.Sprintf("%s is not allowed (%s)", n.Text, f.allowed())
	}
	return "", ""
}

func (f numberField) allowed() string {
	kind := "a whole number"
	if f.fraction {
		kind = "a number"
	}
	if math.IsInf(f.max, 1) {
		return fmt.Sprintf("%s from %.0f", kind, f.min)
	}
	return fmt.Sprintf("%s from %.0f to %.0f", kind, f.min, f.max)
}

// checkHeartbeat checks that a lost job is noticed before its time is over.
func (r *reader) checkHeartbeat(s *State) {
	heartbeat, timeout := s.Node.Get("HeartbeatSeconds"), s.Node.Get("TimeoutSeconds")
	if heartbeat == nil || timeout == nil {
		return
	}
	b, err := strconv.Atoi(heartbeat.Text)
	t, err2 := strconv.Atoi(timeout.Text)
	if err == nil && err2 == nil && b >= t {
		r.report(RuleRange, stepSubject(s.Name), s.Path.Key("HeartbeatSeconds"), heartbeat.Place,
			fmt.Sprintf("HeartbeatSeconds: %d must be less than TimeoutSeconds, %d", b, t))
	}
}
