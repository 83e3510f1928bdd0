package integrations_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/golden"
	"github.com/attini-go/runner/schema"
)

// TestConstructs writes the types of the CDK constructs from the schema that editors use.
func TestConstructs(t *testing.T) {
	t.Parallel()
	g := generator{names: map[string]string{}}
	var document struct{ Definitions map[string]form }
	require.NoError(t, json.Unmarshal(schema.TemplateDocument(), &document))
	g.definitions = document.Definitions
	for name, definition := range document.Definitions {
		g.definitions[name] = normal(definition)
	}
	g.named("AttiniRunnerProps", g.definitions["Properties"])
	g.named("DeploymentPlanProps", g.definitions["DeploymentPlan"].Properties["Properties"])
	for i := 0; i < len(g.objects); i++ { // grows by what the fields name
		for _, name := range slices.Sorted(maps.Keys(g.objects[i].Properties)) {
			g.objects[i].fields = append(g.objects[i].fields, g.field(g.objects[i], name))
		}
	}
	slices.SortFunc(g.objects, func(a, b object) int { return strings.Compare(a.name, b.name) })
	golden.Assert(t, "../cdk/typescript/types.ts", g.typeScript())
	golden.Assert(t, "../cdk/python/attini_runner_cdk/types.py", g.python())
}

// form is what the schema says of a value; true, which is any value, is an empty form.
type form struct {
	Ref                  string          `json:"$ref"`
	Type                 json.RawMessage `json:"type"`
	Enum                 []any           `json:"enum"`
	Const                any             `json:"const"`
	Pattern, Description string
	AnyOf, AllOf         []form
	Items                *form
	Properties           map[string]form
	Required             []string
	AdditionalProperties json.RawMessage
}

func (f *form) UnmarshalJSON(text []byte) error {
	type plain form
	if string(text) == "true" {
		return nil
	}
	return json.Unmarshal(text, (*plain)(f))
}

// normal moves what is required by allOf to Required; a name that has an alternative, such
// as Commands and Commands.$, stays.
func normal(f form) form {
	for _, rule := range f.AllOf {
		f.Required = append(f.Required, rule.Required...)
	}
	return f
}

func (f form) types() []string {
	var one string
	var many []string
	if json.Unmarshal(f.Type, &one) == nil {
		return []string{one}
	}
	_ = json.Unmarshal(f.Type, &many) // a form without a type
	return many
}

// object is an object type of the constructs.
type object struct {
	form
	name, kind string // kind is the value of Type
	fields     []field
}

type field struct {
	name, description string
	required          bool
	value             value
}

// value is a union.
type value struct {
	plain    []string // string, number, boolean, null, unknown, resolvable, record
	literals []any
	names    []string // other types
	lists    []value
	records  []value // objects with any name
	patterns []string
}

type generator struct {
	definitions map[string]form
	objects     []object
	names       map[string]string // of objects, by their definition's or their text
	unions      []union
}

type union struct {
	name    string
	members []string
}

// named declares an object once and returns its name.
func (g *generator) named(name string, f form) string {
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // it has been JSON
	}
	if known := g.names[string(text)]; known != "" {
		return known
	}
	for slices.ContainsFunc(g.objects, func(o object) bool { return o.name == name }) {
		name += "OfState"
	}
	g.names[string(text)] = name
	g.objects = append(g.objects, object{form: normal(f), name: name})
	return name
}

// reference is the name of a definition's type.
func (g *generator) reference(name string) string {
	f := g.definitions[name]
	kind, isStep := strings.CutPrefix(name, "step")
	kind, isState := strings.CutPrefix(kind, "state")
	properties, isProperties := strings.CutPrefix(name, "properties")
	switch {
	case name == "step" || name == "state":
		name = strings.ToUpper(name[:1]) + name[1:]
		if slices.ContainsFunc(g.unions, func(u union) bool { return u.name == name }) {
			return name
		}
		g.unions = append(g.unions, union{name: name})
		index := len(g.unions) - 1
		for _, kind := range f.Properties["Type"].Enum {
			member := g.reference(strings.ToLower(name) + kind.(string))
			g.unions[index].members = append(g.unions[index].members, member)
			at := slices.IndexFunc(g.objects, func(o object) bool { return o.name == member })
			g.objects[at].kind = kind.(string)
			if g.objects[at].Required = append(g.objects[at].Required, "Type"); name == "Step" {
				g.objects[at].Required = append(g.objects[at].Required, "Name")
			}
		}
		return name
	case name == "stepCatcher":
		return g.named("StepCatcher", f)
	case isStep:
		return g.named(kind+"Step", f)
	case isState:
		return g.named(kind+"State", f)
	case isProperties:
		return g.named(properties+"Properties", f)
	}
	return g.named(name, f)
}

func (g *generator) field(o object, name string) field {
	f := o.Properties[name]
	if name == "Type" && o.kind != "" {
		f = form{Const: o.kind, Description: f.Description}
	}
	within := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(o.name, "Step"), "State"), "Properties"), "Props")
	return field{name, f.Description, slices.Contains(o.Required, name), g.value(within+strings.TrimSuffix(name, ".$"), f)}
}

