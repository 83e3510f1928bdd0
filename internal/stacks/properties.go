package stacks

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/schema"
)

// Names of failures, as users' Retry and Catch know them.
const (
	// ErrorConfig: the configuration, the template and the parameters do not fit.
	ErrorConfig = "StackConfigError"
	// ErrorBusy: the stack is busy, or in a region or account of which no events come.
	// The step's own Retry takes it up.
	ErrorBusy = "IsExecuting"
	// ErrorFormat: a property has a wrong type.
	ErrorFormat = "IllegalFormatException"
	// ErrorUnknown: CloudFormation gives no reason.
	ErrorUnknown = "Unknown"
)

func configFailure(format string, values ...any) *message.Failure {
	return &message.Failure{Name: ErrorConfig, Cause: fmt.Sprintf(format, values...)}
}

// Properties are those of a step, resolved by Step Functions.
type Properties struct {
	// Texts are the scalars by the property's name.
	Texts map[string]string
	// Parameters, Tags and Variables are by their own names.
	Parameters, Tags, Variables map[string]string
}

// ReadProperties reads the Properties of a step. Scalars become texts; the error is a
// *message.Failure that names everything of a wrong type. Other properties are left out:
// validate reports them.
func ReadProperties(raw json.RawMessage) (Properties, error) {
	p := Properties{Texts: map[string]string{}}
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil || values == nil {
		return p, &message.Failure{Name: ErrorFormat, Cause: "Properties must be an object"}
	}
	var wrong []string
	known, _ := schema.StepProperties(schema.CfnStep)
	for _, property := range known {
		value := values[property.Name]
		switch {
		case isNull(value):
		case property.Kind == schema.StepTexts:
			texts, found := readTexts(property.Name, value)
			wrong = append(wrong, found...)
			switch property.Name {
			case "Parameters":
				p.Parameters = texts
			case "Tags":
				p.Tags = texts
			case "Variables":
				p.Variables = texts
			}
		default:
			text, ok := scalarText(value)
			if !ok {
				wrong = append(wrong, property.Name+" must be a text")
				continue
			}
			p.Texts[property.Name] = text
		}
	}
	if len(wrong) > 0 {
		return p, &message.Failure{Name: ErrorFormat, Cause: strings.Join(wrong, "; ")}
	}
	return p, nil
}

func readTexts(name string, raw json.RawMessage) (texts map[string]string, wrong []string) {
	var values map[string]json.RawMessage
	if json.Unmarshal(raw, &values) != nil {
		return nil, []string{name + " must be an object of texts by name"}
	}
	texts = make(map[string]string, len(values))
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if isNull(values[key]) {
			continue
		}
		text, ok := scalarText(values[key])
		if !ok {
			wrong = append(wrong, name+"."+key+" must be a text")
			continue
		}
		texts[key] = text
	}
	return texts, wrong
}

func isNull(raw json.RawMessage) bool {
	trimmed := bytes.TrimSpace(raw)
	return len(trimmed) == 0 || string(trimmed) == "null"
}

// scalarText is the text of a scalar; a number keeps its digits.
func scalarText(raw json.RawMessage) (text string, ok bool) {
	trimmed := bytes.TrimSpace(raw)
	switch trimmed[0] {
	case '{', '[':
		return "", false
	case '"':
		return text, json.Unmarshal(trimmed, &text) == nil
	}
	return string(trimmed), true
}
