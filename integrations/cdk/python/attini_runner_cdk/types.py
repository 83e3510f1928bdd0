# `make golden` writes this file from the schema of the template.
from __future__ import annotations

from typing import Any, Literal, Mapping, Sequence, TypedDict, Union

from aws_cdk import IResolvable
from typing_extensions import NotRequired

AttiniCdkDiff = TypedDict("AttiniCdkDiff", {
    # Whether somebody has to approve the changes that cdk diff finds.
    "Enabled": "Literal['false'] | Literal['true'] | bool",
})

AttiniCdkProperties = TypedDict("AttiniCdkProperties", {
    # The command that runs the app (--app); cdk.json says it by default.
    "App": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The command that runs the app (--app); cdk.json says it by default.
    "App.$": NotRequired["str"],
    # Shell commands that run before the synthesis, such as npm ci (--build).
    "Build": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: Shell commands that run before the synthesis, such as npm ci (--build).
    "Build.$": NotRequired["str"],
    # Assets that are not rebuilt (--build-exclude).
    "BuildExclude": NotRequired["Sequence[IResolvable | bool | float | str] | str"],
    # The path in the step's input to this: Assets that are not rebuilt (--build-exclude).
    "BuildExclude.$": NotRequired["str"],
    # Context values by name (--context).
    "Context": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: Context values by name (--context).
    "Context.$": NotRequired["str"],
    # An approval of the changes before they are deployed.
    "Diff": NotRequired["AttiniCdkDiff"],
    # The path in the step's input to this: An approval of the changes before they are deployed.
    "Diff.$": NotRequired["str"],
    # Environment variables by name.
    "Environment": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: Environment variables by name.
    "Environment.$": NotRequired["str"],
    # Deploys only the named Stacks, without those that they depend on (--exclusively).
    "Exclusively": NotRequired["IResolvable | bool | str"],
    # The path in the step's input to this: Deploys only the named Stacks, without those that they depend on (--exclusively).
    "Exclusively.$": NotRequired["str"],
    # Deploys also if the templates are the same (--force).
    "Force": NotRequired["IResolvable | bool | str"],
    # The path in the step's input to this: Deploys also if the templates are the same (--force).
    "Force.$": NotRequired["str"],
    # SNS topics that CloudFormation notifies (--notification-arns).
    "NotificationArns": NotRequired["Sequence[IResolvable | bool | float | str] | str"],
    # The path in the step's input to this: SNS topics that CloudFormation notifies (--notification-arns).
    "NotificationArns.$": NotRequired["str"],
    # The directory of the CDK app, from the root of the distribution; the root by default.
    "Path": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The directory of the CDK app, from the root of the distribution; the root by default.
    "Path.$": NotRequired["str"],
    # CDK plug-ins (--plugin).
    "Plugins": NotRequired["Sequence[IResolvable | bool | float | str] | str"],
    # The path in the step's input to this: CDK plug-ins (--plugin).
    "Plugins.$": NotRequired["str"],
    # CloudFormation's service role (--role-arn).
    "RoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: CloudFormation's service role (--role-arn).
    "RoleArn.$": NotRequired["str"],
    # The logical id of the Runner; the plan's DefaultRunner by default.
    "Runner": NotRequired["IResolvable | str"],
    # Parameters of stacks.
    "StackConfiguration": NotRequired["Sequence[AttiniCdkStackConfiguration] | str"],
    # The path in the step's input to this: Parameters of stacks.
    "StackConfiguration.$": NotRequired["str"],
    # The stacks to deploy; all by default.
    "Stacks": NotRequired["Sequence[IResolvable | bool | float | str] | str"],
    # The path in the step's input to this: The stacks to deploy; all by default.
    "Stacks.$": NotRequired["str"],
})

AttiniCdkStackConfiguration = TypedDict("AttiniCdkStackConfiguration", {
    # The parameters by name (--parameters).
    "Parameters": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: The parameters by name (--parameters).
    "Parameters.$": NotRequired["str"],
    # The stack; all stacks without it.
    "StackName": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The stack; all stacks without it.
    "StackName.$": NotRequired["str"],
})

AttiniCdkState = TypedDict("AttiniCdkState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The CDK app that a runner deploys. The outputs of its stacks, by stack, are the step's output.
    "Properties": NotRequired["AttiniCdkProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniCdk']",
})

AttiniCdkStep = TypedDict("AttiniCdkStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The CDK app that a runner deploys. The outputs of its stacks, by stack, are the step's output.
    "Properties": NotRequired["AttiniCdkProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniCdk']",
})

