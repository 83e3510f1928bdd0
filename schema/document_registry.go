package schema

import "strings"

// RegistryDocument returns the JSON Schema of a Runner, indented, in the form
// of the CloudFormation registry: of the properties alone, and of resolved
// values. Tools that know resource types by such schemas, like cfn-lint, then
// know this one. The type is not in the registry, so the document names neither
// handlers nor an identifier.
func RegistryDocument() []byte {
	definitions := map[string]any{}
	top := described()
	for _, p := range top.of {
		if p.name == propertiesKey {
			document := registryObject(p, definitions)
			document["typeName"] = RunnerType
			document["description"] = top.description
			document["definitions"] = definitions
			return encoded(document)
		}
	}
	panic("the description of a Runner has no " + propertiesKey)
}

// PlanRegistryDocument is the same of a deployment plan. It has no attributes:
// the expansion makes a state machine of it, with a logical id of its own.
func PlanRegistryDocument() []byte {
	properties, required := planObject()
	return encoded(map[string]any{
		"typeName":             planType,
		"description":          planDescription,
		"properties":           properties,
		"required":             required,
		"additionalProperties": false,
	})
}

// registryObject is an object; the objects in it go to definitions.
func registryObject(p property, definitions map[string]any) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, inside := range p.of {
		properties[inside.name] = registryProperty(inside, definitions)
		if inside.required {
			required = append(required, inside.name)
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["required"] = required
	}
	return object
}

func registryProperty(p property, definitions map[string]any) map[string]any {
	if p.kind == object {
		definitions[p.name] = registryObject(p, definitions)
		return map[string]any{"$ref": "#/definitions/" + p.name}
	}
	entry := map[string]any{"description": p.description}
	if p.fallback != nil {
		entry["default"] = p.fallback
	}
	switch p.kind {
	case integer:
		entry["type"], entry["minimum"], entry["maximum"] = "integer", p.least, p.most
	case idList:
		item := strings.TrimSuffix(strings.TrimPrefix(p.pattern, "^"), "$")
		entry["type"] = []string{"array", "string"}
		entry["items"] = map[string]any{"type": "string", "pattern": p.pattern}
		entry["minItems"], entry["maxItems"] = 1, p.maxItems
		entry["pattern"] = `^\s*` + item + `\s*(,\s*` + item + `\s*)*$`
	case textList:
		entry["type"], entry["items"] = "array", map[string]any{"type": "string"}
	default:
		entry["type"] = "string"
		registryText(p, entry)
	}
	return entry
}

// registryText bounds a text: by its values, its pattern, or either.
func registryText(p property, entry map[string]any) {
	switch allowed, pattern := len(p.allowed) > 0, p.pattern != ""; {
	case allowed && pattern:
		entry["anyOf"] = []any{map[string]any{"enum": p.allowed}, map[string]any{"pattern": p.pattern}}
	case allowed:
		entry["enum"] = p.allowed
	case pattern:
		entry["pattern"] = p.pattern
	}
}
