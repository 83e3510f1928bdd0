package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// DocumentID identifies the JSON Schema; editors may fetch it by that name.
const DocumentID = "https://github.com/attini-go/runner/schema/runner.schema.json"

// Document returns the JSON Schema (draft 2020-12) of a Runner resource,
// indented: the same rules that Read applies to values written out.
func Document() []byte {
	document := map[string]any{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"$id":         DocumentID,
		"title":       RunnerType,
		"description": "A warm runner for the shell jobs of a deployment plan.",
		"type":        "object",
		"properties": map[string]any{
			"Type":                map[string]any{"const": RunnerType},
			"Properties":          map[string]any{"$ref": "#/$defs/Runner"},
			"Condition":           map[string]any{"type": "string"},
			"DependsOn":           map[string]any{"type": []string{"string", "array"}, "items": map[string]any{"type": "string"}},
			"Metadata":            map[string]any{"type": "object"},
			"DeletionPolicy":      map[string]any{"type": "string"},
			"UpdateReplacePolicy": map[string]any{"type": "string"},
		},
		"required":             []string{"Type"},
		"additionalProperties": false,
		"$defs":                definitions(),
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		panic(fmt.Sprintf("encode the JSON Schema: %v", err)) // it holds nothing but texts, numbers, lists and maps
	}
	return text.Bytes()
}

func definitions() map[string]any {
	defs := map[string]any{
		"intrinsic": map[string]any{
			"description":          "An intrinsic function, which CloudFormation resolves.",
			"type":                 "object",
			"minProperties":        1,
			"maxProperties":        1,
			"patternProperties":    map[string]any{"^(Ref$|Condition$|Fn::)": true},
			"additionalProperties": false,
		},
		"dynamicReference": map[string]any{
			"description": "A dynamic reference, which CloudFormation resolves.",
			"type":        "string",
			"pattern":     `\{\{resolve:`,
		},
	}
	define(defs, "Runner", runnerProperties())
	if runner, ok := defs["Runner"].(map[string]any); ok {
		var rules []any
		for _, pair := range exclusive() {
			rules = append(rules, map[string]any{"not": map[string]any{"required": pair[:]}})
		}
		runner["allOf"] = rules
	}
	return defs
}

// define adds an object's definition, and those of the objects inside it.
func define(defs map[string]any, name string, properties []property) {
	described := map[string]any{}
	required := []string{}
	for _, p := range properties {
		entry := p.schema()
		if p.kind == object {
			define(defs, p.name, p.of)
			entry["anyOf"] = []any{map[string]any{"$ref": "#/$defs/" + p.name}, intrinsicRef()}
		}
		described[p.name] = entry
		if p.required {
			required = append(required, p.name)
		}
	}
	defs[name] = map[string]any{
		"type": "object", "properties": described, "required": required, "additionalProperties": false,
	}
}

func intrinsicRef() map[string]any { return map[string]any{"$ref": "#/$defs/intrinsic"} }

func (p property) schema() map[string]any {
	entry := map[string]any{"description": p.description}
	if p.fallback != nil {
		entry["default"] = p.fallback
	}
	unresolved := []any{intrinsicRef(), map[string]any{"$ref": "#/$defs/dynamicReference"}}
	switch p.kind {
	case integer:
		entry["description"] = fmt.Sprintf("%s Allowed: %d-%d %s.", p.description, p.least, p.most, p.unit)
		entry["anyOf"] = append([]any{
			map[string]any{"type": "integer", "minimum": p.least, "maximum": p.most},
			map[string]any{"type": "string", "pattern": "^-?[0-9]+$"},
		}, unresolved...)
	case text:
		entry["anyOf"] = append([]any{p.item()}, unresolved...)
	case textList, idList:
		list := map[string]any{
			"type":  "array",
			"items": map[string]any{"anyOf": append([]any{p.item()}, unresolved...)},
		}
		if !p.emptyList {
			list["minItems"] = 1
		}
		if p.maxItems > 0 {
			list["maxItems"] = p.maxItems
		}
		forms := []any{list}
		if p.kind == idList {
			forms = append(forms, map[string]any{"type": "string", "minLength": 1})
		}
		entry["anyOf"] = append(forms, unresolved...)
	}
	return entry
}

// item is a text, or one text of a list. A number is taken as its own text.
func (p property) item() map[string]any {
	item := map[string]any{"type": []string{"string", "number"}}
	if len(p.allowed) > 0 {
		item = map[string]any{"type": "string", "enum": p.allowed}
	}
	if p.pattern != "" {
		item["pattern"] = p.pattern
	}
	return item
}