AttiniCfnProperties = TypedDict("AttiniCfnProperties", {
    # Deploy, or Delete for a stack that is to be deleted; default Deploy.
    "Action": NotRequired["IResolvable | Literal['Delete'] | Literal['Deploy']"],
    # The path in the step's input to this: Deploy, or Delete for a stack that is to be deleted; default Deploy.
    "Action.$": NotRequired["str"],
    # A configuration file in the distribution, YAML or JSON; its path begins with a slash.
    "ConfigFile": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: A configuration file in the distribution, YAML or JSON; its path begins with a slash.
    "ConfigFile.$": NotRequired["str"],
    # Turns the stack's termination protection on or off; without it, the protection stays as it is.
    "EnableTerminationProtection": NotRequired["IResolvable | bool | str"],
    # The path in the step's input to this: Turns the stack's termination protection on or off; without it, the protection stays as it is.
    "EnableTerminationProtection.$": NotRequired["str"],
    # The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles).
    "ExecutionRoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles).
    "ExecutionRoleArn.$": NotRequired["str"],
    # What becomes of a stack whose creation fails; default ROLLBACK.
    "OnFailure": NotRequired["IResolvable | Literal['DELETE'] | Literal['DO_NOTHING'] | Literal['ROLLBACK']"],
    # The path in the step's input to this: What becomes of a stack whose creation fails; default ROLLBACK.
    "OnFailure.$": NotRequired["str"],
    # A key under which the stack's outputs are in the step's output.
    "OutputPath": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: A key under which the stack's outputs are in the step's output.
    "OutputPath.$": NotRequired["str"],
    # The stack's parameters by name. They override those of the ConfigFile.
    "Parameters": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: The stack's parameters by name. They override those of the ConfigFile.
    "Parameters.$": NotRequired["str"],
    # The stack's region; the plan's by default.
    "Region": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The stack's region; the plan's by default.
    "Region.$": NotRequired["str"],
    # The stack's name. Here or in the ConfigFile.
    "StackName": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The stack's name. Here or in the ConfigFile.
    "StackName.$": NotRequired["str"],
    # CloudFormation's service role for the stack. The installation must allow it (StackRolePath).
    "StackRoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: CloudFormation's service role for the stack. The installation must allow it (StackRolePath).
    "StackRoleArn.$": NotRequired["str"],
    # The stack's tags by name. They override those of the ConfigFile.
    "Tags": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: The stack's tags by name. They override those of the ConfigFile.
    "Tags.$": NotRequired["str"],
    # The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile.
    "Template": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile.
    "Template.$": NotRequired["str"],
    # Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile.
    "Variables": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile.
    "Variables.$": NotRequired["str"],
})

AttiniCfnState = TypedDict("AttiniCfnState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The CloudFormation stack that the step deploys or deletes. Its outputs are the step's output.
    "Properties": NotRequired["AttiniCfnProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniCfn']",
})

AttiniCfnStep = TypedDict("AttiniCfnStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The CloudFormation stack that the step deploys or deletes. Its outputs are the step's output.
    "Properties": NotRequired["AttiniCfnProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniCfn']",
})

AttiniImportProperties = TypedDict("AttiniImportProperties", {
    # The role that reads the document.
    "ExecutionRoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The role that reads the document.
    "ExecutionRoleArn.$": NotRequired["str"],
    # What the step's output has: JSONPaths into the document, by key.
    "Mapping": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: What the step's output has: JSONPaths into the document, by key.
    "Mapping.$": NotRequired["str"],
    # The document: YAML or JSON.
    "Source": NotRequired["AttiniImportSource"],
    # The path in the step's input to this: The document: YAML or JSON.
    "Source.$": NotRequired["str"],
    # Where the document is.
    "SourceType": NotRequired["IResolvable | Literal['S3']"],
    # The path in the step's input to this: Where the document is.
    "SourceType.$": NotRequired["str"],
})

AttiniImportSource = TypedDict("AttiniImportSource", {
    # The bucket.
    "Bucket": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The bucket.
    "Bucket.$": NotRequired["str"],
    # The object's key.
    "Key": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The object's key.
    "Key.$": NotRequired["str"],
    # The distribution's name, in the original framework only.
    "Name": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The distribution's name, in the original framework only.
    "Name.$": NotRequired["str"],
})

AttiniImportState = TypedDict("AttiniImportState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The document, and what the step's output has of it.
    "Properties": NotRequired["AttiniImportProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniImport']",
})

AttiniImportStep = TypedDict("AttiniImportStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The document, and what the step's output has of it.
    "Properties": NotRequired["AttiniImportProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniImport']",
})

AttiniLambdaInvokeState = TypedDict("AttiniLambdaInvokeState", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniLambdaInvoke']",
})

AttiniLambdaInvokeStep = TypedDict("AttiniLambdaInvokeStep", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniLambdaInvoke']",
})

