package schema

// The types of steps whose Properties are described here.
const (
	CfnStep      = "AttiniCfn"
	SamStep      = "AttiniSam"
	CdkStep      = "AttiniCdk"
	ImportStep   = "AttiniImport"
	ApprovalStep = "AttiniManualApproval"
	MapStep      = "AttiniMap"
)

// StepKind is the form of a property of a step.
type StepKind uint8

// The forms.
const (
	// StepText is a scalar, used as text.
	StepText StepKind = iota
	// StepFlag is true or false.
	StepFlag
	// StepTexts is an object of scalars by name.
	StepTexts
	// StepList is a list of scalars.
	StepList
	// StepObject is an object with properties of its own, StepObjects a list of them.
	StepObject
	StepObjects
)

// StepProperty describes one property of a step of Attini's own types.
type StepProperty struct {
	Name, Description string
	Kind              StepKind
	// Values are all that a StepText can be; any text if there are none.
	Values   []string
	Required bool
	// Literal properties must be known when the template is expanded.
	Literal bool
	// Runner is the logical id of a Runner.
	Runner bool
	// ConfigKey is the property's key in a configuration file; "" if it has none.
	ConfigKey string
	// Of are the properties of a StepObject or of each of StepObjects.
	Of []StepProperty
}

// StepProperties describes the Properties of a step of a type; ok is false for types
// that are not described here. A type without properties has an empty list.
func StepProperties(stepType string) (properties []StepProperty, ok bool) {
	switch stepType {
	case CfnStep:
		return stackProperties(), true
	case SamStep:
		return append(stackProperties(), runnerProperty(), StepProperty{
			Name: "Project", Kind: StepObject, Required: true, Description: "The SAM project in the distribution.",
			Of: []StepProperty{
				{Name: "Path", Required: true, Description: "The project's directory, from the root of the distribution."},
				{Name: "BuildDir", Description: "The directory of the build, from the project's; default .aws-sam/build."},
				{Name: "Template", Description: "The project's template; default template.yaml."},
			},
		}), true
	case CdkStep:
		return cdkProperties(), true
	case ImportStep:
		return importProperties(), true
	case ApprovalStep:
		return nil, true
	}
	return nil, false
}

func runnerProperty() StepProperty {
	return StepProperty{Name: "Runner", Literal: true, Runner: true, Description: "The logical id of the Runner; the plan's DefaultRunner by default."}
}

// stackProperties are those of a step that deploys a CloudFormation stack. What a
// configuration file can have, has a ConfigKey.
func stackProperties() []StepProperty {
	return []StepProperty{
		{Name: "StackName", ConfigKey: "stackName", Description: "The stack's name. Here or in the ConfigFile."},
		{Name: "Template", ConfigKey: "template", Description: "The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile."},
		{Name: "ConfigFile", Description: "A configuration file in the distribution, YAML or JSON; its path begins with a slash."},
		{Name: "Parameters", Kind: StepTexts, ConfigKey: "parameters", Description: "The stack's parameters by name. They override those of the ConfigFile."},
		{Name: "Tags", Kind: StepTexts, ConfigKey: "tags", Description: "The stack's tags by name. They override those of the ConfigFile."},
		{Name: "Variables", Kind: StepTexts, Description: "Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile."},
		{Name: "Region", ConfigKey: "region", Description: "The stack's region; the plan's by default."},
		{Name: "ExecutionRoleArn", ConfigKey: "executionRoleArn", Description: "The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles)."},
		{Name: "StackRoleArn", ConfigKey: "stackRoleArn", Description: "CloudFormation's service role for the stack. The installation must allow it (StackRolePath)."},
		{Name: "Action", ConfigKey: "action", Values: []string{"Deploy", "Delete"}, Description: "Deploy, or Delete for a stack that is to be deleted; default Deploy."},
		{Name: "OnFailure", ConfigKey: "onFailure", Values: []string{"ROLLBACK", "DELETE", "DO_NOTHING"}, Description: "What becomes of a stack whose creation fails; default ROLLBACK."},
		{Name: "EnableTerminationProtection", Kind: StepFlag, ConfigKey: "enableTerminationProtection", Description: "Turns the stack's termination protection on or off; without it, the protection stays as it is."},
		{Name: "OutputPath", ConfigKey: "outputPath", Description: "A key under which the stack's outputs are in the step's output."},
	}
}

func cdkProperties() []StepProperty {
	return []StepProperty{
		{Name: "Path", Description: "The directory of the CDK app, from the root of the distribution; the root by default."},
		runnerProperty(),
		{Name: "Environment", Kind: StepTexts, Description: "Environment variables by name."},
		{Name: "App", Description: "The command that runs the app (--app); cdk.json says it by default."},
		{Name: "Build", Description: "Shell commands that run before the synthesis, such as npm ci (--build)."},
		{Name: "Stacks", Kind: StepList, Description: "The stacks to deploy; all by default."},
		{Name: "Context", Kind: StepTexts, Description: "Context values by name (--context)."},
		{Name: "StackConfiguration", Kind: StepObjects, Description: "Parameters of stacks.", Of: []StepProperty{
			{Name: "StackName", Description: "The stack; all stacks without it."},
			{Name: "Parameters", Kind: StepTexts, Required: true, Description: "The parameters by name (--parameters)."},
		}},
		{Name: "Plugins", Kind: StepList, Description: "CDK plug-ins (--plugin)."},
		{Name: "BuildExclude", Kind: StepList, Description: "Assets that are not rebuilt (--build-exclude)."},
		{Name: "NotificationArns", Kind: StepList, Description: "SNS topics that CloudFormation notifies (--notification-arns)."},
		{Name: "Force", Kind: StepFlag, Description: "Deploys also if the templates are the same (--force)."},
		{Name: "Exclusively", Kind: StepFlag, Description: "Deploys only the named Stacks, without those that they depend on (--exclusively)."},
		{Name: "RoleArn", Description: "CloudFormation's service role (--role-arn)."},
		{Name: "Diff", Kind: StepObject, Description: "An approval of the changes before they are deployed.", Of: []StepProperty{
			{Name: "Enabled", Kind: StepFlag, Required: true, Literal: true, Description: "Whether somebody has to approve the changes that cdk diff finds."},
		}},
	}
}

func importProperties() []StepProperty {
	return []StepProperty{
		{Name: "SourceType", Required: true, Values: []string{"S3"}, Description: "Where the document is."},
		{Name: "Source", Kind: StepObject, Required: true, Description: "The document: YAML or JSON.", Of: []StepProperty{
			{Name: "Bucket", Description: "The bucket."},
			{Name: "Key", Description: "The object's key."},
			{Name: "Name", Description: "The distribution's name, in the original framework only."},
		}},
		{Name: "Mapping", Kind: StepTexts, Required: true, Description: "What the step's output has: JSONPaths into the document, by key."},
		{Name: "ExecutionRoleArn", Description: "The role that reads the document."},
	}
}
