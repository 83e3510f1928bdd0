package schema

// TemplateDocumentID identifies the JSON Schema of a whole template.
const TemplateDocumentID = "https://github.com/attini-go/runner/schema/template.schema.json"

// TemplateDocument returns the JSON Schema of a whole CloudFormation template,
// indented, for editors, which check files and not resources. It says something
// about Runners and deployment plans, and leaves everything else alone.
//
// It is of draft-07, which every editor knows, and has the keyword errorMessage,
// which some of them show. What it says of a Runner is what Document says, but
// that it does not count a list with {"Ref": "AWS::NoValue"} in it.
func TemplateDocument() []byte {
	d := newDocumenter("definitions", true)
	runner := d.object(described())
	runner["title"], runner["description"] = RunnerType, described().description
	d.definitions["Runner"] = runner
	d.definitions["DeploymentPlan"] = planSchema(d.states())
	d.definitions["resource"] = map[string]any{
		"properties": map[string]any{
			"Type": map[string]any{"anyOf": []any{
				map[string]any{"enum": []string{RunnerType, planType}},
				map[string]any{}, // every other type is somebody else's
			}},
		},
		"allOf": []any{d.of(RunnerType, "Runner"), d.of(planType, "DeploymentPlan")},
	}
	return encoded(map[string]any{
		"$schema":     "http://json-schema.org/draft-07/schema#",
		"$id":         TemplateDocumentID,
		"title":       "CloudFormation template with an " + RunnerType,
		"description": "A CloudFormation template. Its Runners and deployment plans are checked, everything else is not.",
		"type":        "object",
		"properties": map[string]any{
			"Resources": map[string]any{
				"description":          "The stack's resources by logical id.",
				"type":                 "object",
				"additionalProperties": d.ref("resource"),
			},
		},
		"definitions": d.definitions,
	})
}

// of applies a definition to the resources of a type. What is not an object, such
// as the list of a Fn::ForEach, has no type.
func (d documenter) of(resourceType, definition string) map[string]any {
	return map[string]any{
		"if": map[string]any{
			"type":       "object",
			"properties": map[string]any{"Type": map[string]any{"const": resourceType}},
			"required":   []string{"Type"},
		},
		"then": d.ref(definition),
	}
}
