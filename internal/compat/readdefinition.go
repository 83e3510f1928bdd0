package compat

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// ReadTaskDefinition reads an AWS::ECS::TaskDefinition of the same template.
// resource is the whole resource. known evaluates intrinsic functions; nil
// leaves them all to the deployment. A value that is not known or not valid stays
// unknown: CloudFormation checks the resource itself.
func ReadTaskDefinition(logicalID string, resource *cfn.Node, known schema.Known) TaskDefinition {
	r := &definitionReader{known: known}
	properties := r.property(finding{Value: resource, Known: true}, propertiesKey)
	definition := TaskDefinition{
		Name:            nameOf(logicalID),
		CPU:             size1024(r.scalar(properties, "Cpu"), vcpuText),
		Memory:          size1024(r.scalar(properties, "Memory"), gigabyteText),
		Compatibilities: r.compatibilities(properties),
		NetworkMode:     r.scalar(properties, "NetworkMode"),
	}
	definition.Containers, definition.Complete = r.containers(properties)
	return definition
}

// finding is what is known of a value: nil for absent.
type finding = Fact[*cfn.Node]

// definitionReader reads a task definition as far as its values are known.
type definitionReader struct{ known schema.Known }

// field is an entry of an object. That it is absent is not known where
// Fn::Transform or Fn::ForEach may still add it.
func field(n *cfn.Node, key string) finding {
	value := n.Get(key)
	opens := func(f cfn.Field) bool { return strings.HasPrefix(f.Key, "Fn::") }
	return finding{Value: value, Known: value != nil || !slices.ContainsFunc(n.Entries(), opens)}
}

// value evaluates a value, but not the values inside objects and lists.
func (r *definitionReader) value(found finding) finding {
	n := found.Value
	if n != nil && r.known != nil {
		n = r.known.ResolveIf(n)
	}
	switch {
	case n == nil:
		return found
	case cfn.IsNoValue(n):
		return finding{Known: true}
	case !n.IsIntrinsic() && !(n.IsString() && cfn.IsDynamicReference(n.Text)):
		return finding{Value: n, Known: true}
	case r.known == nil:
		return finding{}
	}
	values, all := r.known.Values(n)
	switch {
	case !all || len(values) != 1:
		return finding{}
	case cfn.IsNoValue(values[0]):
		return finding{Known: true}
	default:
		return finding{Value: values[0], Known: true}
	}
}

// property evaluates a property of an object.
func (r *definitionReader) property(object finding, key string) finding {
	switch {
	case !object.Known:
		return finding{}
	case object.Value == nil:
		return finding{Known: true}
	case !object.Value.IsMap():
		return finding{}
	default:
		return r.value(field(object.Value, key))
	}
}

// scalar is a property's text; "" when it is absent.
func (r *definitionReader) scalar(object finding, key string) Fact[string] {
	switch found := r.property(object, key); {
	case found.Known && found.Value == nil:
		return Known("")
	case found.Value.IsString(), found.Value != nil && found.Value.Kind == cfn.Number:
		return Known(found.Value.Text)
	default:
		return Fact[string]{}
	}
}

// compatibilities is the list of launch types.
func (r *definitionReader) compatibilities(properties finding) Fact[[]string] {
	found := r.property(properties, "RequiresCompatibilities").Value
	items := []*cfn.Node{found}
	if found.IsList() {
		items = found.Items
	}
	if len(items) > mostItems {
		return Fact[[]string]{}
	}
	var launchTypes []string
	for _, item := range items {
		switch value := r.value(finding{Value: item, Known: true}); {
		case value.Value.IsString():
			launchTypes = append(launchTypes, value.Value.Text)
		case !value.Known || value.Value != nil:
			return Fact[[]string]{}
		}
	}
	if launchTypes == nil {
		return Fact[[]string]{}
	}
	return Known(launchTypes)
}

// mostItems is how many containers or launch types are looked at. ECS takes 10
// containers in a task definition.
const mostItems = 100

// containers are those that are certainly there, and whether these are all.
func (r *definitionReader) containers(properties finding) (containers []Container, complete bool) {
	list := r.property(properties, "ContainerDefinitions").Value
	if !list.IsList() || len(list.Items) > mostItems {
		return nil, false
	}
	complete = true
	for _, item := range list.Items {
		switch found := r.value(finding{Value: item, Known: true}); {
		case found.Value.IsMap():
			containers = append(containers, r.container(found))
		case !found.Known || found.Value != nil:
			complete = false
		}
	}
	return containers, complete && len(containers) > 0
}

func (r *definitionReader) container(found finding) Container {
	name := r.scalar(found, "Name")
	if name.Value == "" { // it needs one
		name = Fact[string]{}
	}
	return Container{Name: name, EntryPoint: r.entryPoint(r.property(found, "EntryPoint"))}
}

// entryPoint is whether a value is an entry point: a list with an item.
func (r *definitionReader) entryPoint(found finding) Fact[bool] {
	switch {
	case found.Known && found.Value == nil:
		return Known(false)
	case found.Value.IsString():
		return Known(found.Value.Text != "")
	case !found.Value.IsList():
		return Fact[bool]{}
	}
	unknown := false
	for _, item := range found.Value.Items {
		switch value := r.value(finding{Value: item, Known: true}); {
		case value.Value.IsScalar():
			return Known(true)
		case !value.Known || value.Value != nil:
			unknown = true
		}
	}
	return Fact[bool]{Known: !unknown}
}

// The forms of a task definition's Cpu and Memory beside plain CPU units and
// MiB, which are 1/1024 of these units (Amazon ECS API, RegisterTaskDefinition).
var (
	plainText    = regexp.MustCompile(`^[1-9][0-9]{0,8}$`)
	vcpuText     = regexp.MustCompile(`^([0-9]{0,6})(?:\.([0-9]{1,9}))?[ \t]*(?i:vcpu)$`)
	gigabyteText = regexp.MustCompile(`^([0-9]{0,6})(?:\.([0-9]{1,9}))?[ \t]*(?i:gb)$`)
)

// size1024 reads a size in plain form, or in a unit that is 1024 of it. It is
// not known if it is absent, of another form, zero or not a whole number.
func size1024(text Fact[string], unit *regexp.Regexp) Fact[int] {
	if plainText.MatchString(text.Value) {
		size, err := strconv.Atoi(text.Value)
		return Fact[int]{Value: size, Known: err == nil}
	}
	parts := unit.FindStringSubmatch(text.Value)
	if parts == nil || parts[1]+parts[2] == "" {
		return Fact[int]{}
	}
	whole, _ := strconv.Atoi("0" + parts[1]) // digits by the expression
	fraction, _ := strconv.Atoi("0" + parts[2])
	scale := 1
	for range parts[2] {
		scale *= 10
	}
	size := whole*1024 + fraction*1024/scale
	if fraction*1024%scale != 0 || size == 0 {
		return Fact[int]{}
	}
	return Known(size)
}
