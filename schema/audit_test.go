package schema

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
)

// notProperties are the fields that say where things stand.
var notProperties = map[string]bool{"Name": true, "Resource": true, "Path": true, "Node": true, "properties": true}

// audited is a struct of the API beside the description of what it holds.
type audited struct {
	path  string
	typed reflect.Value
	of    property
}

// auditedObjects are the Runner and its sub-objects, found by reflection.
func auditedObjects(t *testing.T, runner *Runner) []audited {
	t.Helper()
	found := []audited{{"", reflect.ValueOf(runner).Elem(), findProperty(t, described(), propertiesKey)}}
	for i := 0; i < len(found); i++ {
		o := found[i]
		for f := range o.typed.NumField() {
			name, field := o.typed.Type().Field(f).Name, o.typed.Field(f)
			if field.Kind() == reflect.Pointer {
				field = field.Elem()
			}
			if notProperties[name] || !field.IsValid() || strings.HasPrefix(field.Type().Name(), "Value[") {
				continue
			}
			found = append(found, audited{o.path + name + ".", field, findProperty(t, o.of, name)})
		}
	}
	objects := 1
	for _, p := range found[0].of.of {
		if p.kind == object {
			objects++
			assert.True(t, slices.ContainsFunc(found, func(o audited) bool { return o.path == p.name+"." }), "%s is described and has no field", p.name)
		}
	}
	require.Len(t, found, objects, "the Runner and its sub-objects")
	return found
}

func findProperty(t *testing.T, parent property, name string) property {
	t.Helper()
	for _, p := range parent.of {
		if p.name == name {
			return p
		}
	}
	require.Failf(t, "field without a description", "%s.%s", parent.name, name)
	return property{}
}

// everything is a Runner whose every property is {"Ref": its name}; only the
// objects are written out.
func everything(p property) *cfn.Node {
	n := cfn.Obj()
	for _, inside := range p.of {
		if inside.kind == object {
			n.Set(inside.name, everything(inside))
		} else {
			n.Set(inside.name, cfn.Ref(inside.name))
		}
	}
	return n
}

func TestEveryFieldIsDescribedAndRead(t *testing.T) {
	t.Parallel()
	properties := everything(findProperty(t, described(), propertiesKey))
	properties.Delete("Image") // it excludes TaskDefinitionArn
	resource := cfn.Obj(cfn.F("Type", cfn.Str(RunnerType)), cfn.F("Properties", properties))
	runner, problems := Read("Build", resource, cfn.NewPath("Resources", "Build"), nil)
	require.Empty(t, problems)
	kinds := map[reflect.Type][]kind{
		reflect.TypeFor[Value[string]]():   {text},
		reflect.TypeFor[Value[int]]():      {integer},
		reflect.TypeFor[Value[[]string]](): {textList, idList},
	}
	assert.Equal(t, slices.DeleteFunc(PropertyPaths(), func(path string) bool { return path == "Image" }), runner.Unresolved())
	for _, o := range auditedObjects(t, runner) {
		fields := map[string]bool{}
		for f := range o.typed.NumField() {
			name, field := o.typed.Type().Field(f).Name, o.typed.Field(f)
			if notProperties[name] {
				continue
			}
			fields[name] = true
			p := findProperty(t, o.of, name)
			if p.kind == object {
				continue
			}
			assert.Contains(t, kinds[field.Type()], p.kind, "type of %s%s", o.path, name)
			if name != "Image" {
				node, _ := field.FieldByName("Node").Interface().(*cfn.Node)
				assert.Equal(t, cfn.Ref(name), node, "%s%s is not read", o.path, name)
				assert.False(t, field.FieldByName("Known").Bool(), "%s%s", o.path, name)
			}
		}
		for _, p := range o.of.of {
			assert.True(t, fields[p.name], "%s%s is described and has no field", o.path, p.name)
		}
	}
}

func TestEveryDescriptionHasItsRules(t *testing.T) {
	t.Parallel()
	var walk func(path string, p property)
	walk = func(path string, p property) {
		assert.NotEmpty(t, p.description, path)
		assert.Equal(t, p.pattern == "", p.shape == "", "%s: a pattern has words", path)
		if p.expression != nil {
			assert.True(t, strings.HasPrefix(p.pattern, "^") && strings.HasSuffix(p.pattern, "$"), "%s: the pattern is of the whole text", path)
		}
		switch p.kind {
		case integer:
			assert.Positive(t, p.least, path)
			assert.Greater(t, p.most, p.least, path)
			assert.Less(t, p.most, outOfRange, path)
			assert.NotEmpty(t, p.unit, path)
		case text:
			assert.True(t, p.pattern != "" || len(p.allowed) > 0, "%s: any text is allowed", path)
		case idList:
			assert.NotEmpty(t, p.pattern, path)
			assert.Positive(t, p.maxItems, path)
		case object:
			assert.NotEmpty(t, p.of, path)
		}
		if p.fallback != nil {
			assert.False(t, p.required, "%s: required, and a default", path)
			n, err := cfn.FromValue(p.fallback)
			require.NoError(t, err)
			r := &reader{base: cfn.NewPath("Resources", "Build")}
			r.value(n, p, cfn.NewPath("Resources", "Build", "Properties"))
			assert.Empty(t, r.problems, "%s: the default is not allowed", path)
		}
		for _, inside := range p.of {
			walk(path+"."+inside.name, inside)
		}
	}
	walk("", described())
}

func TestEveryDescriptionIsInTheDocument(t *testing.T) {
	t.Parallel()
	var document map[string]any
	require.NoError(t, json.Unmarshal(Document(), &document))
	var walk func(schema map[string]any, p property)
	walk = func(schema map[string]any, p property) {
		properties, _ := schema["properties"].(map[string]any)
		assert.Len(t, properties, len(p.of), p.name)
		for _, inside := range p.of {
			entry, _ := properties[inside.name].(map[string]any)
			require.NotNil(t, entry, inside.name)
			assert.Contains(t, entry["description"], inside.description)
			if inside.kind == object {
				definitions, _ := document["$defs"].(map[string]any)
				definition, _ := definitions[inside.name].(map[string]any)
				walk(definition, inside)
			}
		}
	}
	walk(document, described())
}