AttiniMapState = TypedDict("AttiniMapState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # How many items an iteration of a distributed Map gets.
    "ItemBatcher": NotRequired["ItemBatcher"],
    # The machine that runs for each item.
    "ItemProcessor": NotRequired["ItemProcessor | Sequence[Step]"],
    # Where a distributed Map reads its items from.
    "ItemReader": NotRequired["ItemReader"],
    # Each iteration's input, made of the item and the state's input.
    "ItemSelector": NotRequired["Any"],
    # The list of items; the state's input by default. Only in JSONata.
    "Items": NotRequired["Any"],
    # Where in the state's input the list of items is. Only in JSONPath.
    "ItemsPath": NotRequired["IResolvable | str"],
    # ItemProcessor's older name.
    "Iterator": NotRequired["ItemProcessor | Sequence[Step]"],
    # A part of the names of a distributed Map's executions; at most 40 characters.
    "Label": NotRequired["IResolvable | str"],
    # How many iterations run at once; 0 for as many as Step Functions runs. In JSONata also {% … %}.
    "MaxConcurrency": NotRequired["int | str"],
    # Where in the state's input MaxConcurrency is. Only in JSONPath.
    "MaxConcurrencyPath": NotRequired["IResolvable | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Where a distributed Map writes its results.
    "ResultWriter": NotRequired["ResultWriter"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How many items may fail before the Map fails. In JSONata also {% … %}.
    "ToleratedFailureCount": NotRequired["int | str"],
    # Where in the state's input ToleratedFailureCount is. Only in JSONPath.
    "ToleratedFailureCountPath": NotRequired["IResolvable | str"],
    # What percentage of items may fail before the Map fails. In JSONata also {% … %}.
    "ToleratedFailurePercentage": NotRequired["float | str"],
    # Where in the state's input ToleratedFailurePercentage is. Only in JSONPath.
    "ToleratedFailurePercentagePath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Map']",
})

AttiniMapStep = TypedDict("AttiniMapStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # How many items an iteration of a distributed Map gets.
    "ItemBatcher": NotRequired["ItemBatcher"],
    # The machine that runs for each item.
    "ItemProcessor": NotRequired["ItemProcessor | Sequence[Step]"],
    # Where a distributed Map reads its items from.
    "ItemReader": NotRequired["ItemReader"],
    # Each iteration's input, made of the item and the state's input.
    "ItemSelector": NotRequired["Any"],
    # The list of items; the state's input by default. Only in JSONata.
    "Items": NotRequired["Any"],
    # Where in the state's input the list of items is. Only in JSONPath.
    "ItemsPath": NotRequired["IResolvable | str"],
    # ItemProcessor's older name.
    "Iterator": NotRequired["ItemProcessor | Sequence[Step]"],
    # A part of the names of a distributed Map's executions; at most 40 characters.
    "Label": NotRequired["IResolvable | str"],
    # How many iterations run at once; 0 for as many as Step Functions runs. In JSONata also {% … %}.
    "MaxConcurrency": NotRequired["int | str"],
    # Where in the state's input MaxConcurrency is. Only in JSONPath.
    "MaxConcurrencyPath": NotRequired["IResolvable | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Where a distributed Map writes its results.
    "ResultWriter": NotRequired["ResultWriter"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How many items may fail before the Map fails. In JSONata also {% … %}.
    "ToleratedFailureCount": NotRequired["int | str"],
    # Where in the state's input ToleratedFailureCount is. Only in JSONPath.
    "ToleratedFailureCountPath": NotRequired["IResolvable | str"],
    # What percentage of items may fail before the Map fails. In JSONata also {% … %}.
    "ToleratedFailurePercentage": NotRequired["float | str"],
    # Where in the state's input ToleratedFailurePercentage is. Only in JSONPath.
    "ToleratedFailurePercentagePath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Map']",
})

AttiniMergeOutputState = TypedDict("AttiniMergeOutputState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniManualApproval']",
})

AttiniMergeOutputStep = TypedDict("AttiniMergeOutputStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniManualApproval']",
})

AttiniRunnerJobProperties = TypedDict("AttiniRunnerJobProperties", {
    # Shell commands, run one after the other in one shell; the first that fails ends the job. In JSONata also {% … %}.
    "Commands": NotRequired["Sequence[IResolvable | bool | float | str] | str"],
    # The path to the commands in the step's input.
    "Commands.$": NotRequired["str"],
    # Environment variables by name; a name that ends in .$ takes its value from the step's input.
    "Environment": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path to the variables in the step's input.
    "Environment.$": NotRequired["str"],
    # The logical id of the Runner; the plan's DefaultRunner by default.
    "Runner": NotRequired["IResolvable | str"],
})

AttiniRunnerJobState = TypedDict("AttiniRunnerJobState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # What the job runs, and where.
    "Properties": NotRequired["AttiniRunnerJobProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniRunnerJob']",
})

AttiniRunnerJobStep = TypedDict("AttiniRunnerJobStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # What the job runs, and where.
    "Properties": NotRequired["AttiniRunnerJobProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniRunnerJob']",
})

