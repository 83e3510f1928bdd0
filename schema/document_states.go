package schema

import (
	"maps"
	"slices"

	"github.com/attini-go/runner/asl"
)

// The step types that the States Language does not have. What they become is
// the business of package plan.
const (
	jobStep    = "AttiniRunnerJob"
	invokeStep = "AttiniLambdaInvoke"
	mergeStep  = "AttiniMergeOutput"
)

func ownSteps() []string {
	return []string{jobStep, invokeStep, mergeStep, CfnStep, SamStep, CdkStep, ApprovalStep, ImportStep, MapStep}
}

// states adds the definitions of a plan's steps, made from the States Language's
// own tables, and returns the schema of a whole plan in both syntaxes.
func (d documenter) states() map[string]any {
	for _, part := range []string{
		asl.PartMachine, asl.PartBranch, asl.PartItemProcessor, asl.PartProcessorConfig, asl.PartRetrier, asl.PartCatcher, asl.PartChoiceRule,
		asl.PartItemReader, asl.PartReaderConfig, asl.PartItemBatcher, asl.PartResultWriter, asl.PartWriterConfig, asl.PartCredentials,
	} {
		d.definitions[part] = d.fields(asl.FieldsOfPart(part), nil)
	}
	for _, kind := range asl.StateTypes() {
		d.definitions["state"+kind] = d.fields(asl.FieldsOf(kind), nil)
		d.definitions["step"+kind] = d.fields(asl.FieldsOf(kind), d.stepFields(asl.FieldsOf(kind)))
	}
	for _, kind := range ownSteps() {
		if known, ok := StepProperties(kind); ok && len(known) > 0 {
			d.definitions["properties"+kind] = d.stepObject(known)
		}
		d.definitions["state"+kind] = d.fields(ownFields(kind), d.ownProperties(kind))
		step := d.ownProperties(kind)
		maps.Copy(step, d.stepFields(ownFields(kind)))
		d.definitions["step"+kind] = d.fields(ownFields(kind), step)
	}
	d.definitions["stepCatcher"] = d.fields(asl.FieldsOfPart(asl.PartCatcher), map[string]any{
		"Steps": withDescription(d.ref("steps"), "The steps that run after the error, in place of Next. The plan goes on after them as after the step itself. The error is at $.error unless ResultPath is given."),
	})
	// A Choice of a list has its branches in place of its rules.
	d.definitions["stepChoice"] = d.fields(asl.FieldsOf("Choice")[:2], map[string]any{
		"Name":      stepName()["Name"],
		"Condition": withDescription(d.ref(asl.PartChoiceRule), "The rule that decides: Variable and a comparison, And, Or or Not."),
		"IsTrue":    withDescription(d.ref("steps"), "The steps that run if the rule holds."),
		"IsFalse":   withDescription(d.ref("steps"), "The steps that run if it does not."),
	})
	d.definitions["state"] = d.byType("state", "A step of the plan: a state of the Amazon States Language, or one of Attini's own.", nil)
	d.definitions["step"] = d.byType("step", "A step of a list; the next one follows it.", []string{"Name"})
	d.definitions["steps"] = map[string]any{"description": "Steps, each followed by the next.", "type": "array", "items": d.ref("step")}
	return map[string]any{"anyOf": []any{d.ref("steps"), d.ref(asl.PartMachine)}, "examples": planExamples()}
}

// stepFields are what a step of a list has in its own way: a Name, and catchers with
// steps.
func (d documenter) stepFields(fields []asl.Field) map[string]any {
	own := stepName()
	for _, f := range fields {
		if f.Name == "Catch" {
			catch := d.field(f)
			catch["items"] = d.ref("stepCatcher")
			own[f.Name] = catch
		}
	}
	return own
}

func stepName() map[string]any {
	return map[string]any{"Name": map[string]any{"type": "string", "description": "The step's name, unique in the whole plan; its output is at output.Name."}}
}

// withDescription adds a description to a reference, which draft-07 ignores beside $ref.
func withDescription(schema map[string]any, description string) map[string]any {
	return map[string]any{"description": description, "allOf": []any{schema}}
}

// byType applies the definition of a step's type.
func (d documenter) byType(prefix, description string, required []string) map[string]any {
	types := append(ownSteps(), asl.StateTypes()...)
	var rules []any
	for _, kind := range types {
		rules = append(rules, map[string]any{
			"if":   map[string]any{"properties": map[string]any{"Type": map[string]any{"const": kind}}, "required": []string{"Type"}},
			"then": d.ref(prefix + kind),
		})
	}
	return map[string]any{
		"description": description, "type": "object", "required": append([]string{"Type"}, required...), "allOf": rules,
		"properties": map[string]any{"Type": map[string]any{"description": "The step's type.", "enum": types}},
		"examples":   []any{map[string]any{"Type": jobStep, "Properties": map[string]any{"Commands": []string{"make"}}, "End": true}},
	}
}

// fields is an object with fields of the language, and others beside them.
func (d documenter) fields(fields []asl.Field, more map[string]any) map[string]any {
	properties := map[string]any{}
	for _, f := range fields {
		properties[f.Name] = d.field(f)
	}
	for name, schema := range more {
		properties[name] = schema
	}
	return map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
}