func (g *generator) value(name string, f form) (v value) {
	target := strings.TrimPrefix(f.Ref, "#/definitions/")
	switch {
	case target == "intrinsic":
		v.plain = []string{"resolvable"}
	case target == "dynamicReference":
		v.patterns = []string{"{{resolve:${string}"}
	case target == "steps":
		v.lists = []value{{names: []string{g.reference("step")}}}
	case target != "":
		v.names = []string{g.reference(target)}
	case len(f.AllOf) == 1 && f.AllOf[0].Ref != "":
		return g.value(name, f.AllOf[0])
	case len(f.AnyOf) > 0:
		for _, one := range f.AnyOf {
			v = v.or(g.value(name, one))
		}
	case len(f.Enum) > 0:
		v.literals = f.Enum
	case f.Const != nil:
		v.literals = []any{f.Const}
	case strings.HasPrefix(f.Pattern, `^\{%`):
		v.patterns = []string{"{%${string}%}"}
	case f.Pattern == `\$\{`:
		v.patterns = []string{"${string}\\${${string}"}
	case len(f.types()) == 0:
		v.plain = []string{"unknown"}
	}
	for _, kind := range f.types() {
		switch {
		case len(v.literals)+len(v.patterns) > 0:
		case kind == "object" && f.Properties != nil:
			v.names = append(v.names, g.named(name, f))
		case kind == "object" && len(f.AdditionalProperties) > 0:
			var of form
			if json.Unmarshal(f.AdditionalProperties, &of) == nil {
				v.records = append(v.records, g.value(name, of))
			}
		case kind == "object" && len(f.types()) > 1:
			v.plain = append(v.plain, "resolvable")
		case kind == "array" && f.Items != nil:
			v.lists = append(v.lists, g.value(name, *f.Items))
		default:
			v.plain = append(v.plain, kind)
		}
	}
	return v
}

func (v value) or(w value) value {
	return value{
		append(v.plain, w.plain...), append(v.literals, w.literals...), append(v.names, w.names...),
		append(v.lists, w.lists...), append(v.records, w.records...), append(v.patterns, w.patterns...),
	}
}

// union joins the types of a value in the words of a language: those of plain types, of
// literals and patterns, and the forms of lists and of records of other values.
func (v value) union(plain map[string]string, literal, pattern func(any) string, list, record string, of func(value) string) string {
	var all []string
	for _, l := range v.literals {
		all = append(all, literal(l))
	}
	for _, p := range v.patterns {
		if text := pattern(p); text != "" {
			all = append(all, text)
		}
	}
	for _, p := range v.plain {
		all = append(all, plain[p])
	}
	for _, one := range v.lists {
		all = append(all, fmt.Sprintf(list, of(one)))
	}
	for _, one := range v.records {
		all = append(all, fmt.Sprintf(record, of(one)))
	}
	all = append(all, v.names...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " | ")
}

const generated = "`make golden` writes this file from the schema of the template."

func typeScriptValue(v value) string {
	return v.union(map[string]string{
		"string": "string", "number": "number", "integer": "number", "boolean": "boolean", "null": "null", "unknown": "unknown",
		"resolvable": "IResolvable", "object": "{ readonly [name: string]: unknown }", "array": "readonly unknown[]",
	}, func(l any) string { text, _ := json.Marshal(l); return string(text) },
		func(p any) string { return "`" + p.(string) + "`" }, "readonly (%s)[]", "{ readonly [name: string]: %s } | IResolvable", typeScriptValue)
}

func (g *generator) typeScript() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "// %s\nimport type { IResolvable } from 'aws-cdk-lib';\n", generated)
	for _, u := range g.unions {
		fmt.Fprintf(&b, "\nexport type %s = %s;\n", u.name, strings.Join(u.members, " | "))
	}
	for _, o := range g.objects {
		fmt.Fprintf(&b, "\nexport type %s = {\n", o.name)
		for _, f := range o.fields {
			optional := "?"
			if f.required {
				optional = ""
			}
			if f.description != "" {
				fmt.Fprintf(&b, "  /** %s */\n", f.description)
			}
			fmt.Fprintf(&b, "  readonly %q%s: %s;\n", f.name, optional, typeScriptValue(f.value))
		}
		b.WriteString("}")
		for _, rule := range o.AllOf { // one of two names
			if len(rule.AnyOf) == 2 && len(rule.AnyOf[0].Required) == 1 {
				fmt.Fprintf(&b, " & ({ readonly %q: unknown } | { readonly %q: unknown })", rule.AnyOf[0].Required[0], rule.AnyOf[1].Required[0])
			}
		}
		b.WriteString(";\n")
	}
	return []byte(b.String())
}

func pythonValue(v value) string {
	return v.union(map[string]string{
		"string": "str", "number": "float", "integer": "int", "boolean": "bool", "null": "None", "unknown": "Any",
		"resolvable": "IResolvable", "object": "Mapping[str, Any]", "array": "Sequence[Any]",
	}, func(l any) string {
		if l == true || l == false {
			return "bool"
		}
		return fmt.Sprintf("Literal[%q]", l)
	}, func(any) string {
		if len(v.literals) > 0 {
			return "" // Python has no types of texts, and any text would let wrong ones pass
		}
		return "str"
	}, "Sequence[%s]", "Mapping[str, %s] | IResolvable", pythonValue)
}

func (g *generator) python() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\nfrom __future__ import annotations\n\nfrom typing import Any, Literal, Mapping, Sequence, TypedDict, Union\n\nfrom aws_cdk import IResolvable\nfrom typing_extensions import NotRequired\n", generated)
	for _, o := range g.objects {
		fmt.Fprintf(&b, "\n%s = TypedDict(%q, {\n", o.name, o.name)
		for _, f := range o.fields {
			form := "NotRequired[%q]"
			if f.required {
				form = "%q"
			}
			if f.description != "" {
				fmt.Fprintf(&b, "    # %s\n", f.description)
			}
			fmt.Fprintf(&b, "    %q: "+form+",\n", f.name, strings.ReplaceAll(pythonValue(f.value), `"`, "'"))
		}
		b.WriteString("})\n")
	}
	for _, u := range g.unions {
		fmt.Fprintf(&b, "\n%s = Union[\n    %s,\n]\n", u.name, strings.Join(u.members, ",\n    "))
	}
	return []byte(b.String())
}