AttiniRunnerProps = TypedDict("AttiniRunnerProps", {
    # The network of the runner's ECS task. Without it, the default VPC and a new security group without inbound rules are used.
    "AwsVpcConfiguration": NotRequired["AwsVpcConfiguration | IResolvable"],
    # The container of the task definition that runs the jobs. Required when the task definition has more than one.
    "ContainerName": NotRequired["IResolvable | int | str"],
    # CPU units of the task (1024 are one vCPU), in place of the task definition's. On Fargate it must fit Memory; on EC2 it must be smaller than the host's. Allowed: 256-98304 CPU units.
    "Cpu": NotRequired["IResolvable | int | str"],
    # The EC2 host of the runner. With it the launch type is EC2, without it Fargate.
    "Ec2Configuration": NotRequired["Ec2Configuration | IResolvable"],
    # The name of the runner's ECS cluster.
    "EcsCluster": NotRequired["IResolvable | int | str"],
    # Container image that the runner should use; a task definition is made for it. It cannot be combined with TaskDefinitionArn.
    "Image": NotRequired["IResolvable | int | str"],
    # What keeps the runner's jobs apart. With job, each job gets a fresh task, and on EC2 a fresh host: the runner executes one job at a time, whatever MaxConcurrentJobs says, and its task ends after it. With none, jobs share a warm task.
    "Isolation": NotRequired["IResolvable | Literal['job'] | Literal['none']"],
    # Memory of the task in MiB, in place of the task definition's. On Fargate it must fit Cpu; on EC2 leave 20-30% of the host's memory to its operating system. Allowed: 512-25165824 MiB.
    "Memory": NotRequired["IResolvable | int | str"],
    # IAM role that overrides the task definition's. It needs the policy attini-runner-basic-execution-policy-{Region}. Default: arn:aws:iam::{AccountId}:role/attini/attini-default-runner-role-{Region}.
    "RoleArn": NotRequired["IResolvable | str"],
    # How the runner takes and runs jobs.
    "RunnerConfiguration": NotRequired["IResolvable | RunnerConfiguration"],
    # Other stacks of the account whose plans may run jobs on the runner, with its role: names, or beginnings with * at their end. Without it, only plans of the runner's own stack may.
    "SharedWith": NotRequired["Any | IResolvable | Sequence[IResolvable | str] | str"],
    # What the runner does before its first job.
    "Startup": NotRequired["IResolvable | Startup"],
    # ECS task definition that the runner should use. It cannot be combined with Image; without both, the default task definition is used. Its container must not have an ENTRYPOINT.
    "TaskDefinitionArn": NotRequired["IResolvable | int | str"],
})

AttiniSamProject = TypedDict("AttiniSamProject", {
    # The directory of the build, from the project's; default .aws-sam/build.
    "BuildDir": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The directory of the build, from the project's; default .aws-sam/build.
    "BuildDir.$": NotRequired["str"],
    # The project's directory, from the root of the distribution.
    "Path": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The project's directory, from the root of the distribution.
    "Path.$": NotRequired["str"],
    # The project's template; default template.yaml.
    "Template": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The project's template; default template.yaml.
    "Template.$": NotRequired["str"],
})

AttiniSamProperties = TypedDict("AttiniSamProperties", {
    # Deploy, or Delete for a stack that is to be deleted; default Deploy.
    "Action": NotRequired["IResolvable | Literal['Delete'] | Literal['Deploy']"],
    # The path in the step's input to this: Deploy, or Delete for a stack that is to be deleted; default Deploy.
    "Action.$": NotRequired["str"],
    # A configuration file in the distribution, YAML or JSON; its path begins with a slash.
    "ConfigFile": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: A configuration file in the distribution, YAML or JSON; its path begins with a slash.
    "ConfigFile.$": NotRequired["str"],
    # Turns the stack's termination protection on or off; without it, the protection stays as it is.
    "EnableTerminationProtection": NotRequired["IResolvable | bool | str"],
    # The path in the step's input to this: Turns the stack's termination protection on or off; without it, the protection stays as it is.
    "EnableTerminationProtection.$": NotRequired["str"],
    # The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles).
    "ExecutionRoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles).
    "ExecutionRoleArn.$": NotRequired["str"],
    # What becomes of a stack whose creation fails; default ROLLBACK.
    "OnFailure": NotRequired["IResolvable | Literal['DELETE'] | Literal['DO_NOTHING'] | Literal['ROLLBACK']"],
    # The path in the step's input to this: What becomes of a stack whose creation fails; default ROLLBACK.
    "OnFailure.$": NotRequired["str"],
    # A key under which the stack's outputs are in the step's output.
    "OutputPath": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: A key under which the stack's outputs are in the step's output.
    "OutputPath.$": NotRequired["str"],
    # The stack's parameters by name. They override those of the ConfigFile.
    "Parameters": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: The stack's parameters by name. They override those of the ConfigFile.
    "Parameters.$": NotRequired["str"],
    # The SAM project in the distribution.
    "Project": NotRequired["AttiniSamProject"],
    # The path in the step's input to this: The SAM project in the distribution.
    "Project.$": NotRequired["str"],
    # The stack's region; the plan's by default.
    "Region": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The stack's region; the plan's by default.
    "Region.$": NotRequired["str"],
    # The logical id of the Runner; the plan's DefaultRunner by default.
    "Runner": NotRequired["IResolvable | str"],
    # The stack's name. Here or in the ConfigFile.
    "StackName": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The stack's name. Here or in the ConfigFile.
    "StackName.$": NotRequired["str"],
    # CloudFormation's service role for the stack. The installation must allow it (StackRolePath).
    "StackRoleArn": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: CloudFormation's service role for the stack. The installation must allow it (StackRolePath).
    "StackRoleArn.$": NotRequired["str"],
    # The stack's tags by name. They override those of the ConfigFile.
    "Tags": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: The stack's tags by name. They override those of the ConfigFile.
    "Tags.$": NotRequired["str"],
    # The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile.
    "Template": NotRequired["IResolvable | bool | float | str"],
    # The path in the step's input to this: The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile.
    "Template.$": NotRequired["str"],
    # Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile.
    "Variables": NotRequired["Mapping[str, IResolvable | bool | float | str] | IResolvable | str"],
    # The path in the step's input to this: Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile.
    "Variables.$": NotRequired["str"],
})

