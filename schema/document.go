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
	d := newDocumenter("$defs", false)
	document := d.object(described())
	document["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	document["$id"] = DocumentID
	document["title"] = RunnerType
	document["description"] = described().description
	document["$defs"] = d.definitions
	return encoded(document)
}

// encoded indents a document.
func encoded(document any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		panic(fmt.Sprintf("encode the JSON Schema: %v", err)) // it holds nothing but texts, numbers, lists and maps
	}
	return text.Bytes()
}

func not(schema any) map[string]any { return map[string]any{"not": schema} }

// documenter collects the definitions of the objects that it meets.
type documenter struct {
	definitions map[string]any
	// section is where the draft keeps definitions.
	section string
	// editor keeps to draft-07, which every editor knows, and adds the
	// messages that some of them show.
	editor bool
}

func newDocumenter(section string, editor bool) documenter {
	return documenter{section: section, editor: editor, definitions: map[string]any{
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
		"perhapsAbsent": map[string]any{
			"description": "Nothing, or a choice that may come to nothing.",
			"anyOf": []any{
				map[string]any{"const": map[string]any{"Ref": "AWS::NoValue"}},
				map[string]any{"type": "object", "required": []string{"Fn::If"}, "maxProperties": 1},
			},
		},
		"dynamicReference": map[string]any{
			"description": "A dynamic reference, which CloudFormation resolves.",
			"type":        "string",
			"pattern":     `\{\{resolve:`,
		},
	}}
}

func (d documenter) ref(definition string) map[string]any {
	return map[string]any{"$ref": "#/" + d.section + "/" + definition}
}

// describe adds to a form what editors say when a value has not that form.
func (d documenter) describe(form map[string]any, message string) map[string]any {
	if d.editor {
		form["errorMessage"] = message
	}
	return form
}

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
			given[name] = not(d.ref("perhapsAbsent"))
		}
		both := map[string]any{"required": pair[:], "properties": given}
		if d.editor {
			rules = append(rules, map[string]any{"if": both, "then": never(pair[0], "This cannot be combined with "+pair[1]+"; remove one of them.")})
		} else {
			rules = append(rules, not(both))
		}
	}
	if rules != nil {
		object["allOf"] = rules
	}
	return object
}

// never refuses a property whatever its value is: null is not one either. Unlike
// not, it tells an editor where and why.
func never(name, message string) map[string]any {
	return map[string]any{"properties": map[string]any{name: map[string]any{"type": "null", "errorMessage": message}}}
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
		entry["not"] = d.ref("noValue")
	}
	entry["anyOf"] = append(d.forms(p), d.unresolvedForms(p)...)
	return entry
}

// forms are the ways to write a value out.
func (d documenter) forms(p property) []any {
	switch p.kind {
	case object:
		d.definitions[p.name] = d.object(p)
		return []any{d.ref(p.name)}
	case anyObject:
		return []any{map[string]any{"type": "object"}}
	case integer:
		return []any{
			map[string]any{"type": "integer", "minimum": p.least, "maximum": p.most},
			d.describe(
				map[string]any{"type": "string", "pattern": `^` + rangePattern(p.least, p.most) + `(\.0+)?$`},
				fmt.Sprintf("This must be a whole number (allowed %d-%d %s).", p.least, p.most, p.unit),
			),
		}
	case textList:
		return []any{d.listForm(p)}
	case idList:
		item := strings.TrimSuffix(strings.TrimPrefix(p.pattern, "^"), "$")
		spaced := `[ \t\r\n]*` + item + `[ \t\r\n]*`
		return []any{d.listForm(p), d.describe(
			map[string]any{"type": "string", "pattern": fmt.Sprintf("^%s(,%s){0,%d}$", spaced, spaced, p.maxItems-1)},
			fmt.Sprintf("This must be a list of 1-%d ids, or one text of them, separated by commas; each %s.", p.maxItems, p.shape),
		)}
	case nameOrList:
		return append(d.textForms(p), d.listForm(p))
	default:
		return d.textForms(p)
	}
}

// listForm is a list. {"Ref": "AWS::NoValue"} does not count as an item.
func (d documenter) listForm(p property) map[string]any {
	items := p
	items.kind = text
	list := map[string]any{
		"type":  "array",
		"items": map[string]any{"anyOf": append(d.textForms(p), d.unresolvedForms(items)...)},
	}
	if !p.emptyList {
		list["contains"] = not(d.ref("noValue"))
	}
	switch {
	case d.editor && p.maxItems > 0:
		// Draft-07 cannot count the items of a kind: with such an item, no
		// length is checked.
		list["anyOf"] = []any{map[string]any{"maxItems": p.maxItems}, map[string]any{"contains": d.ref("noValue")}}
	case !d.editor && p.maxItems > 0:
		list["minContains"], list["maxContains"] = 1, p.maxItems
	case !d.editor && !p.emptyList:
		list["minContains"] = 1
	}
	return list
}

// textForms are the ways to write one text: a plain number is one too, where
// its digits can be the value.
func (d documenter) textForms(p property) []any {
	var forms []any
	if len(p.allowed) > 0 {
		forms = append(forms, map[string]any{"type": "string", "enum": p.allowed})
	}
	if p.pattern != "" {
		forms = append(forms, d.describe(map[string]any{"type": "string", "pattern": p.pattern}, "This must be "+p.expected()+"."))
	}
	if forms == nil {
		forms = append(forms, map[string]any{"type": "string"})
	}
	if p.takesNumbers() {
		forms = append(forms, map[string]any{"type": "integer"})
	}
	if p.unquoted != "" {
		// A text to YAML 1.2, a boolean to CloudFormation.
		forms = append(forms, map[string]any{"const": p.truths["true"] == p.unquoted})
	}
	return forms
}

// expected says what a text may be.
func (p property) expected() string {
	if len(p.allowed) == 0 {
		return p.shape
	}
	return "one of " + strings.Join(p.allowed, ", ") + ", or " + p.shape
}

// unresolvedForms are the values that only the deployment knows. A dynamic
// reference gives a text, never a list or an object.
func (d documenter) unresolvedForms(p property) []any {
	switch {
	case p.writtenOut:
		return nil
	case p.kind == object, p.kind == anyObject, p.kind == textList:
		return []any{d.ref("intrinsic")}
	default:
		return []any{d.ref("intrinsic"), d.ref("dynamicReference")}
	}
}
