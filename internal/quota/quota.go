// Package quota holds the limits of AWS that names and documents of this project meet,
// each once, with its source. Sizes are in bytes unless they say characters.
package quota

// AWS CloudFormation (user guide, "Quotas", "Custom resource response objects").
const (
	// Template is the size of a processed template, after all transforms.
	Template = 1_048_576
	// Resources, Parameters, Outputs and Mappings are counts of a template.
	Resources  = 500
	Parameters = 200
	Outputs    = 200
	Mappings   = 200
	// LogicalID is the length of a logical id.
	LogicalID = 255
	// CustomResourceResponse is the size of a custom resource's whole answer.
	CustomResourceResponse = 4096
)

// AWS Step Functions (service quotas, API reference of CreateStateMachine).
const (
	// Definition is the size of a state machine's definition.
	Definition = 1_048_576
	// Payload is the size of a task's input or output.
	Payload = 262_144
)

// Amazon ECS (API reference of Attribute, Task and TaskOverride).
const (
	// Attribute is the length of the value of a container instance's attribute.
	Attribute = 128
	// TaskGroup is the length of a task's group.
	TaskGroup = 255
	// TaskOverrides is the length of all overrides of RunTask as JSON, in characters.
	TaskOverrides = 8192
)

// Amazon EC2 (user guide, "Run commands when you launch an EC2 instance").
const (
	// UserData is the size of an instance's user data before its encoding.
	UserData = 16_384
)

// Amazon SQS (quotas).
const (
	// Message is the size of a message.
	Message = 1_048_576
)

// Tags of any service (tagging best practices), in characters.
const (
	TagName  = 128
	TagValue = 256
)

// Warning is the part of a quota from which on people are warned, in percent.
const Warning = 80

// IsNear reports whether a size is at the part of a quota that people are warned of.
func IsNear(size, most int) bool { return size*100 >= most*Warning }
