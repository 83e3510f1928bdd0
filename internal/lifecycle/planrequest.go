package lifecycle

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// PlanRequest is a Custom::AttiniDeploymentPlanTrigger as CloudFormation
// resolved it.
type PlanRequest struct {
	StackID, StackName string
	// RequestID is CloudFormation's, which is the same when it asks again.
	RequestID          string
	StateMachineARN    string
	OldStateMachineARN string
	Parameters         map[string]string
	Steps              []Step
	// defaults is PayloadDefaults, an object, with PayloadDefaultsValues in it.
	defaults *cfn.Node
	problem  error
}

// ReadPlan reads the ResourceProperties of a Custom::AttiniDeploymentPlanTrigger;
// old are those before an update, or nil. What is wrong with them is said when
// the plan is put: one that is deleted needs nothing more than its name.
func ReadPlan(stackID, requestID string, properties, old *cfn.Node) PlanRequest {
	r := PlanRequest{
		StackID: stackID, StackName: stringProperty(properties, "StackName"), RequestID: requestID,
		StateMachineARN: stringProperty(properties, "SfnArn"), OldStateMachineARN: stringProperty(old, "SfnArn"),
		Parameters: map[string]string{},
	}
	if r.StackName == "" {
		r.StackName = StackNameOf(stackID)
	}
	for _, parameter := range properties.Get("Parameters").Entries() {
		r.Parameters[parameter.Key] = parameterText(parameter.Value)
	}
	if steps := properties.Get("AttiniSteps"); steps.IsList() {
		for _, step := range steps.Items {
			r.Steps = append(r.Steps, Step{Name: stringProperty(step, "name"), Type: stringProperty(step, "type")})
		}
	}
	r.defaults, r.problem = readDefaults(properties.Get("PayloadDefaults"))
	// Backwards: an item that is taken away moves only those behind it.
	for _, value := range slices.Backward(listItems(properties.Get("PayloadDefaultsValues"))) {
		if !setAtPath(r.defaults, listItems(value.Get("Path")), value.Get("Value")) && r.problem == nil {
			r.problem = errors.New("read PayloadDefaultsValues: a path leads nowhere in PayloadDefaults")
		}
	}
	return r
}

// setAtPath writes a value in the place that a path of keys and positions leads to,
// or takes the place away where the value turned out to be none. It reports
// whether there is such a place.
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

// listItems are a list's, none of what is no list.
func listItems(n *cfn.Node) []*cfn.Node {
	if !n.IsList() {
		return nil
	}
	return n.Items
}

// child is what a map has for a key, or a list in a position; nil when nothing.
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

// readDefaults takes an object, or the JSON of one: CloudFormation makes texts
// of the numbers in an object.
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

// parameterText is a parameter as the template's author gave it: one of a list
// type comes as a list.
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
	problems := []error{r.problem}
	for _, required := range []struct{ name, value string }{
		{"StackId", r.StackID}, {"RequestId", r.RequestID}, {"StackName", r.StackName}, {"SfnArn", r.StateMachineARN},
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
