package schema

// planType is the resource type of a deployment plan. What is in one is the
// business of package plan; these documents name its properties, so that an
// editor can offer and explain them.
const planType = "Attini::Deploy::DeploymentPlan"

const planDescription = "The steps of a deployment: a state machine whose jobs run on the template's Runners."

// planProperty is a property of a deployment plan.
type planProperty struct {
	name, description string
	// types are JSON's; intrinsic functions are objects.
	types    []string
	required bool
}

func planProperties() []planProperty {
	return []planProperty{
		{
			name: "DeploymentPlan", types: []string{"object", "array"}, required: true,
			description: "The steps: an object with StartAt and States, or a list of steps of which each is followed by the next.",
		},
		{
			name: "DefaultRunner", types: []string{"string", "object"},
			description: "The logical id of the Runner of every AttiniRunnerJob that names none.",
		},
		{
			name: "DefinitionSubstitutions", types: []string{"object"},
			description: "Texts by name; each takes the place of ${name} in the steps.",
		},
		{
			name: "PayloadDefaults", types: []string{"object"},
			description: "What the payload of the first step holds before anything is laid over it.",
		},
		{
			name: "PermissionsBoundary", types: []string{"string", "object"},
			description: "ARN of a permissions boundary for the role that is made for the state machine.",
		},
		{
			name: "Policies", types: []string{"string", "array", "object"},
			description: "Policies of the role that is made for the state machine, as in AWS::Serverless::StateMachine. They cannot be combined with RoleArn.",
		},
		{
			name: "Prewarm", types: []string{"boolean", "string"},
			description: "Whether an execution starts with starting the runners to which every way through the plan comes; true unless it is given.",
		},
		{
			name: "RoleArn", types: []string{"string", "object"},
			description: "IAM role that the state machine takes. It cannot be combined with Policies.",
		},
		{
			name: "Tags", types: []string{"object"},
			description: "The state machine's tags: texts by name.",
		},
	}
}

// planObject describes the properties to a JSON Schema, and lists those that
// are required.
func planObject() (properties map[string]any, required []string) {
	properties = map[string]any{}
	for _, p := range planProperties() {
		properties[p.name] = map[string]any{"description": p.description, "type": p.types}
		if p.required {
			required = append(required, p.name)
		}
	}
	return properties, required
}

// planSchema is the JSON Schema of a deployment plan.
func planSchema(states map[string]any) map[string]any {
	properties, required := planObject()
	states["description"] = planProperties()[0].description
	properties["DeploymentPlan"] = states
	return map[string]any{
		"title":       planType,
		"description": planDescription,
		"type":        "object",
		"properties": map[string]any{
			"Type": map[string]any{"description": "The resource's type.", "const": planType},
			propertiesKey: map[string]any{
				"description":          "The plan's properties.",
				"type":                 "object",
				"properties":           properties,
				"required":             required,
				"additionalProperties": false,
			},
		},
		"required": []string{"Type", propertiesKey},
	}
}
