package cfn

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/problem"
)

// Values give intrinsic functions their values where CloudFormation is not there
// to resolve them.
type Values struct {
	// Parameters are given values by parameter name; lists comma-separated.
	Parameters map[string]string
	// Pseudo has the pseudo parameters by full name, such as AWS::Region;
	// AWS::NotificationARNs comma-separated.
	Pseudo map[string]string
	// Imports has Fn::ImportValue's values by export name.
	Imports map[string]string
	// References has what only a deployment knows of resources: "Bucket" for
	// Ref, "Bucket.Arn" for Fn::GetAtt, AWS::AvailabilityZones for Fn::GetAZs.
	References map[string]string
	// Resolved has dynamic references by their whole text, {{resolve:…}}, and
	// with them the values of AWS::SSM::Parameter::Value<…> parameters.
	Resolved map[string]string
}

// Evaluator replaces the intrinsic functions of one template by their values.
// It is not safe for concurrent use.
type Evaluator struct {
	template   *Node
	values     Values
	parameters map[string]*Node
	// indexes are those of the objects in which names are looked up.
	indexes map[*Node]map[string]*Node
	// matching counts the steps that AllowedPatterns took.
	matching int
}

// Evaluate returns a new tree in which every intrinsic function and dynamic
// reference is replaced by its value, and AWS::NoValue is gone from objects and
// lists; a tree that is AWS::NoValue as a whole stays that. All whose
// value is not known are named, with how to give it, and stay as they are.
// The results of functions have the place of the function.
func (e *Evaluator) Evaluate(n *Node, at Path) (*Node, problem.List) {
	v := e.evaluation()
	v.problems = &problem.List{}
	result, _ := v.node(n, at)
	return result, v.problems.Sorted()
}

// Condition evaluates one of the template's Conditions. at is where it is used.
func (e *Evaluator) Condition(name string, at Path) (bool, problem.List) {
	v := e.evaluation()
	v.problems = &problem.List{}
	result, _ := v.namedCondition(Str(name), at)
	return result, v.problems.Sorted()
}

func (e *Evaluator) evaluation() *evaluation {
	return &evaluation{Evaluator: e, conditions: map[string]conditionResult{}, room: maxValues}
}

// get looks up a key of an object of the template; nil when it is not there.
func (e *Evaluator) get(n *Node, key string) *Node {
	const few = 16
	if n == nil || len(n.Fields) <= few {
		return n.Get(key)
	}
	index := e.indexes[n]
	if index == nil {
		index = n.ByKey()
		e.indexes[n] = index
	}
	return index[key]
}

// section looks up a name in a section of the template.
func (e *Evaluator) section(section, name string) *Node {
	return e.get(e.template.Get(section), name)
}

// maxValues is how large the values may be to which functions come, in bytes:
// many times a whole template. A function can name a long value many times.
const maxValues = 32 << 20

// nodeSize is about how many bytes a Node takes in memory.
const nodeSize = 100

// evaluation is one call of Evaluate. Its methods return a value, or nil or false
// once they have reported why there is none.
type evaluation struct {
	*Evaluator
	// problems is nil if the caller does not need them: then no messages are made.
	problems *problem.List
	// room is how many bytes there are left for values.
	room int
	// conditions are those already evaluated: one that each of a chain of others
	// uses twice must not be evaluated a million times.
	conditions map[string]conditionResult
	// evaluating are the conditions that are open, outermost first.
	evaluating []string
	// depth counts the functions around the value: dynamic references are
	// resolved last, in the result of the outermost function.
	depth int
}

// fits reports whether there is room for a value of so many bytes, and takes it.
func (v *evaluation) fits(n *Node, at Path, size int) bool {
	before := v.room
	v.room -= size
	if v.room < 0 && before >= 0 {
		v.report(n, at, "too-large", fmt.Sprintf("the values of the template's functions are larger than %d MiB in all", maxValues>>20), "")
	}
	return v.room >= 0
}

// Size is how many bytes a tree takes, about.
func (n *Node) Size() int {
	size := 0
	for inside := range n.All() {
		size += nodeSize + len(inside.Text)
		for _, field := range inside.Fields {
			size += len(field.Key)
		}
	}
	return size
}

func (v *evaluation) report(n *Node, at Path, rule, message, advice string) {
	if v.problems == nil {
		return
	}
	found := problem.Problem{Severity: problem.Error, Rule: rule, Path: at.String(), Message: message, Advice: advice}
	if !at.IsRoot() {
		found.Message = found.Path + ": " + message
	}
	if n != nil {
		found.Place = n.Place
	}
	v.problems.Add(found)
}

// node evaluates a tree; false when something in it is not known.
func (v *evaluation) node(n *Node, at Path) (*Node, bool) {
	if n == nil {
		return nil, true
	}
	if !v.fits(n, at, nodeSize) {
		return n, false
	}
	if name, argument, ok := Intrinsic(n); ok {
		return v.function(n, name, argument, at)
	}
	if v.depth == 0 && n.IsString() && IsDynamicReference(n.Text) {
		return v.dynamic(n, at)
	}
	result := *n
	result.Items, result.Fields = nil, nil
	complete := true
	for i, item := range n.Items {
		value, known := v.node(item, at.Index(i))
		complete = complete && known
		if !IsNoValue(value) {
			result.Items = append(result.Items, value)
		}
	}
	for _, field := range n.Fields {
		complete = v.plainKey(field, at) && complete
		value, known := v.node(field.Value, at.Key(field.Key))
		complete = complete && known
		if !IsNoValue(value) {
			result.Fields = append(result.Fields, Field{Key: field.Key, Value: value, Place: field.Place})
		}
	}
	return &result, complete
}

// function evaluates an intrinsic function and then the dynamic references in
// the result of the outermost one.
func (v *evaluation) function(n *Node, name string, argument *Node, at Path) (*Node, bool) {
	v.depth++
	result := v.call(n, name, argument, at.Key(name))
	v.depth--
	if result == nil {
		return n.Clone(), false
	}
	placed := *result
	placed.Place = n.Place
	if v.depth > 0 || IsNoValue(&placed) {
		return &placed, true
	}
	return v.resolve(&placed, at)
}

// plainKey reports functions that have other keys beside them, where none can be
// evaluated.
func (v *evaluation) plainKey(field Field, at Path) bool {
	if !strings.HasPrefix(field.Key, "Fn::") {
		return true
	}
	at = at.Key(field.Key)
	placed := &Node{Place: field.Place}
	if strings.HasPrefix(field.Key, LoopPrefix) || field.Key == TransformKey {
		v.unsupported(placed, field.Key, at)
		return false
	}
	v.report(placed, at, "intrinsic-shape", "a function must stand alone in its object", "")
	return false
}
