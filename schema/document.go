package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// DocumentID identifies the JSON Schema; editors may fetch it by that name.
const DocumentID = "https://github.com/attini-go/runner/schema/runner.schema.json"

// Document returns the JSON Schema (draft 2020-12) of a Runner resource,
// indented: the rules that Read applies. The two differ in one thing only: a
// JSON Schema cannot tell 5.0 from 5, so it takes 5.0 for a string too.
func Document() []byte {
	d := documenter{definitions: map[string]any{
		"intrinsic": map[string]any{
			"description":   "An intrinsic function, which CloudFormation resolves.",
			"type":          "object",
			"minProperties": 1,
			"maxProperties": 1,
			"properties":    map[string]any{"Ref": true, "Condition": map[string]any{"type": "string"}},
			"patternProperties": map[string]any{
				"^Fn::": true,
			},
			"additionalProperties": false,
		},
		"noValue": map[string]any{
			"description": "Stands for nothing at all.",
			"const":       map[string]any{"Ref": "AWS::NoValue"},
		},
		"dynamicReference": map[string]any{
			"description": "A dynamic reference, which CloudFormation resolves.",
			"type":        "string",
			"pattern":     `\{\{resolve:`,
		},
	}}
	document := d.object(described())
	document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	document["$id"] = DocumentID
	document["title"] = RunnerType
	document["description"] = described().description
	document["$defs"] = d.definitions
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		panic(fmt.Sprintf("encode the JSON Schema: %v", err)) // it holds nothing but texts, numbers, lists and maps
	}
	return text.Bytes()
}

func ref(definition string) map[string]any {
	return map[string]any{"$ref": "#/$defs/" + definition}
}

func not(schema any) map[string]any { return map[string]any{"not": schema} }

// documenter collects the definitions of the objects that it meets.
type documenter struct{ definitions map[string]any }

func (d documenter) object(p property) map[string]any {
	properties := map[string]any{}
	var required []string
	for _, inside := range p.of {
		properties[inside.name] = d.property(inside)
		if inside.required {
			required = append(required, inside.name)
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if required != nil {
		object["required"] = required
	}
	var rules []any
	for _, pair := range p.exclusive {
		given := map[string]any{}
		for _, name := range pair {
			given[name] = not(ref("noValue"))
		}
		rules = append(rules, not(map[string]any{"required": pair[:], "properties": given}))
	}
	if rules != nil {
		object["allOf"] = rules
	}
	return object
}

func (d documenter) property(p property) map[string]any {
	entry := map[string]any{"description": p.description}
	if p.kind == integer {
		entry["description"] = fmt.Sprintf("%s Allowed: %d-%d %s.", p.description, p.least, p.most, p.unit)
	}
	if p.fallback != nil {
		entry["default"] = p.fallback
	}
	if p.required && !p.writtenOut {
		entry["not"] = ref("noValue")
	}
	entry["anyOf"] = append(d.forms(p), p.unresolvedForms()...)
	return entry
}

// forms are the ways to write a value out.
func (d documenter) forms(p property) []any {
	switch p.kind {
	case object:
		d.definitions[p.name] = d.object(p)
		return []any{ref(p.name)}
	case anyObject:
		return []any{map[string]any{"type": "object"}}
	case integer:
		return []any{
			map[string]any{"type": "integer", "minimum": p.least, "maximum": p.most},
			map[string]any{"type": "string", "pattern": `^` + rangePattern(p.least, p.most) + `(\.0+)?$`},
		}
	case textList:
		return []any{p.listForm()}
	case idList:
		item := strings.TrimSuffix(strings.TrimPrefix(p.pattern, "^"), "$")
		spaced := `[ \t\r\n]*` + item + `[ \t\r\n]*`
		return []any{p.listForm(), map[string]any{
			"type":    "string",
			"pattern": fmt.Sprintf("^%s(,%s){0,%d}$", spaced, spaced, p.maxItems-1),
		}}
	case nameOrList:
		return append(p.textForms(), p.listForm())
	default:
		return p.textForms()
	}
}

// listForm is a list. {"Ref": "AWS::NoValue"} does not count as an item.
func (p property) listForm() map[string]any {
	items := p
	items.kind = text
	list := map[string]any{
		"type":  "array",
		"items": map[string]any{"anyOf": append(p.textForms(), items.unresolvedForms()...)},
	}
	if !p.emptyList {
		list["contains"], list["minContains"] = not(ref("noValue")), 1
	}
	if p.maxItems > 0 {
		list["maxContains"] = p.maxItems
	}
	return list
}

// textForms are the ways to write one text: a plain number is one too, where
// its digits can be the value.
func (p property) textForms() []any {
	var forms []any
	if len(p.allowed) > 0 {
		forms = append(forms, map[string]any{"type": "string", "enum": p.allowed})
	}
	if p.pattern != "" {
		forms = append(forms, map[string]any{"type": "string", "pattern": p.pattern})
	}
	if forms == nil {
		forms = append(forms, map[string]any{"type": "string"})
	}
	if p.takesNumbers() {
		forms = append(forms, map[string]any{"type": "integer"})
	}
	return forms
}

// unresolvedForms are the values that only the deployment knows. A dynamic
// reference gives a text, never a list or an object.
func (p property) unresolvedForms() []any {
	switch {
	case p.writtenOut:
		return nil
	case p.kind == object, p.kind == anyObject, p.kind == textList:
		return []any{ref("intrinsic")}
	default:
		return []any{ref("intrinsic"), ref("dynamicReference")}
	}
}
