package schema

// stepDescription says what a step of a type does.
func stepDescription(kind string) string {
	switch kind {
	case CfnStep:
		return "The CloudFormation stack that the step deploys or deletes. Its outputs are the step's output."
	case SamStep:
		return "The SAM project that a runner packages, and the stack that is then deployed."
	case CdkStep:
		return "The CDK app that a runner deploys. The outputs of its stacks, by stack, are the step's output."
	default:
		return "The document, and what the step's output has of it."
	}
}

// stepObject describes an object of a step's properties to a JSON Schema. A name that
// ends in .$ takes its value from the payload, in JSONPath.
func (d documenter) stepObject(known []StepProperty) map[string]any {
	properties := map[string]any{}
	var required []any
	for _, p := range known {
		form := d.stepForm(p)
		form["description"] = p.Description
		properties[p.Name] = form
		if !p.Literal {
			properties[p.Name+".$"] = map[string]any{"description": "The path in the step's input to this: " + p.Description, "type": "string"}
		}
		switch {
		case p.Required && p.Literal:
			required = append(required, map[string]any{"required": []string{p.Name}})
		case p.Required:
			required = append(required, map[string]any{"anyOf": []any{
				map[string]any{"required": []string{p.Name}}, map[string]any{"required": []string{p.Name + ".$"}},
			}})
		}
	}
	object := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		object["allOf"] = required
	}
	return object
}

func (d documenter) stepForm(p StepProperty) map[string]any {
	scalar := []string{"string", "number", "boolean", "object"} // an object is an intrinsic function
	expression := map[string]any{"type": "string", "pattern": `^\{%[\s\S]*%\}$`}
	switch {
	case p.Runner:
		return map[string]any{"type": []string{"string", "object"}}
	case p.Kind == StepFlag && p.Literal:
		return map[string]any{"enum": []any{true, false, "true", "false"}}
	case p.Kind == StepFlag:
		return map[string]any{"type": []string{"boolean", "string", "object"}}
	case p.Kind == StepText && len(p.Values) > 0:
		return map[string]any{"anyOf": []any{
			map[string]any{"enum": p.Values}, expression, d.ref("intrinsic"), map[string]any{"type": "string", "pattern": `\$\{`},
		}}
	case p.Kind == StepText:
		return map[string]any{"type": scalar}
	case p.Kind == StepTexts:
		return map[string]any{"anyOf": []any{map[string]any{"type": "object", "additionalProperties": map[string]any{"type": scalar}}, expression}}
	case p.Kind == StepList:
		return map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": map[string]any{"type": scalar}}, expression}}
	case p.Kind == StepObjects:
		return map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": d.stepObject(p.Of)}, expression}}
	default:
		return d.stepObject(p.Of)
	}
}
