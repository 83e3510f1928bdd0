package plantesting

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// SchemaID identifies the JSON Schema; editors may fetch it by that name.
const SchemaID = "https://github.com/attini-go/runner/schema/plantest.schema.json"

// properties are the descriptions and schemas of an object's keys.
type properties map[string]map[string]any

// SchemaDocument returns the JSON Schema (draft-07, which every editor knows) of a test
// file, indented.
func SchemaDocument() []byte {
	document := object(fileProperties(), "cases")
	document["$schema"] = "http://json-schema.org/draft-07/schema#"
	document["$id"] = SchemaID
	document["title"] = "Tests of an Attini deployment plan"
	document["definitions"] = map[string]any{
		"scalar":   map[string]any{"type": []string{"string", "number", "boolean"}},
		"texts":    map[string]any{"type": "array", "items": reference("scalar")},
		"textsOf":  map[string]any{"type": "object", "additionalProperties": reference("scalar")},
		"duration": map[string]any{"type": []string{"string", "number"}, "description": "Seconds, or a duration such as 1m30s."},
		"answer": object(properties{
			"result":  described("The task's whole result.", nil),
			"payload": described("Of lambda:invoke: what the function returns.", nil),
			"error":   described("The name of the error with which the task fails.", map[string]any{"type": "string"}),
			"cause":   described("Why, for people.", map[string]any{"type": "string"}),
			"delay":   described("How long the answer takes, in virtual time.", reference("duration")),
		}),
		"answers": map[string]any{"anyOf": []any{reference("answer"), map[string]any{"type": "array", "minItems": 1, "items": reference("answer"), "description": "An answer for each attempt; the last one also for those after it."}}},
		"mock": map[string]any{"anyOf": []any{reference("answers"), object(properties{
			"iterations": described("Answers by the index of the innermost Map iteration; default for the others.", map[string]any{
				"anyOf": []any{map[string]any{"type": "array", "items": reference("mock")}, map[string]any{"type": "object", "additionalProperties": reference("mock")}},
			}),
		}, "iterations")}},
		"case":   object(caseProperties(), "name"),
		"expect": object(expectProperties()),
		"job":    object(jobProperties()),
	}
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(document); err != nil {
		panic(fmt.Sprintf("encode the JSON Schema: %v", err)) // it holds nothing but texts, lists and maps
	}
	return text.Bytes()
}

func object(keys properties, required ...string) map[string]any {
	schema := map[string]any{"type": "object", "additionalProperties": false, "properties": keys}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func reference(name string) map[string]any { return map[string]any{"$ref": "#/definitions/" + name} }

// described is a schema with a description. Beside $ref, draft-07 ignores everything.
func described(text string, schema map[string]any) map[string]any {
	described := map[string]any{"description": text}
	if _, refers := schema["$ref"]; refers {
		described["allOf"] = []any{schema}
		return described
	}
	for key, value := range schema {
		described[key] = value
	}
	return described
}

func text() map[string]any { return map[string]any{"type": "string"} }

func values() map[string]any { return map[string]any{"type": "object"} }

// settingProperties are those of a file and of a case.
func settingProperties() properties {
	return properties{
		"parameters": described("The stack's parameters.", map[string]any{"type": "object", "additionalProperties": map[string]any{"anyOf": []any{reference("scalar"), reference("texts")}}}),
		"input":      described("Laid over the payload of the first step.", values()),
		"mocks":      described("Answers of Task states and of jobs, by the state's name.", map[string]any{"type": "object", "additionalProperties": reference("mock")}),
		"items":      described("The files that ItemReaders of distributed Maps read, by the state's name.", map[string]any{"type": "object", "additionalProperties": text()}),
		"jobs":       described("inspect: jobs without a mock succeed with {}; run: they run on this machine.", map[string]any{"enum": []string{jobsInspect, jobsRun}, "default": jobsInspect}),
		"start":      described("When the run begins. Default: 2026-01-01T00:00:00Z.", map[string]any{"type": "string", "format": "date-time"}),
	}
}

func fileProperties() properties {
	keys := settingProperties()
	keys["template"] = described("The template, as seen from this file. Default: the file with the same name before .plantest.yaml.", text())
	keys["lookups"] = described("What only AWS knows: the file of --lookups, as seen from this file.", text())
	keys["cases"] = described("The runs of the plan.", map[string]any{"type": "array", "minItems": 1, "items": reference("case")})
	return keys
}

func caseProperties() properties {
	keys := settingProperties()
	keys["name"] = described("What the case shows; unique in the file.", map[string]any{"type": "string", "minLength": 1})
	keys["expect"] = described("What the run must do. Without it, the run must succeed.", reference("expect"))
	return keys
}

func expectProperties() properties {
	return properties{
		"status":   described("How the run ends. Default: SUCCEEDED, and FAILED where an error or a cause is expected.", map[string]any{"enum": []string{"SUCCEEDED", "FAILED"}}),
		"error":    described("The name of the error with which the run fails.", text()),
		"cause":    described("A part of the error's cause.", text()),
		"states":   described("All states in the order of their entry; those in a Parallel or a Map follow it, branch by branch. \"...\" stands for any number of states.", reference("texts")),
		"never":    described("States that are not entered, by name or path.", reference("texts")),
		"payload":  described("Parts of the final payload by JSONPath; of a run that fails, of what the failed state of the top level got.", values()),
		"absent":   described("JSONPaths of the payload at which there is nothing.", reference("texts")),
		"caught":   described("All errors that catchers took, by the path of the state.", reference("textsOf")),
		"attempts": described("How often states were tried, by path.", map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "integer", "minimum": 1}}),
		"takes":    described("How long the run takes in virtual time: seconds, or a duration such as 1h30m.", reference("duration")),
		"jobs": described("What jobs are given, by path: of the last attempt, or a list with each attempt.", map[string]any{
			"type":                 "object",
			"additionalProperties": map[string]any{"anyOf": []any{reference("job"), map[string]any{"type": "array", "items": reference("job")}}},
		}),
	}
}

func jobProperties() properties {
	return properties{
		"runner":      described("The Runner's logical id.", text()),
		"commands":    described("All commands.", reference("texts")),
		"environment": described("Variables of the step's Environment; others are not looked at.", reference("textsOf")),
		"input":       described("Parts of ATTINI_INPUT by JSONPath.", values()),
	}
}
