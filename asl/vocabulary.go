package asl

import "slices"

// QueryLanguage is the language of a state's expressions.
type QueryLanguage string

// The query languages. A field of neither belongs to both.
const (
	JSONPath QueryLanguage = "JSONPath"
	JSONata  QueryLanguage = "JSONata"
)

// FieldType says what a field holds.
type FieldType uint8

// The types of fields.
const (
	TextField       FieldType = iota
	FlagField                 // true or false
	IntegerField              // a whole number
	NumberField               // any number
	TimestampField            // RFC 3339, with a capital T and Z
	PathField                 // a path, or null
	ReferenceField            // a path that names one place
	ResultField               // a reference path into the state's input, or null
	TextPathField             // a reference path, or an intrinsic function that gives a text
	TemplateField             // any JSON, in which parts are replaced
	AnyField                  // any JSON, taken as it is
	ExpressionField           // a JSONata expression
	TextsField                // a list of texts
	StructureField            // an object or a list with a structure of its own
)

// Field describes one field of the language.
type Field struct {
	Name string
	Type FieldType
	// Language is the only query language that has the field; empty for both.
	Language QueryLanguage
	// Min and Max bound a number; both are 0 if nothing does.
	Min, Max float64
	// Values are the only ones of a text; empty for any.
	Values []string
	// Computed says that a state in JSONata may give the field as {% … %}.
	Computed bool
	// Doc says what the field is for, in one sentence.
	Doc string
}

// maxSeconds is the greatest number of seconds that the service takes anywhere.
const maxSeconds = 99_999_999

// maxRetryDelay is the greatest MaxDelaySeconds: the service wants less than 31,622,400.
const maxRetryDelay = 31_622_399

const maxInt32 = 2_147_483_647

// StateTypes lists the types of states.
func StateTypes() []string {
	return []string{"Task", "Pass", "Wait", "Choice", "Parallel", "Map", "Succeed", "Fail"}
}

// FieldsOf lists the fields of a state type, in the order in which they are usually written; nil for a type that does not exist.
func FieldsOf(stateType string) []Field {
	switch stateType {
	case "Task":
		return slices.Concat(commonFields(), filterFields(), argumentFields(), taskFields(), resultFields(), flowFields(), failureFields())
	case "Pass":
		return slices.Concat(commonFields(), filterFields(), parameterFields(), passFields(), flowFields(), assignFields())
	case "Wait":
		return slices.Concat(commonFields(), filterFields(), waitFields(), flowFields(), assignFields())
	case "Choice":
		return slices.Concat(commonFields(), filterFields(), choiceFields(), assignFields())
	case "Parallel":
		return slices.Concat(commonFields(), filterFields(), argumentFields(), []Field{
			{Name: "Branches", Type: StructureField, Doc: "The machines that run at once, each with the state's input."},
		}, resultFields(), flowFields(), failureFields())
	case "Map":
		return slices.Concat(commonFields(), filterFields(), parameterFields()[:1], mapFields(), resultFields(), flowFields(), failureFields())
	case "Succeed":
		return slices.Concat(commonFields(), filterFields())
	case "Fail":
		return slices.Concat(commonFields(), failFields())
	default:
		return nil
	}
}

func commonFields() []Field {
	return []Field{
		{Name: "Type", Doc: "The state's type."},
		{Name: "Comment", Doc: "For people; it has no effect."},
		{Name: "QueryLanguage", Values: []string{string(JSONPath), string(JSONata)}, Doc: "The language of the state's expressions; the machine's own by default."},
	}
}

func filterFields() []Field {
	return []Field{
		{Name: "InputPath", Type: PathField, Language: JSONPath, Doc: "What of the state's input the state works with; null for an empty object."},
		{Name: "OutputPath", Type: PathField, Language: JSONPath, Doc: "What of the result goes on to the next state; null for an empty object."},
		{Name: "Output", Type: TemplateField, Language: JSONata, Doc: "The state's output; $states.result has its result, $states.input its input."},
	}
}

func parameterFields() []Field {
	return []Field{
		{Name: "Parameters", Type: TemplateField, Language: JSONPath, Doc: "The state's input, made anew: names that end in .$ take a path or an intrinsic function."},
		{Name: "ResultPath", Type: ResultField, Language: JSONPath, Doc: "Where in the state's input its result is put; null discards the result."},
	}
}

func argumentFields() []Field {
	return []Field{
		{Name: "Arguments", Type: TemplateField, Language: JSONata, Doc: "What the state gives to what it calls."},
		parameterFields()[0],
	}
}

func assignFields() []Field {
	return []Field{{Name: "Assign", Type: TemplateField, Doc: "Variables that later states read as $name."}}
}

func resultFields() []Field {
	return slices.Concat([]Field{
		{Name: "ResultSelector", Type: TemplateField, Language: JSONPath, Doc: "The result, made anew from $, the result as it came."},
		parameterFields()[1],
	}, assignFields())
}

func flowFields() []Field {
	return []Field{
		{Name: "Next", Doc: "The state that follows."},
		{Name: "End", Type: FlagField, Doc: "Whether the machine, branch or iteration ends here."},
	}
}

func failureFields() []Field {
	return []Field{
		{Name: "Retry", Type: StructureField, Doc: "Which errors are tried again, how often and after which time."},
		{Name: "Catch", Type: StructureField, Doc: "Which state follows an error that is not tried again."},
	}
}

func taskFields() []Field {
	return []Field{
		{Name: "Resource", Doc: "The ARN of what the task calls: a service integration, a Lambda function or an activity."},
		{Name: "Credentials", Type: StructureField, Doc: "The role with which the task calls, RoleArn."},
		{Name: "TimeoutSeconds", Type: IntegerField, Min: 1, Max: maxSeconds, Computed: true, Doc: "How long one attempt may take."},
		{Name: "TimeoutSecondsPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input TimeoutSeconds is."},
		{Name: "HeartbeatSeconds", Type: IntegerField, Min: 1, Max: maxSeconds, Computed: true, Doc: "How long the task may go without a heartbeat; less than TimeoutSeconds."},
		{Name: "HeartbeatSecondsPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input HeartbeatSeconds is."},
	}
}

func passFields() []Field {
	return []Field{{Name: "Result", Type: AnyField, Language: JSONPath, Doc: "The state's result, as it is written."}}
}

func waitFields() []Field {
	return []Field{
		{Name: "Seconds", Type: IntegerField, Min: 0, Max: maxSeconds, Computed: true, Doc: "How long to wait."},
		{Name: "SecondsPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input Seconds is."},
		{Name: "Timestamp", Type: TimestampField, Computed: true, Doc: "Until when to wait, such as 2026-08-18T17:33:00Z."},
		{Name: "TimestampPath", Type: ReferenceField, Language: JSONPath, Doc: "Where in the state's input Timestamp is."},
	}
}

func choiceFields() []Field {
	return []Field{
		{Name: "Choices", Type: StructureField, Doc: "Rules; the first that holds names the state that follows."},
		{Name: "Default", Doc: "The state that follows if no rule holds."},
	}
}

func failFields() []Field {
	return []Field{
		{Name: "Error", Computed: true, Doc: "The error's name."},
		{Name: "ErrorPath", Type: TextPathField, Language: JSONPath, Doc: "Where in the state's input Error is."},
		{Name: "Cause", Computed: true, Doc: "Why, for people."},
		{Name: "CausePath", Type: TextPathField, Language: JSONPath, Doc: "Where in the state's input Cause is."},
	}
}