AttiniSamState = TypedDict("AttiniSamState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The SAM project that a runner packages, and the stack that is then deployed.
    "Properties": NotRequired["AttiniSamProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniSam']",
})

AttiniSamStep = TypedDict("AttiniSamStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The SAM project that a runner packages, and the stack that is then deployed.
    "Properties": NotRequired["AttiniSamProperties"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['AttiniSam']",
})

AwsVpcConfiguration = TypedDict("AwsVpcConfiguration", {
    # Whether the task gets a public IP address.
    "AssignPublicIp": NotRequired["IResolvable | Literal['DISABLED'] | Literal['ENABLED']"],
    # The security groups of the ECS task: a list, or ids separated by commas.
    "SecurityGroups": NotRequired["Any | IResolvable | Sequence[IResolvable | str] | str"],
    # The subnets of the ECS task: a list, or ids separated by commas.
    "Subnets": "Any | IResolvable | Sequence[IResolvable | str] | str",
})

Branch = TypedDict("Branch", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The state that runs first.
    "StartAt": NotRequired["IResolvable | str"],
    # The states by name.
    "States": NotRequired["Mapping[str, State] | IResolvable"],
})

Catcher = TypedDict("Catcher", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The names of the errors; States.ALL for any.
    "ErrorEquals": NotRequired["Sequence[IResolvable | str]"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.errorOutput has Error and Cause. Only in JSONata.
    "Output": NotRequired["Any"],
    # Where in the state's input the error's Error and Cause are put. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
})

