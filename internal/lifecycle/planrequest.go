package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/cfn"
)

// PlanRequest is a Custom::AttiniDeploymentPlanTrigger as CloudFormation
// resolved it.
type PlanRequest struct {
	StackID, StackName string
	// RequestID is CloudFormation's. It is the same if the request is repeated.
	RequestID          string
	StateMachineARN    string
	OldStateMachineARN string
	Parameters         map[string]string
	OldParameters      map[string]string
	Steps              []Step
	// defaults is PayloadDefaults, an object, with PayloadDefaultsValues in it.
	defaults *cfn.Node
	problem  error
	// foreign is why the request is refused, whatever else it says.
	foreign error
}

// ReadPlan reads the ResourceProperties of a Custom::AttiniDeploymentPlanTrigger;
// old are those before an update, or nil. PutPlan reports what is wrong with them: a
// deletion needs the plan's name alone.
func ReadPlan(stackID, requestID string, properties, old *cfn.Node) PlanRequest {
	r := PlanRequest{
		StackID: stackID, StackName: StackNameOf(stackID), RequestID: requestID,
		StateMachineARN: stringProperty(properties, "SfnArn"), OldStateMachineARN: stringProperty(old, "SfnArn"),
		Parameters: parametersOf(properties), OldParameters: parametersOf(old),
	}
	if steps := properties.Get("AttiniSteps"); steps.IsList() {
		for _, step := range steps.Items {
			r.Steps = append(r.Steps, Step{Name: stringProperty(step, "name"), Type: stringProperty(step, "type")})
		}
	}
	r.foreign = checkStackName(stackID, stringProperty(properties, "StackName"))
	r.defaults, r.problem = readDefaults(properties.Get("PayloadDefaults"))
	// Backwards: removing an item moves only the items after it.
	for _, value := range slices.Backward(properties.Get("PayloadDefaultsValues").Elements()) {
		if !setAtPath(r.defaults, value.Get("Path").Elements(), value.Get("Value")) && r.problem == nil {
			r.problem = errors.New("read PayloadDefaultsValues: a path leads nowhere in PayloadDefaults")
		}
	}
	return r
}

// setAtPath writes a value at a path of keys and positions, or removes what is there if
// the value is nil. It reports whether the path exists.
func setAtPath(n *cfn.Node, path []*cfn.Node, value *cfn.Node) bool {
	for len(path) > 1 {
		if n, path = child(n, path[0].Text), path[1:]; n == nil {
			return false
		}
	}
	if len(path) == 0 || child(n, path[0].Text) == nil {
		return false
	}
	key := path[0].Text
	switch {
	case n.IsMap() && value == nil:
		n.Delete(key)
	case n.IsMap():
		n.Set(key, value)
	case value != nil:
		*child(n, key) = *value
	default:
		gone := child(n, key)
		n.Items = slices.DeleteFunc(n.Items, func(item *cfn.Node) bool { return item == gone })
	}
	return true
}

// child returns a map's value for a key, or a list's item at a position; nil if absent.
func child(n *cfn.Node, key string) *cfn.Node {
	if n.IsMap() {
		return n.Get(key)
	}
	position, err := strconv.Atoi(key)
	if !n.IsList() || err != nil || position < 0 || position >= len(n.Items) {
		return nil
	}
	return n.Items[position]
}

// readDefaults accepts an object, or its JSON: CloudFormation turns the numbers in an
// object into texts.
func readDefaults(given *cfn.Node) (*cfn.Node, error) {
	if given == nil {
		return cfn.Obj(), nil
	}
	if given.IsString() {
		read, err := cfn.ReadJSON([]byte(given.Text))
		if err != nil {
			return cfn.Obj(), errors.New("read PayloadDefaults: its text is no JSON")
		}
		given = read
	}
	if !given.IsMap() {
		return cfn.Obj(), fmt.Errorf("read PayloadDefaults: must be an object, not a %s", given.Kind)
	}
	return given, nil
}

func parametersOf(properties *cfn.Node) map[string]string {
	parameters := map[string]string{}
	for _, parameter := range properties.Get("Parameters").Entries() {
		parameters[parameter.Key] = parameterText(parameter.Value)
	}
	return parameters
}

// parameterText is a parameter as the stack has it. CloudFormation passes one of a list
// type as a list.
func parameterText(value *cfn.Node) string {
	if !value.IsList() {
		return value.Text
	}
	items := make([]string, len(value.Items))
	for i, item := range value.Items {
		items[i] = item.Text
	}
	return strings.Join(items, ",")
}

func (r PlanRequest) check() error {
	if r.foreign != nil {
		return r.foreign
	}
	problems := []error{r.problem}
	if r.defaults.Has(protocol.KeyOrigin) {
		problems = append(problems, fmt.Errorf("read PayloadDefaults: %s says where the deployment came from and cannot be replaced; use another key", protocol.KeyOrigin))
	}
	for _, required := range []struct{ name, value string }{
		{"StackId", r.StackID}, {"RequestId", r.RequestID}, {"SfnArn", r.StateMachineARN},
	} {
		if required.value == "" {
			problems = append(problems, fmt.Errorf("%s is missing", required.name))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("read the plan's trigger: %w; deploy the template with the macro again", err)
	}
	return nil
}
