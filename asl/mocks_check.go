package asl

import (
	"fmt"
	"slices"
	"strings"
)

// Check says what is wrong with the mocks for a machine, one problem each: states that are not there or no Task, and results that the task's
// integration never gives.
func (m *Mocks) Check(machine *Machine) []string {
	tasks := map[string]task{}
	var names []string
	for _, s := range machine.graph.all() {
		if w, ok := s.work.(task); ok {
			tasks[s.name] = w
			names = append(names, s.name)
		}
	}
	var problems []string
	for _, name := range m.Names() {
		w, ok := tasks[name]
		switch {
		case ok:
			problems = append(problems, m.states[name].check(name, w)...)
		case slices.Contains(machine.StateNames(), name):
			problems = append(problems, fmt.Sprintf("%s: only a Task can have a mock", name))
		default:
			problems = append(problems, fmt.Sprintf("%s: there is no such step; %s", name, suggestion(name, names)))
		}
	}
	return problems
}

func (m *mock) check(at string, w task) []string {
	if m == nil {
		return nil
	}
	var problems []string
	for i, r := range m.attempts {
		where := at
		if len(m.attempts) > 1 {
			where = fmt.Sprintf("%s[%d]", at, i)
		}
		if problem := r.check(w); problem != "" {
			problems = append(problems, where+": "+problem)
		}
	}
	for _, index := range sortedKeys(m.iterations) {
		problems = append(problems, m.iterations[index].check(at+".iterations."+index, w)...)
	}
	return append(problems, m.fallback.check(at+".iterations.default", w)...)
}

func (r response) check(w task) string {
	isInvoke := strings.HasSuffix(w.resource, ":lambda:invoke")
	switch {
	case r.failure != nil:
		return ""
	case r.payload && !isInvoke:
		return "payload belongs to lambda:invoke; give result"
	case r.payload || w.callback:
		return "" // a function returns anything, and so does who answers with the token
	}
	shape, known := shapes()[integrationOf(w.resource)]
	if !known {
		return ""
	}
	result, ok := r.result.(*Object)
	if !ok {
		return fmt.Sprintf("result must be an object, as %s gives it, not %s", integrationOf(w.resource), typeName(r.result))
	}
	return shape.misfit(result, isInvoke)
}

// integrationOf is the service and the action of a resource, without its pattern.
func integrationOf(resource string) string {
	match := integrationARN.FindStringSubmatch(resource)
	if match == nil {
		return ""
	}
	name, _, _ := strings.Cut(match[1], ".")
	return name
}

// shape is what an integration's result has: the types of its fields, those that are always there with a *.
type shape map[string]string

func (s shape) misfit(result *Object, isInvoke bool) string {
	for _, field := range sortedKeys(s) {
		name, needed := strings.CutSuffix(field, "*")
		value, ok := result.Get(name)
		switch {
		case !ok && needed && isInvoke:
			return fmt.Sprintf("result lacks %s; for what the function returns, write payload", name)
		case !ok && needed:
			return fmt.Sprintf("result lacks %s", name)
		case ok && s[field] != "" && !isOfType(value, s[field]):
			return fmt.Sprintf("result: %s must be %s, not %s", name, s[field], typeName(value))
		}
	}
	return ""
}

func isOfType(value any, want string) bool { return value == nil || typeName(value) == want }

// shapes has the integrations whose results are known, as the services' own documentation has them.
func shapes() map[string]shape {
	const text, number, list, object = "a string", "a number", "a list", "an object"
	return map[string]shape{
		"lambda:invoke":         {"Payload*": "", "StatusCode": number, "ExecutedVersion": text},
		"states:startExecution": {"ExecutionArn*": text},
		"sqs:sendMessage":       {"MessageId*": text, "MD5OfMessageBody": text},
		"sns:publish":           {"MessageId*": text},
		"events:putEvents":      {"Entries*": list, "FailedEntryCount": number},
		"dynamodb:getItem":      {"Item": object, "ConsumedCapacity": object},
		"dynamodb:putItem":      {"Attributes": object, "ConsumedCapacity": object},
		"dynamodb:updateItem":   {"Attributes": object, "ConsumedCapacity": object},
		"dynamodb:deleteItem":   {"Attributes": object, "ConsumedCapacity": object},
		"batch:submitJob":       {"JobId*": text, "JobName": text},
		"ecs:runTask":           {"Tasks": list, "Failures": list},
		"codebuild:startBuild":  {"Build*": object},
		"glue:startJobRun":      {"JobRunId": text},
		"apigateway:invoke":     {"StatusCode": number, "Headers": object},
		"http:invoke":           {"StatusCode*": number, "Headers": object},
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