ChoiceRule = TypedDict("ChoiceRule", {
    # Holds if all its rules hold. Only in JSONPath.
    "And": NotRequired["Sequence[ChoiceRule]"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "BooleanEquals": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "BooleanEqualsPath": NotRequired["IResolvable | None | str"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The rule: an expression that is true or false. Only in JSONata.
    "Condition": NotRequired["bool | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsBoolean": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsNull": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsNumeric": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsPresent": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsString": NotRequired["bool"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "IsTimestamp": NotRequired["bool"],
    # The state that follows if the rule holds.
    "Next": NotRequired["IResolvable | str"],
    # Holds if its rule does not hold. Only in JSONPath.
    "Not": NotRequired["ChoiceRule"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericEquals": NotRequired["float"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericGreaterThan": NotRequired["float"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericGreaterThanEquals": NotRequired["float"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericGreaterThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericGreaterThanPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericLessThan": NotRequired["float"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericLessThanEquals": NotRequired["float"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericLessThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "NumericLessThanPath": NotRequired["IResolvable | None | str"],
    # Holds if one of its rules holds. Only in JSONPath.
    "Or": NotRequired["Sequence[ChoiceRule]"],
    # The state's output if the rule holds. Only in JSONata.
    "Output": NotRequired["Any"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringGreaterThan": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringGreaterThanEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringGreaterThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringGreaterThanPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringLessThan": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringLessThanEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringLessThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringLessThanPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "StringMatches": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampGreaterThan": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampGreaterThanEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampGreaterThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampGreaterThanPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampLessThan": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampLessThanEquals": NotRequired["IResolvable | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampLessThanEqualsPath": NotRequired["IResolvable | None | str"],
    # Whether what Variable selects compares so. Only in JSONPath.
    "TimestampLessThanPath": NotRequired["IResolvable | None | str"],
    # The path to what is compared. Only in JSONPath.
    "Variable": NotRequired["IResolvable | None | str"],
})

ChoiceState = TypedDict("ChoiceState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Rules; the first that holds names the state that follows.
    "Choices": NotRequired["Sequence[ChoiceRule]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The state that follows if no rule holds.
    "Default": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's type.
    "Type": "Literal['Choice']",
})

ChoiceStep = TypedDict("ChoiceStep", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The rule that decides: Variable and a comparison, And, Or or Not.
    "Condition": NotRequired["ChoiceRule"],
    # The steps that run if it does not.
    "IsFalse": NotRequired["Sequence[Step]"],
    # The steps that run if the rule holds.
    "IsTrue": NotRequired["Sequence[Step]"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state's type.
    "Type": "Literal['Choice']",
})

Credentials = TypedDict("Credentials", {
    # The role with which the task calls. In JSONata also {% … %}.
    "RoleArn": NotRequired["IResolvable | str"],
})

DeploymentPlanProps = TypedDict("DeploymentPlanProps", {
    # The logical id of the Runner of every AttiniRunnerJob that names none.
    "DefaultRunner": NotRequired["IResolvable | str"],
    # Texts by name; each takes the place of ${name} in the steps.
    "DefinitionSubstitutions": NotRequired["Mapping[str, Any]"],
    # The steps: an object with StartAt and States, or a list of steps of which each is followed by the next.
    "DeploymentPlan": "Machine | Sequence[Step]",
    # What the payload of the first step holds before anything is laid over it.
    "PayloadDefaults": NotRequired["Mapping[str, Any]"],
    # ARN of a permissions boundary for the role that is made for the state machine.
    "PermissionsBoundary": NotRequired["IResolvable | str"],
    # Policies of the role that is made for the state machine, as in AWS::Serverless::StateMachine. They cannot be combined with RoleArn.
    "Policies": NotRequired["IResolvable | Sequence[Any] | str"],
    # Whether an execution starts with starting the runners to which every way through the plan comes; true unless it is given.
    "Prewarm": NotRequired["bool | str"],
    # IAM role that the state machine takes. It cannot be combined with Policies.
    "RoleArn": NotRequired["IResolvable | str"],
    # The state machine's tags: texts by name.
    "Tags": NotRequired["Mapping[str, Any]"],
})

Ec2Configuration = TypedDict("Ec2Configuration", {
    # An AMI id, or the name of a recommended AMI. An AMI of your own needs the ECS agent installed and enabled.
    "Ami": NotRequired["IResolvable | Literal['AmazonLinux2'] | Literal['AmazonLinux2023'] | Literal['AmazonLinux2023_arm64'] | Literal['AmazonLinux2023_inf'] | Literal['AmazonLinux2_arm64'] | Literal['AmazonLinux2_gpu'] | Literal['AmazonLinux2_inf'] | str"],
    # Instance types that are tried in this order when EC2 has no InstanceType in any of the Subnets. They share its Ami, so they need its architecture, and the task must fit each of them.
    "FallbackInstanceTypes": NotRequired["Any | IResolvable | Sequence[IResolvable | str] | str"],
    # Instance profile that gives the host its IAM access. Default: attini-runner-default-instance-profile-{Region}.
    "InstanceProfileName": NotRequired["IResolvable | int | str"],
    # AWS instance type, for example m5.large.
    "InstanceType": "IResolvable | str",
})

FailState = TypedDict("FailState", {
    # Why, for people. In JSONata also {% … %}.
    "Cause": NotRequired["IResolvable | str"],
    # Where in the state's input Cause is. Only in JSONPath.
    "CausePath": NotRequired["IResolvable | str"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The error's name. In JSONata also {% … %}.
    "Error": NotRequired["IResolvable | str"],
    # Where in the state's input Error is. Only in JSONPath.
    "ErrorPath": NotRequired["IResolvable | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's type.
    "Type": "Literal['Fail']",
})

FailStep = TypedDict("FailStep", {
    # Why, for people. In JSONata also {% … %}.
    "Cause": NotRequired["IResolvable | str"],
    # Where in the state's input Cause is. Only in JSONPath.
    "CausePath": NotRequired["IResolvable | str"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The error's name. In JSONata also {% … %}.
    "Error": NotRequired["IResolvable | str"],
    # Where in the state's input Error is. Only in JSONPath.
    "ErrorPath": NotRequired["IResolvable | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's type.
    "Type": "Literal['Fail']",
})

ItemBatcher = TypedDict("ItemBatcher", {
    # What each batch has beside its Items.
    "BatchInput": NotRequired["Any"],
    # How many bytes of JSON a batch has at most. In JSONata also {% … %}.
    "MaxInputBytesPerBatch": NotRequired["int | str"],
    # Where in the state's input MaxInputBytesPerBatch is. Only in JSONPath.
    "MaxInputBytesPerBatchPath": NotRequired["IResolvable | str"],
    # How many items a batch has at most. In JSONata also {% … %}.
    "MaxItemsPerBatch": NotRequired["int | str"],
    # Where in the state's input MaxItemsPerBatch is. Only in JSONPath.
    "MaxItemsPerBatchPath": NotRequired["IResolvable | str"],
})

ItemProcessor = TypedDict("ItemProcessor", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # How the iterations run.
    "ProcessorConfig": NotRequired["ProcessorConfig"],
    # The state that runs first.
    "StartAt": NotRequired["IResolvable | str"],
    # The states by name.
    "States": NotRequired["Mapping[str, State] | IResolvable"],
})

ItemReader = TypedDict("ItemReader", {
    # The Bucket and Key to read. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # The Bucket and Key to read. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # How the items stand in the object.
    "ReaderConfig": NotRequired["ReaderConfig"],
    # arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2.
    "Resource": NotRequired["IResolvable | str"],
})

Machine = TypedDict("Machine", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The language of the expressions in all states; JSONPath by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state that runs first.
    "StartAt": NotRequired["IResolvable | str"],
    # The states by name.
    "States": NotRequired["Mapping[str, State] | IResolvable"],
    # How long an execution may take.
    "TimeoutSeconds": NotRequired["int"],
    # The language's version.
    "Version": NotRequired["IResolvable | Literal['1.0']"],
})

ParallelState = TypedDict("ParallelState", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # The machines that run at once, each with the state's input.
    "Branches": NotRequired["Sequence[Branch | Sequence[Step]]"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # The state's type.
    "Type": "Literal['Parallel']",
})

ParallelStep = TypedDict("ParallelStep", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # The machines that run at once, each with the state's input.
    "Branches": NotRequired["Sequence[Branch | Sequence[Step]]"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # The state's type.
    "Type": "Literal['Parallel']",
})

PassState = TypedDict("PassState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's result, as it is written. Only in JSONPath.
    "Result": NotRequired["Any"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The state's type.
    "Type": "Literal['Pass']",
})

PassStep = TypedDict("PassStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's result, as it is written. Only in JSONPath.
    "Result": NotRequired["Any"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The state's type.
    "Type": "Literal['Pass']",
})

ProcessorConfig = TypedDict("ProcessorConfig", {
    # The type of the executions of a distributed Map.
    "ExecutionType": NotRequired["IResolvable | Literal['EXPRESS'] | Literal['STANDARD']"],
    # INLINE, in this execution, or DISTRIBUTED, each in one of its own.
    "Mode": NotRequired["IResolvable | Literal['DISTRIBUTED'] | Literal['INLINE']"],
})

ReaderConfig = TypedDict("ReaderConfig", {
    # What stands between a CSV's values.
    "CSVDelimiter": NotRequired["IResolvable | Literal['COMMA'] | Literal['PIPE'] | Literal['SEMICOLON'] | Literal['SPACE'] | Literal['TAB']"],
    # Where the names of a CSV's columns are.
    "CSVHeaderLocation": NotRequired["IResolvable | Literal['FIRST_ROW'] | Literal['GIVEN']"],
    # The names of a CSV's columns.
    "CSVHeaders": NotRequired["Sequence[IResolvable | str]"],
    # The object's format.
    "InputType": NotRequired["IResolvable | Literal['CSV'] | Literal['JSON'] | Literal['JSONL'] | Literal['MANIFEST'] | Literal['PARQUET']"],
    # Where in a JSON object the items are, as a JSON Pointer.
    "ItemsPointer": NotRequired["IResolvable | str"],
    # The kind of a MANIFEST.
    "ManifestType": NotRequired["IResolvable | Literal['ATHENA_DATA'] | Literal['S3_INVENTORY']"],
    # How many items to read at most. In JSONata also {% … %}.
    "MaxItems": NotRequired["int | str"],
    # Where in the state's input MaxItems is. Only in JSONPath.
    "MaxItemsPath": NotRequired["IResolvable | str"],
    # Whether to read what is in the listed objects.
    "Transformation": NotRequired["IResolvable | Literal['LOAD_AND_FLATTEN'] | Literal['NONE']"],
})

ResultWriter = TypedDict("ResultWriter", {
    # The Bucket and Prefix to write to. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # The Bucket and Prefix to write to. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # arn:aws:states:::s3:putObject.
    "Resource": NotRequired["IResolvable | str"],
    # What is written.
    "WriterConfig": NotRequired["WriterConfig"],
})

Retrier = TypedDict("Retrier", {
    # By what the time grows with each retry; 2 by default.
    "BackoffRate": NotRequired["float"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The names of the errors; States.ALL for any.
    "ErrorEquals": NotRequired["Sequence[IResolvable | str]"],
    # The time before the first retry; 1 by default.
    "IntervalSeconds": NotRequired["int"],
    # FULL waits a random part of the time.
    "JitterStrategy": NotRequired["IResolvable | Literal['FULL'] | Literal['NONE']"],
    # How often to try again; 3 by default.
    "MaxAttempts": NotRequired["int"],
    # The longest time before a retry; more than IntervalSeconds.
    "MaxDelaySeconds": NotRequired["int"],
})

RunnerConfiguration = TypedDict("RunnerConfiguration", {
    # Seconds that the runner stays alive without any job. New jobs reset the countdown. Allowed: 60-86400 seconds.
    "IdleTimeToLive": NotRequired["IResolvable | int | str"],
    # Seconds that a job can execute before the runner aborts it. Allowed: 5-172800 seconds.
    "JobTimeout": NotRequired["IResolvable | int | str"],
    # The log level of the runner.
    "LogLevel": NotRequired["IResolvable | Literal['ALL'] | Literal['DEBUG'] | Literal['ERROR'] | Literal['INFO'] | Literal['OFF'] | Literal['WARN'] | bool"],
    # The greatest number of jobs that the runner executes at a time. Allowed: 1-20 jobs.
    "MaxConcurrentJobs": NotRequired["IResolvable | int | str"],
})

Startup = TypedDict("Startup", {
    # Shell commands that run when the runner starts.
    "Commands": NotRequired["IResolvable | Sequence[IResolvable | int | str]"],
    # Seconds that the startup commands can execute before the runner aborts. Allowed: 5-172800 seconds.
    "CommandsTimeout": NotRequired["IResolvable | int | str"],
})

StepCatcher = TypedDict("StepCatcher", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The names of the errors; States.ALL for any.
    "ErrorEquals": NotRequired["Sequence[IResolvable | str]"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.errorOutput has Error and Cause. Only in JSONata.
    "Output": NotRequired["Any"],
    # Where in the state's input the error's Error and Cause are put. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The steps that run after the error, in place of Next. The plan goes on after them as after the step itself. The error is at $.error unless ResultPath is given.
    "Steps": NotRequired["Sequence[Step]"],
})

SucceedState = TypedDict("SucceedState", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's type.
    "Type": "Literal['Succeed']",
})

SucceedStep = TypedDict("SucceedStep", {
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The state's type.
    "Type": "Literal['Succeed']",
})

TaskState = TypedDict("TaskState", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[Catcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The role with which the task calls, RoleArn.
    "Credentials": NotRequired["Credentials"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The ARN of what the task calls: a service integration, a Lambda function or an activity.
    "Resource": NotRequired["IResolvable | str"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Task']",
})

TaskStep = TypedDict("TaskStep", {
    # What the state gives to what it calls. Only in JSONata.
    "Arguments": NotRequired["Any"],
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # Which state follows an error that is not tried again.
    "Catch": NotRequired["Sequence[StepCatcher]"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # The role with which the task calls, RoleArn.
    "Credentials": NotRequired["Credentials"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}.
    "HeartbeatSeconds": NotRequired["int | str"],
    # Where in the state's input HeartbeatSeconds is. Only in JSONPath.
    "HeartbeatSecondsPath": NotRequired["IResolvable | str"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath.
    "Parameters": NotRequired["Any"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # The ARN of what the task calls: a service integration, a Lambda function or an activity.
    "Resource": NotRequired["IResolvable | str"],
    # Where in the state's input its result is put; null discards the result. Only in JSONPath.
    "ResultPath": NotRequired["IResolvable | None | str"],
    # The result, made anew from $, the result as it came. Only in JSONPath.
    "ResultSelector": NotRequired["Any"],
    # Which errors are tried again, how often and after which time.
    "Retry": NotRequired["Sequence[Retrier]"],
    # How long one attempt may take. In JSONata also {% … %}.
    "TimeoutSeconds": NotRequired["int | str"],
    # Where in the state's input TimeoutSeconds is. Only in JSONPath.
    "TimeoutSecondsPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Task']",
})

WaitState = TypedDict("WaitState", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # How long to wait. In JSONata also {% … %}.
    "Seconds": NotRequired["int | str"],
    # Where in the state's input Seconds is. Only in JSONPath.
    "SecondsPath": NotRequired["IResolvable | str"],
    # Until when to wait, such as 2026-08-18T17:33:00Z. In JSONata also {% … %}.
    "Timestamp": NotRequired["IResolvable | str"],
    # Where in the state's input Timestamp is. Only in JSONPath.
    "TimestampPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Wait']",
})

WaitStep = TypedDict("WaitStep", {
    # Variables that later states read as $name.
    "Assign": NotRequired["Any"],
    # For people; it has no effect.
    "Comment": NotRequired["IResolvable | str"],
    # Whether the machine, branch or iteration ends here.
    "End": NotRequired["bool"],
    # What of the state's input the state works with; null for an empty object. Only in JSONPath.
    "InputPath": NotRequired["IResolvable | None | str"],
    # The step's name, unique in the whole plan; its output is at output.Name.
    "Name": "str",
    # The state that follows.
    "Next": NotRequired["IResolvable | str"],
    # The state's output; $states.result has its result, $states.input its input. Only in JSONata.
    "Output": NotRequired["Any"],
    # What of the result goes on to the next state; null for an empty object. Only in JSONPath.
    "OutputPath": NotRequired["IResolvable | None | str"],
    # The language of the state's expressions; the machine's own by default.
    "QueryLanguage": NotRequired["IResolvable | Literal['JSONPath'] | Literal['JSONata']"],
    # How long to wait. In JSONata also {% … %}.
    "Seconds": NotRequired["int | str"],
    # Where in the state's input Seconds is. Only in JSONPath.
    "SecondsPath": NotRequired["IResolvable | str"],
    # Until when to wait, such as 2026-08-18T17:33:00Z. In JSONata also {% … %}.
    "Timestamp": NotRequired["IResolvable | str"],
    # Where in the state's input Timestamp is. Only in JSONPath.
    "TimestampPath": NotRequired["IResolvable | str"],
    # The state's type.
    "Type": "Literal['Wait']",
})

WriterConfig = TypedDict("WriterConfig", {
    # The format of the results.
    "OutputType": NotRequired["IResolvable | Literal['JSON'] | Literal['JSONL']"],
    # Whether results have their execution's data with them.
    "Transformation": NotRequired["IResolvable | Literal['COMPACT'] | Literal['FLATTEN'] | Literal['NONE']"],
})

Step = Union[
    AttiniRunnerJobStep,
    AttiniLambdaInvokeStep,
    AttiniMergeOutputStep,
    AttiniCfnStep,
    AttiniSamStep,
    AttiniCdkStep,
    AttiniMergeOutputStep,
    AttiniImportStep,
    AttiniMapStep,
    TaskStep,
    PassStep,
    WaitStep,
    ChoiceStep,
    ParallelStep,
    AttiniMapStep,
    SucceedStep,
    FailStep,
]

State = Union[
    AttiniRunnerJobState,
    AttiniLambdaInvokeState,
    AttiniMergeOutputState,
    AttiniCfnState,
    AttiniSamState,
    AttiniCdkState,
    AttiniMergeOutputState,
    AttiniImportState,
    AttiniMapState,
    TaskState,
    PassState,
    WaitState,
    ChoiceState,
    ParallelState,
    AttiniMapState,
    SucceedState,
    FailState,
]