func (d documenter) field(f asl.Field) map[string]any {
	form := d.form(f)
	text := f.Doc
	if f.Language != "" {
		text += " Only in " + string(f.Language) + "."
	}
	if f.Computed {
		form = map[string]any{"anyOf": []any{form, map[string]any{"description": "A JSONata expression.", "type": "string", "pattern": `^\{%[\s\S]*%\}$`}}}
		text += " In JSONata also {% … %}."
	}
	form["description"] = text
	return form
}

func (d documenter) form(f asl.Field) map[string]any {
	switch f.Type {
	case asl.FlagField:
		return map[string]any{"type": "boolean"}
	case asl.IntegerField, asl.NumberField:
		return numberForm(f)
	case asl.TextField, asl.TimestampField, asl.ReferenceField, asl.TextPathField:
		if len(f.Values) > 0 {
			return map[string]any{"anyOf": []any{map[string]any{"enum": f.Values}, d.ref("intrinsic")}}
		}
		return map[string]any{"type": []string{"string", "object"}} // an object is an intrinsic function
	case asl.PathField, asl.ResultField:
		return map[string]any{"type": []string{"string", "null", "object"}, "pattern": `^\$`}
	case asl.ExpressionField:
		return map[string]any{"type": []string{"string", "boolean"}}
	case asl.TextsField:
		return map[string]any{"type": "array", "items": map[string]any{"type": []string{"string", "object"}}}
	case asl.StructureField:
		return d.structure(f.Name)
	default:
		return map[string]any{}
	}
}

func numberForm(f asl.Field) map[string]any {
	form := map[string]any{"type": "number"}
	if f.Type == asl.IntegerField {
		form["type"] = "integer"
	}
	if f.Min >= 0 {
		form["minimum"] = f.Min
	}
	if f.Max > 0 {
		form["maximum"] = f.Max
	}
	return form
}

// structure is a field that has fields of its own.
func (d documenter) structure(name string) map[string]any {
	listOf := func(part string) map[string]any { return map[string]any{"type": "array", "items": d.ref(part)} }
	switch name {
	case "States":
		return map[string]any{"type": "object", "additionalProperties": d.ref("state")}
	case "Branches":
		return map[string]any{"type": "array", "items": map[string]any{"anyOf": []any{d.ref("steps"), d.ref(asl.PartBranch)}}}
	case "ItemProcessor", "Iterator":
		return map[string]any{"anyOf": []any{d.ref("steps"), d.ref(asl.PartItemProcessor)}}
	case "Retry":
		return listOf(asl.PartRetrier)
	case "Catch":
		return listOf(asl.PartCatcher)
	case "Choices", "And", "Or":
		return listOf(asl.PartChoiceRule)
	case "Not":
		return map[string]any{"allOf": []any{d.ref(asl.PartChoiceRule)}}
	default: // named as its part is
		return map[string]any{"allOf": []any{d.ref(name)}}
	}
}

// ownFields are those of a Task that a step of Attini's own may have.
func ownFields(kind string) []asl.Field {
	if kind == MapStep {
		return asl.FieldsOf("Map")
	}
	return slices.DeleteFunc(asl.FieldsOf("Task"), func(f asl.Field) bool {
		called := f.Name == "Parameters" || f.Name == "Arguments"
		return f.Name == "Resource" || f.Name == "Credentials" || called && kind != invokeStep
	})
}

func (d documenter) ownProperties(kind string) map[string]any {
	if known, ok := StepProperties(kind); ok && len(known) > 0 {
		return map[string]any{propertiesKey: withDescription(d.ref("properties"+kind), stepDescription(kind))}
	}
	if kind != jobStep {
		return map[string]any{}
	}
	texts := map[string]any{"type": []string{"string", "number", "boolean", "object"}}
	return map[string]any{"Properties": map[string]any{
		"description": "What the job runs, and where.", "type": "object", "additionalProperties": false,
		"properties": map[string]any{
			"Runner":        map[string]any{"description": "The logical id of the Runner; the plan's DefaultRunner by default.", "type": []string{"string", "object"}},
			"Commands":      map[string]any{"description": "Shell commands, run one after the other in one shell; the first that fails ends the job. In JSONata also {% … %}.", "type": []string{"array", "string"}, "items": texts},
			"Commands.$":    map[string]any{"description": "The path to the commands in the step's input.", "type": "string"},
			"Environment":   map[string]any{"description": "Environment variables by name; a name that ends in .$ takes its value from the step's input.", "type": []string{"object", "string"}, "additionalProperties": texts},
			"Environment.$": map[string]any{"description": "The path to the variables in the step's input.", "type": "string"},
		},
		"examples": []any{map[string]any{"Commands": []string{"make", `echo '{"built": true}' > "$ATTINI_OUTPUT"`}}},
	}}
}

func planExamples() []any {
	return []any{[]any{map[string]any{"Name": "Build", "Type": jobStep, "Properties": map[string]any{"Commands": []string{"make"}}}}}
}

// PlanDocument returns the JSON Schema (draft-07) of a plan's steps, indented, for tools that check a plan alone.
func PlanDocument() []byte {
	d := newDocumenter("definitions", true)
	document := d.states()
	document["$schema"] = "http://json-schema.org/draft-07/schema#"
	document["definitions"] = d.definitions
	return encoded(document)
}
