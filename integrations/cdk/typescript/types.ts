// `make golden` writes this file from the schema of the template.
import type { IResolvable } from 'aws-cdk-lib';

export type Step = AttiniRunnerJobStep | AttiniLambdaInvokeStep | AttiniMergeOutputStep | AttiniCfnStep | AttiniSamStep | AttiniCdkStep | AttiniMergeOutputStep | AttiniImportStep | AttiniMapStep | TaskStep | PassStep | WaitStep | ChoiceStep | ParallelStep | AttiniMapStep | SucceedStep | FailStep;

export type State = AttiniRunnerJobState | AttiniLambdaInvokeState | AttiniMergeOutputState | AttiniCfnState | AttiniSamState | AttiniCdkState | AttiniMergeOutputState | AttiniImportState | AttiniMapState | TaskState | PassState | WaitState | ChoiceState | ParallelState | AttiniMapState | SucceedState | FailState;

export type AttiniCdkDiff = {
  /** Whether somebody has to approve the changes that cdk diff finds. */
  readonly "Enabled": "false" | "true" | false | true;
};

export type AttiniCdkProperties = {
  /** The command that runs the app (--app); cdk.json says it by default. */
  readonly "App"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The command that runs the app (--app); cdk.json says it by default. */
  readonly "App.$"?: string;
  /** Shell commands that run before the synthesis, such as npm ci (--build). */
  readonly "Build"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: Shell commands that run before the synthesis, such as npm ci (--build). */
  readonly "Build.$"?: string;
  /** Assets that are not rebuilt (--build-exclude). */
  readonly "BuildExclude"?: `{%${string}%}` | readonly (IResolvable | boolean | number | string)[];
  /** The path in the step's input to this: Assets that are not rebuilt (--build-exclude). */
  readonly "BuildExclude.$"?: string;
  /** Context values by name (--context). */
  readonly "Context"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: Context values by name (--context). */
  readonly "Context.$"?: string;
  /** An approval of the changes before they are deployed. */
  readonly "Diff"?: AttiniCdkDiff;
  /** The path in the step's input to this: An approval of the changes before they are deployed. */
  readonly "Diff.$"?: string;
  /** Environment variables by name. */
  readonly "Environment"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: Environment variables by name. */
  readonly "Environment.$"?: string;
  /** Deploys only the named Stacks, without those that they depend on (--exclusively). */
  readonly "Exclusively"?: IResolvable | boolean | string;
  /** The path in the step's input to this: Deploys only the named Stacks, without those that they depend on (--exclusively). */
  readonly "Exclusively.$"?: string;
  /** Deploys also if the templates are the same (--force). */
  readonly "Force"?: IResolvable | boolean | string;
  /** The path in the step's input to this: Deploys also if the templates are the same (--force). */
  readonly "Force.$"?: string;
  /** SNS topics that CloudFormation notifies (--notification-arns). */
  readonly "NotificationArns"?: `{%${string}%}` | readonly (IResolvable | boolean | number | string)[];
  /** The path in the step's input to this: SNS topics that CloudFormation notifies (--notification-arns). */
  readonly "NotificationArns.$"?: string;
  /** The directory of the CDK app, from the root of the distribution; the root by default. */
  readonly "Path"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The directory of the CDK app, from the root of the distribution; the root by default. */
  readonly "Path.$"?: string;
  /** CDK plug-ins (--plugin). */
  readonly "Plugins"?: `{%${string}%}` | readonly (IResolvable | boolean | number | string)[];
  /** The path in the step's input to this: CDK plug-ins (--plugin). */
  readonly "Plugins.$"?: string;
  /** CloudFormation's service role (--role-arn). */
  readonly "RoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: CloudFormation's service role (--role-arn). */
  readonly "RoleArn.$"?: string;
  /** The logical id of the Runner; the plan's DefaultRunner by default. */
  readonly "Runner"?: IResolvable | string;
  /** Parameters of stacks. */
  readonly "StackConfiguration"?: `{%${string}%}` | readonly (AttiniCdkStackConfiguration)[];
  /** The path in the step's input to this: Parameters of stacks. */
  readonly "StackConfiguration.$"?: string;
  /** The stacks to deploy; all by default. */
  readonly "Stacks"?: `{%${string}%}` | readonly (IResolvable | boolean | number | string)[];
  /** The path in the step's input to this: The stacks to deploy; all by default. */
  readonly "Stacks.$"?: string;
};

export type AttiniCdkStackConfiguration = {
  /** The parameters by name (--parameters). */
  readonly "Parameters"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: The parameters by name (--parameters). */
  readonly "Parameters.$"?: string;
  /** The stack; all stacks without it. */
  readonly "StackName"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The stack; all stacks without it. */
  readonly "StackName.$"?: string;
} & ({ readonly "Parameters": unknown } | { readonly "Parameters.$": unknown });

export type AttiniCdkState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The CDK app that a runner deploys. The outputs of its stacks, by stack, are the step's output. */
  readonly "Properties"?: AttiniCdkProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniCdk";
};

export type AttiniCdkStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The CDK app that a runner deploys. The outputs of its stacks, by stack, are the step's output. */
  readonly "Properties"?: AttiniCdkProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniCdk";
};

export type AttiniCfnProperties = {
  /** Deploy, or Delete for a stack that is to be deleted; default Deploy. */
  readonly "Action"?: "Delete" | "Deploy" | IResolvable | `${string}\${${string}` | `{%${string}%}`;
  /** The path in the step's input to this: Deploy, or Delete for a stack that is to be deleted; default Deploy. */
  readonly "Action.$"?: string;
  /** A configuration file in the distribution, YAML or JSON; its path begins with a slash. */
  readonly "ConfigFile"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: A configuration file in the distribution, YAML or JSON; its path begins with a slash. */
  readonly "ConfigFile.$"?: string;
  /** Turns the stack's termination protection on or off; without it, the protection stays as it is. */
  readonly "EnableTerminationProtection"?: IResolvable | boolean | string;
  /** The path in the step's input to this: Turns the stack's termination protection on or off; without it, the protection stays as it is. */
  readonly "EnableTerminationProtection.$"?: string;
  /** The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles). */
  readonly "ExecutionRoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles). */
  readonly "ExecutionRoleArn.$"?: string;
  /** What becomes of a stack whose creation fails; default ROLLBACK. */
  readonly "OnFailure"?: "DELETE" | "DO_NOTHING" | "ROLLBACK" | IResolvable | `${string}\${${string}` | `{%${string}%}`;
  /** The path in the step's input to this: What becomes of a stack whose creation fails; default ROLLBACK. */
  readonly "OnFailure.$"?: string;
  /** A key under which the stack's outputs are in the step's output. */
  readonly "OutputPath"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: A key under which the stack's outputs are in the step's output. */
  readonly "OutputPath.$"?: string;
  /** The stack's parameters by name. They override those of the ConfigFile. */
  readonly "Parameters"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: The stack's parameters by name. They override those of the ConfigFile. */
  readonly "Parameters.$"?: string;
  /** The stack's region; the plan's by default. */
  readonly "Region"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The stack's region; the plan's by default. */
  readonly "Region.$"?: string;
  /** The stack's name. Here or in the ConfigFile. */
  readonly "StackName"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The stack's name. Here or in the ConfigFile. */
  readonly "StackName.$"?: string;
  /** CloudFormation's service role for the stack. The installation must allow it (StackRolePath). */
  readonly "StackRoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: CloudFormation's service role for the stack. The installation must allow it (StackRolePath). */
  readonly "StackRoleArn.$"?: string;
  /** The stack's tags by name. They override those of the ConfigFile. */
  readonly "Tags"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: The stack's tags by name. They override those of the ConfigFile. */
  readonly "Tags.$"?: string;
  /** The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile. */
  readonly "Template"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile. */
  readonly "Template.$"?: string;
  /** Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile. */
  readonly "Variables"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile. */
  readonly "Variables.$"?: string;
};

export type AttiniCfnState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The CloudFormation stack that the step deploys or deletes. Its outputs are the step's output. */
  readonly "Properties"?: AttiniCfnProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniCfn";
};

export type AttiniCfnStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The CloudFormation stack that the step deploys or deletes. Its outputs are the step's output. */
  readonly "Properties"?: AttiniCfnProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniCfn";
};

export type AttiniImportProperties = {
  /** The role that reads the document. */
  readonly "ExecutionRoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The role that reads the document. */
  readonly "ExecutionRoleArn.$"?: string;
  /** What the step's output has: JSONPaths into the document, by key. */
  readonly "Mapping"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: What the step's output has: JSONPaths into the document, by key. */
  readonly "Mapping.$"?: string;
  /** The document: YAML or JSON. */
  readonly "Source"?: AttiniImportSource;
  /** The path in the step's input to this: The document: YAML or JSON. */
  readonly "Source.$"?: string;
  /** Where the document is. */
  readonly "SourceType"?: "S3" | IResolvable | `${string}\${${string}` | `{%${string}%}`;
  /** The path in the step's input to this: Where the document is. */
  readonly "SourceType.$"?: string;
} & ({ readonly "SourceType": unknown } | { readonly "SourceType.$": unknown }) & ({ readonly "Source": unknown } | { readonly "Source.$": unknown }) & ({ readonly "Mapping": unknown } | { readonly "Mapping.$": unknown });

export type AttiniImportSource = {
  /** The bucket. */
  readonly "Bucket"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The bucket. */
  readonly "Bucket.$"?: string;
  /** The object's key. */
  readonly "Key"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The object's key. */
  readonly "Key.$"?: string;
  /** The distribution's name, in the original framework only. */
  readonly "Name"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The distribution's name, in the original framework only. */
  readonly "Name.$"?: string;
};

export type AttiniImportState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The document, and what the step's output has of it. */
  readonly "Properties"?: AttiniImportProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniImport";
};

export type AttiniImportStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The document, and what the step's output has of it. */
  readonly "Properties"?: AttiniImportProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniImport";
};

export type AttiniLambdaInvokeState = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniLambdaInvoke";
};

export type AttiniLambdaInvokeStep = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniLambdaInvoke";
};

export type AttiniMapState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** How many items an iteration of a distributed Map gets. */
  readonly "ItemBatcher"?: ItemBatcher;
  /** The machine that runs for each item. */
  readonly "ItemProcessor"?: ItemProcessor | readonly (Step)[];
  /** Where a distributed Map reads its items from. */
  readonly "ItemReader"?: ItemReader;
  /** Each iteration's input, made of the item and the state's input. */
  readonly "ItemSelector"?: unknown;
  /** The list of items; the state's input by default. Only in JSONata. */
  readonly "Items"?: unknown;
  /** Where in the state's input the list of items is. Only in JSONPath. */
  readonly "ItemsPath"?: IResolvable | string;
  /** ItemProcessor's older name. */
  readonly "Iterator"?: ItemProcessor | readonly (Step)[];
  /** A part of the names of a distributed Map's executions; at most 40 characters. */
  readonly "Label"?: IResolvable | string;
  /** How many iterations run at once; 0 for as many as Step Functions runs. In JSONata also {% … %}. */
  readonly "MaxConcurrency"?: `{%${string}%}` | number;
  /** Where in the state's input MaxConcurrency is. Only in JSONPath. */
  readonly "MaxConcurrencyPath"?: IResolvable | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Where a distributed Map writes its results. */
  readonly "ResultWriter"?: ResultWriter;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How many items may fail before the Map fails. In JSONata also {% … %}. */
  readonly "ToleratedFailureCount"?: `{%${string}%}` | number;
  /** Where in the state's input ToleratedFailureCount is. Only in JSONPath. */
  readonly "ToleratedFailureCountPath"?: IResolvable | string;
  /** What percentage of items may fail before the Map fails. In JSONata also {% … %}. */
  readonly "ToleratedFailurePercentage"?: `{%${string}%}` | number;
  /** Where in the state's input ToleratedFailurePercentage is. Only in JSONPath. */
  readonly "ToleratedFailurePercentagePath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Map";
};

export type AttiniMapStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** How many items an iteration of a distributed Map gets. */
  readonly "ItemBatcher"?: ItemBatcher;
  /** The machine that runs for each item. */
  readonly "ItemProcessor"?: ItemProcessor | readonly (Step)[];
  /** Where a distributed Map reads its items from. */
  readonly "ItemReader"?: ItemReader;
  /** Each iteration's input, made of the item and the state's input. */
  readonly "ItemSelector"?: unknown;
  /** The list of items; the state's input by default. Only in JSONata. */
  readonly "Items"?: unknown;
  /** Where in the state's input the list of items is. Only in JSONPath. */
  readonly "ItemsPath"?: IResolvable | string;
  /** ItemProcessor's older name. */
  readonly "Iterator"?: ItemProcessor | readonly (Step)[];
  /** A part of the names of a distributed Map's executions; at most 40 characters. */
  readonly "Label"?: IResolvable | string;
  /** How many iterations run at once; 0 for as many as Step Functions runs. In JSONata also {% … %}. */
  readonly "MaxConcurrency"?: `{%${string}%}` | number;
  /** Where in the state's input MaxConcurrency is. Only in JSONPath. */
  readonly "MaxConcurrencyPath"?: IResolvable | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Where a distributed Map writes its results. */
  readonly "ResultWriter"?: ResultWriter;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How many items may fail before the Map fails. In JSONata also {% … %}. */
  readonly "ToleratedFailureCount"?: `{%${string}%}` | number;
  /** Where in the state's input ToleratedFailureCount is. Only in JSONPath. */
  readonly "ToleratedFailureCountPath"?: IResolvable | string;
  /** What percentage of items may fail before the Map fails. In JSONata also {% … %}. */
  readonly "ToleratedFailurePercentage"?: `{%${string}%}` | number;
  /** Where in the state's input ToleratedFailurePercentage is. Only in JSONPath. */
  readonly "ToleratedFailurePercentagePath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Map";
};

export type AttiniMergeOutputState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniManualApproval";
};

export type AttiniMergeOutputStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniManualApproval";
};

export type AttiniRunnerJobProperties = {
  /** Shell commands, run one after the other in one shell; the first that fails ends the job. In JSONata also {% … %}. */
  readonly "Commands"?: readonly (IResolvable | boolean | number | string)[] | string;
  /** The path to the commands in the step's input. */
  readonly "Commands.$"?: string;
  /** Environment variables by name; a name that ends in .$ takes its value from the step's input. */
  readonly "Environment"?: string | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path to the variables in the step's input. */
  readonly "Environment.$"?: string;
  /** The logical id of the Runner; the plan's DefaultRunner by default. */
  readonly "Runner"?: IResolvable | string;
};

export type AttiniRunnerJobState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** What the job runs, and where. */
  readonly "Properties"?: AttiniRunnerJobProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniRunnerJob";
};

export type AttiniRunnerJobStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** What the job runs, and where. */
  readonly "Properties"?: AttiniRunnerJobProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniRunnerJob";
};

export type AttiniRunnerProps = {
  /** The network of the runner's ECS task. Without it, the default VPC and a new security group without inbound rules are used. */
  readonly "AwsVpcConfiguration"?: AwsVpcConfiguration | IResolvable;
  /** The container of the task definition that runs the jobs. Required when the task definition has more than one. */
  readonly "ContainerName"?: IResolvable | `{{resolve:${string}` | number | string;
  /** CPU units of the task (1024 are one vCPU), in place of the task definition's. On Fargate it must fit Memory; on EC2 it must be smaller than the host's. Allowed: 256-98304 CPU units. */
  readonly "Cpu"?: IResolvable | `{{resolve:${string}` | number | string;
  /** The EC2 host of the runner. With it the launch type is EC2, without it Fargate. */
  readonly "Ec2Configuration"?: Ec2Configuration | IResolvable;
  /** The name of the runner's ECS cluster. */
  readonly "EcsCluster"?: IResolvable | `{{resolve:${string}` | number | string;
  /** Container image that the runner should use; a task definition is made for it. It cannot be combined with TaskDefinitionArn. */
  readonly "Image"?: IResolvable | `{{resolve:${string}` | number | string;
  /** What keeps the runner's jobs apart. With job, each job gets a fresh task, and on EC2 a fresh host: the runner executes one job at a time, whatever MaxConcurrentJobs says, and its task ends after it. With none, jobs share a warm task. */
  readonly "Isolation"?: "job" | "none" | IResolvable | `{{resolve:${string}`;
  /** Memory of the task in MiB, in place of the task definition's. On Fargate it must fit Cpu; on EC2 leave 20-30% of the host's memory to its operating system. Allowed: 512-25165824 MiB. */
  readonly "Memory"?: IResolvable | `{{resolve:${string}` | number | string;
  /** IAM role that overrides the task definition's. It needs the policy attini-runner-basic-execution-policy-{Region}. Default: arn:aws:iam::{AccountId}:role/attini/attini-default-runner-role-{Region}. */
  readonly "RoleArn"?: IResolvable | `{{resolve:${string}` | string;
  /** How the runner takes and runs jobs. */
  readonly "RunnerConfiguration"?: IResolvable | RunnerConfiguration;
  /** Other stacks of the account whose plans may run jobs on the runner, with its role: names, or beginnings with * at their end. Without it, only plans of the runner's own stack may. */
  readonly "SharedWith"?: IResolvable | `{{resolve:${string}` | readonly (IResolvable | `{{resolve:${string}` | string)[] | string | unknown;
  /** What the runner does before its first job. */
  readonly "Startup"?: IResolvable | Startup;
  /** ECS task definition that the runner should use. It cannot be combined with Image; without both, the default task definition is used. Its container must not have an ENTRYPOINT. */
  readonly "TaskDefinitionArn"?: IResolvable | `{{resolve:${string}` | number | string;
};

export type AttiniSamProject = {
  /** The directory of the build, from the project's; default .aws-sam/build. */
  readonly "BuildDir"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The directory of the build, from the project's; default .aws-sam/build. */
  readonly "BuildDir.$"?: string;
  /** The project's directory, from the root of the distribution. */
  readonly "Path"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The project's directory, from the root of the distribution. */
  readonly "Path.$"?: string;
  /** The project's template; default template.yaml. */
  readonly "Template"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The project's template; default template.yaml. */
  readonly "Template.$"?: string;
} & ({ readonly "Path": unknown } | { readonly "Path.$": unknown });

export type AttiniSamProperties = {
  /** Deploy, or Delete for a stack that is to be deleted; default Deploy. */
  readonly "Action"?: "Delete" | "Deploy" | IResolvable | `${string}\${${string}` | `{%${string}%}`;
  /** The path in the step's input to this: Deploy, or Delete for a stack that is to be deleted; default Deploy. */
  readonly "Action.$"?: string;
  /** A configuration file in the distribution, YAML or JSON; its path begins with a slash. */
  readonly "ConfigFile"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: A configuration file in the distribution, YAML or JSON; its path begins with a slash. */
  readonly "ConfigFile.$"?: string;
  /** Turns the stack's termination protection on or off; without it, the protection stays as it is. */
  readonly "EnableTerminationProtection"?: IResolvable | boolean | string;
  /** The path in the step's input to this: Turns the stack's termination protection on or off; without it, the protection stays as it is. */
  readonly "EnableTerminationProtection.$"?: string;
  /** The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles). */
  readonly "ExecutionRoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The role with which CloudFormation is called, also in another account. The installation must allow it (StackExecutionRoles). */
  readonly "ExecutionRoleArn.$"?: string;
  /** What becomes of a stack whose creation fails; default ROLLBACK. */
  readonly "OnFailure"?: "DELETE" | "DO_NOTHING" | "ROLLBACK" | IResolvable | `${string}\${${string}` | `{%${string}%}`;
  /** The path in the step's input to this: What becomes of a stack whose creation fails; default ROLLBACK. */
  readonly "OnFailure.$"?: string;
  /** A key under which the stack's outputs are in the step's output. */
  readonly "OutputPath"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: A key under which the stack's outputs are in the step's output. */
  readonly "OutputPath.$"?: string;
  /** The stack's parameters by name. They override those of the ConfigFile. */
  readonly "Parameters"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: The stack's parameters by name. They override those of the ConfigFile. */
  readonly "Parameters.$"?: string;
  /** The SAM project in the distribution. */
  readonly "Project"?: AttiniSamProject;
  /** The path in the step's input to this: The SAM project in the distribution. */
  readonly "Project.$"?: string;
  /** The stack's region; the plan's by default. */
  readonly "Region"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The stack's region; the plan's by default. */
  readonly "Region.$"?: string;
  /** The logical id of the Runner; the plan's DefaultRunner by default. */
  readonly "Runner"?: IResolvable | string;
  /** The stack's name. Here or in the ConfigFile. */
  readonly "StackName"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The stack's name. Here or in the ConfigFile. */
  readonly "StackName.$"?: string;
  /** CloudFormation's service role for the stack. The installation must allow it (StackRolePath). */
  readonly "StackRoleArn"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: CloudFormation's service role for the stack. The installation must allow it (StackRolePath). */
  readonly "StackRoleArn.$"?: string;
  /** The stack's tags by name. They override those of the ConfigFile. */
  readonly "Tags"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: The stack's tags by name. They override those of the ConfigFile. */
  readonly "Tags.$"?: string;
  /** The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile. */
  readonly "Template"?: IResolvable | boolean | number | string;
  /** The path in the step's input to this: The template: a path in the distribution, https://… or s3://bucket/key. Here or in the ConfigFile. */
  readonly "Template.$"?: string;
  /** Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile. */
  readonly "Variables"?: `{%${string}%}` | { readonly [name: string]: IResolvable | boolean | number | string } | IResolvable;
  /** The path in the step's input to this: Texts by name; each takes the place of ${name} in the other properties and in the ConfigFile. */
  readonly "Variables.$"?: string;
} & ({ readonly "Project": unknown } | { readonly "Project.$": unknown });

export type AttiniSamState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The SAM project that a runner packages, and the stack that is then deployed. */
  readonly "Properties"?: AttiniSamProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniSam";
};

export type AttiniSamStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The SAM project that a runner packages, and the stack that is then deployed. */
  readonly "Properties"?: AttiniSamProperties;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "AttiniSam";
};

export type AwsVpcConfiguration = {
  /** Whether the task gets a public IP address. */
  readonly "AssignPublicIp"?: "DISABLED" | "ENABLED" | IResolvable | `{{resolve:${string}`;
  /** The security groups of the ECS task: a list, or ids separated by commas. */
  readonly "SecurityGroups"?: IResolvable | `{{resolve:${string}` | readonly (IResolvable | `{{resolve:${string}` | string)[] | string | unknown;
  /** The subnets of the ECS task: a list, or ids separated by commas. */
  readonly "Subnets": IResolvable | `{{resolve:${string}` | readonly (IResolvable | `{{resolve:${string}` | string)[] | string | unknown;
};

export type Branch = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The state that runs first. */
  readonly "StartAt"?: IResolvable | string;
  /** The states by name. */
  readonly "States"?: { readonly [name: string]: State } | IResolvable;
};

export type Catcher = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The names of the errors; States.ALL for any. */
  readonly "ErrorEquals"?: readonly (IResolvable | string)[];
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.errorOutput has Error and Cause. Only in JSONata. */
  readonly "Output"?: unknown;
  /** Where in the state's input the error's Error and Cause are put. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
};

export type ChoiceRule = {
  /** Holds if all its rules hold. Only in JSONPath. */
  readonly "And"?: readonly (ChoiceRule)[];
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "BooleanEquals"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "BooleanEqualsPath"?: IResolvable | null | string;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The rule: an expression that is true or false. Only in JSONata. */
  readonly "Condition"?: boolean | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsBoolean"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsNull"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsNumeric"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsPresent"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsString"?: boolean;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "IsTimestamp"?: boolean;
  /** The state that follows if the rule holds. */
  readonly "Next"?: IResolvable | string;
  /** Holds if its rule does not hold. Only in JSONPath. */
  readonly "Not"?: ChoiceRule;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericEquals"?: number;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericGreaterThan"?: number;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericGreaterThanEquals"?: number;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericGreaterThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericGreaterThanPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericLessThan"?: number;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericLessThanEquals"?: number;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericLessThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "NumericLessThanPath"?: IResolvable | null | string;
  /** Holds if one of its rules holds. Only in JSONPath. */
  readonly "Or"?: readonly (ChoiceRule)[];
  /** The state's output if the rule holds. Only in JSONata. */
  readonly "Output"?: unknown;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringGreaterThan"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringGreaterThanEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringGreaterThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringGreaterThanPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringLessThan"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringLessThanEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringLessThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringLessThanPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "StringMatches"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampGreaterThan"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampGreaterThanEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampGreaterThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampGreaterThanPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampLessThan"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampLessThanEquals"?: IResolvable | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampLessThanEqualsPath"?: IResolvable | null | string;
  /** Whether what Variable selects compares so. Only in JSONPath. */
  readonly "TimestampLessThanPath"?: IResolvable | null | string;
  /** The path to what is compared. Only in JSONPath. */
  readonly "Variable"?: IResolvable | null | string;
};

export type ChoiceState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Rules; the first that holds names the state that follows. */
  readonly "Choices"?: readonly (ChoiceRule)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The state that follows if no rule holds. */
  readonly "Default"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's type. */
  readonly "Type": "Choice";
};

export type ChoiceStep = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The rule that decides: Variable and a comparison, And, Or or Not. */
  readonly "Condition"?: ChoiceRule;
  /** The steps that run if it does not. */
  readonly "IsFalse"?: readonly (Step)[];
  /** The steps that run if the rule holds. */
  readonly "IsTrue"?: readonly (Step)[];
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state's type. */
  readonly "Type": "Choice";
};

export type Credentials = {
  /** The role with which the task calls. In JSONata also {% … %}. */
  readonly "RoleArn"?: IResolvable | `{%${string}%}` | string;
};

export type DeploymentPlanProps = {
  /** The logical id of the Runner of every AttiniRunnerJob that names none. */
  readonly "DefaultRunner"?: IResolvable | string;
  /** Texts by name; each takes the place of ${name} in the steps. */
  readonly "DefinitionSubstitutions"?: { readonly [name: string]: unknown };
  /** The steps: an object with StartAt and States, or a list of steps of which each is followed by the next. */
  readonly "DeploymentPlan": Machine | readonly (Step)[];
  /** What the payload of the first step holds before anything is laid over it. */
  readonly "PayloadDefaults"?: { readonly [name: string]: unknown };
  /** ARN of a permissions boundary for the role that is made for the state machine. */
  readonly "PermissionsBoundary"?: IResolvable | string;
  /** Policies of the role that is made for the state machine, as in AWS::Serverless::StateMachine. They cannot be combined with RoleArn. */
  readonly "Policies"?: IResolvable | readonly unknown[] | string;
  /** Whether an execution starts with starting the runners to which every way through the plan comes; true unless it is given. */
  readonly "Prewarm"?: boolean | string;
  /** IAM role that the state machine takes. It cannot be combined with Policies. */
  readonly "RoleArn"?: IResolvable | string;
  /** The state machine's tags: texts by name. */
  readonly "Tags"?: { readonly [name: string]: unknown };
};

export type Ec2Configuration = {
  /** An AMI id, or the name of a recommended AMI. An AMI of your own needs the ECS agent installed and enabled. */
  readonly "Ami"?: "AmazonLinux2" | "AmazonLinux2023" | "AmazonLinux2023_arm64" | "AmazonLinux2023_inf" | "AmazonLinux2_arm64" | "AmazonLinux2_gpu" | "AmazonLinux2_inf" | IResolvable | `{{resolve:${string}` | string;
  /** Instance types that are tried in this order when EC2 has no InstanceType in any of the Subnets. They share its Ami, so they need its architecture, and the task must fit each of them. */
  readonly "FallbackInstanceTypes"?: IResolvable | `{{resolve:${string}` | readonly (IResolvable | `{{resolve:${string}` | string)[] | string | unknown;
  /** Instance profile that gives the host its IAM access. Default: attini-runner-default-instance-profile-{Region}. */
  readonly "InstanceProfileName"?: IResolvable | `{{resolve:${string}` | number | string;
  /** AWS instance type, for example m5.large. */
  readonly "InstanceType": IResolvable | `{{resolve:${string}` | string;
};

export type FailState = {
  /** Why, for people. In JSONata also {% … %}. */
  readonly "Cause"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Cause is. Only in JSONPath. */
  readonly "CausePath"?: IResolvable | string;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The error's name. In JSONata also {% … %}. */
  readonly "Error"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Error is. Only in JSONPath. */
  readonly "ErrorPath"?: IResolvable | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's type. */
  readonly "Type": "Fail";
};

export type FailStep = {
  /** Why, for people. In JSONata also {% … %}. */
  readonly "Cause"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Cause is. Only in JSONPath. */
  readonly "CausePath"?: IResolvable | string;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The error's name. In JSONata also {% … %}. */
  readonly "Error"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Error is. Only in JSONPath. */
  readonly "ErrorPath"?: IResolvable | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's type. */
  readonly "Type": "Fail";
};

export type ItemBatcher = {
  /** What each batch has beside its Items. */
  readonly "BatchInput"?: unknown;
  /** How many bytes of JSON a batch has at most. In JSONata also {% … %}. */
  readonly "MaxInputBytesPerBatch"?: `{%${string}%}` | number;
  /** Where in the state's input MaxInputBytesPerBatch is. Only in JSONPath. */
  readonly "MaxInputBytesPerBatchPath"?: IResolvable | string;
  /** How many items a batch has at most. In JSONata also {% … %}. */
  readonly "MaxItemsPerBatch"?: `{%${string}%}` | number;
  /** Where in the state's input MaxItemsPerBatch is. Only in JSONPath. */
  readonly "MaxItemsPerBatchPath"?: IResolvable | string;
};

export type ItemProcessor = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** How the iterations run. */
  readonly "ProcessorConfig"?: ProcessorConfig;
  /** The state that runs first. */
  readonly "StartAt"?: IResolvable | string;
  /** The states by name. */
  readonly "States"?: { readonly [name: string]: State } | IResolvable;
};

export type ItemReader = {
  /** The Bucket and Key to read. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** The Bucket and Key to read. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** How the items stand in the object. */
  readonly "ReaderConfig"?: ReaderConfig;
  /** arn:aws:states:::s3:getObject or arn:aws:states:::s3:listObjectsV2. */
  readonly "Resource"?: IResolvable | string;
};

export type Machine = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The language of the expressions in all states; JSONPath by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state that runs first. */
  readonly "StartAt"?: IResolvable | string;
  /** The states by name. */
  readonly "States"?: { readonly [name: string]: State } | IResolvable;
  /** How long an execution may take. */
  readonly "TimeoutSeconds"?: number;
  /** The language's version. */
  readonly "Version"?: "1.0" | IResolvable;
};

export type ParallelState = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** The machines that run at once, each with the state's input. */
  readonly "Branches"?: readonly (Branch | readonly (Step)[])[];
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** The state's type. */
  readonly "Type": "Parallel";
};

export type ParallelStep = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** The machines that run at once, each with the state's input. */
  readonly "Branches"?: readonly (Branch | readonly (Step)[])[];
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** The state's type. */
  readonly "Type": "Parallel";
};

export type PassState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's result, as it is written. Only in JSONPath. */
  readonly "Result"?: unknown;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The state's type. */
  readonly "Type": "Pass";
};

export type PassStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's result, as it is written. Only in JSONPath. */
  readonly "Result"?: unknown;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The state's type. */
  readonly "Type": "Pass";
};

export type ProcessorConfig = {
  /** The type of the executions of a distributed Map. */
  readonly "ExecutionType"?: "EXPRESS" | "STANDARD" | IResolvable;
  /** INLINE, in this execution, or DISTRIBUTED, each in one of its own. */
  readonly "Mode"?: "DISTRIBUTED" | "INLINE" | IResolvable;
};

export type ReaderConfig = {
  /** What stands between a CSV's values. */
  readonly "CSVDelimiter"?: "COMMA" | "PIPE" | "SEMICOLON" | "SPACE" | "TAB" | IResolvable;
  /** Where the names of a CSV's columns are. */
  readonly "CSVHeaderLocation"?: "FIRST_ROW" | "GIVEN" | IResolvable;
  /** The names of a CSV's columns. */
  readonly "CSVHeaders"?: readonly (IResolvable | string)[];
  /** The object's format. */
  readonly "InputType"?: "CSV" | "JSON" | "JSONL" | "MANIFEST" | "PARQUET" | IResolvable;
  /** Where in a JSON object the items are, as a JSON Pointer. */
  readonly "ItemsPointer"?: IResolvable | string;
  /** The kind of a MANIFEST. */
  readonly "ManifestType"?: "ATHENA_DATA" | "S3_INVENTORY" | IResolvable;
  /** How many items to read at most. In JSONata also {% … %}. */
  readonly "MaxItems"?: `{%${string}%}` | number;
  /** Where in the state's input MaxItems is. Only in JSONPath. */
  readonly "MaxItemsPath"?: IResolvable | string;
  /** Whether to read what is in the listed objects. */
  readonly "Transformation"?: "LOAD_AND_FLATTEN" | "NONE" | IResolvable;
};

export type ResultWriter = {
  /** The Bucket and Prefix to write to. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** The Bucket and Prefix to write to. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** arn:aws:states:::s3:putObject. */
  readonly "Resource"?: IResolvable | string;
  /** What is written. */
  readonly "WriterConfig"?: WriterConfig;
};

export type Retrier = {
  /** By what the time grows with each retry; 2 by default. */
  readonly "BackoffRate"?: number;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The names of the errors; States.ALL for any. */
  readonly "ErrorEquals"?: readonly (IResolvable | string)[];
  /** The time before the first retry; 1 by default. */
  readonly "IntervalSeconds"?: number;
  /** FULL waits a random part of the time. */
  readonly "JitterStrategy"?: "FULL" | "NONE" | IResolvable;
  /** How often to try again; 3 by default. */
  readonly "MaxAttempts"?: number;
  /** The longest time before a retry; more than IntervalSeconds. */
  readonly "MaxDelaySeconds"?: number;
};

export type RunnerConfiguration = {
  /** Seconds that the runner stays alive without any job. New jobs reset the countdown. Allowed: 60-86400 seconds. */
  readonly "IdleTimeToLive"?: IResolvable | `{{resolve:${string}` | number | string;
  /** Seconds that a job can execute before the runner aborts it. Allowed: 5-172800 seconds. */
  readonly "JobTimeout"?: IResolvable | `{{resolve:${string}` | number | string;
  /** The log level of the runner. */
  readonly "LogLevel"?: "ALL" | "DEBUG" | "ERROR" | "INFO" | "OFF" | "WARN" | IResolvable | `{{resolve:${string}` | false;
  /** The greatest number of jobs that the runner executes at a time. Allowed: 1-20 jobs. */
  readonly "MaxConcurrentJobs"?: IResolvable | `{{resolve:${string}` | number | string;
};

export type Startup = {
  /** Shell commands that run when the runner starts. */
  readonly "Commands"?: IResolvable | readonly (IResolvable | `{{resolve:${string}` | number | string)[];
  /** Seconds that the startup commands can execute before the runner aborts. Allowed: 5-172800 seconds. */
  readonly "CommandsTimeout"?: IResolvable | `{{resolve:${string}` | number | string;
};

export type StepCatcher = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The names of the errors; States.ALL for any. */
  readonly "ErrorEquals"?: readonly (IResolvable | string)[];
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.errorOutput has Error and Cause. Only in JSONata. */
  readonly "Output"?: unknown;
  /** Where in the state's input the error's Error and Cause are put. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The steps that run after the error, in place of Next. The plan goes on after them as after the step itself. The error is at $.error unless ResultPath is given. */
  readonly "Steps"?: readonly (Step)[];
};

export type SucceedState = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's type. */
  readonly "Type": "Succeed";
};

export type SucceedStep = {
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The state's type. */
  readonly "Type": "Succeed";
};

export type TaskState = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (Catcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The role with which the task calls, RoleArn. */
  readonly "Credentials"?: Credentials;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The ARN of what the task calls: a service integration, a Lambda function or an activity. */
  readonly "Resource"?: IResolvable | string;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Task";
};

export type TaskStep = {
  /** What the state gives to what it calls. Only in JSONata. */
  readonly "Arguments"?: unknown;
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** Which state follows an error that is not tried again. */
  readonly "Catch"?: readonly (StepCatcher)[];
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** The role with which the task calls, RoleArn. */
  readonly "Credentials"?: Credentials;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** How long the task may go without a heartbeat; less than TimeoutSeconds. In JSONata also {% … %}. */
  readonly "HeartbeatSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input HeartbeatSeconds is. Only in JSONPath. */
  readonly "HeartbeatSecondsPath"?: IResolvable | string;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The state's input, made anew: names that end in .$ take a path or an intrinsic function. Only in JSONPath. */
  readonly "Parameters"?: unknown;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** The ARN of what the task calls: a service integration, a Lambda function or an activity. */
  readonly "Resource"?: IResolvable | string;
  /** Where in the state's input its result is put; null discards the result. Only in JSONPath. */
  readonly "ResultPath"?: IResolvable | null | string;
  /** The result, made anew from $, the result as it came. Only in JSONPath. */
  readonly "ResultSelector"?: unknown;
  /** Which errors are tried again, how often and after which time. */
  readonly "Retry"?: readonly (Retrier)[];
  /** How long one attempt may take. In JSONata also {% … %}. */
  readonly "TimeoutSeconds"?: `{%${string}%}` | number;
  /** Where in the state's input TimeoutSeconds is. Only in JSONPath. */
  readonly "TimeoutSecondsPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Task";
};

export type WaitState = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** How long to wait. In JSONata also {% … %}. */
  readonly "Seconds"?: `{%${string}%}` | number;
  /** Where in the state's input Seconds is. Only in JSONPath. */
  readonly "SecondsPath"?: IResolvable | string;
  /** Until when to wait, such as 2026-08-18T17:33:00Z. In JSONata also {% … %}. */
  readonly "Timestamp"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Timestamp is. Only in JSONPath. */
  readonly "TimestampPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Wait";
};

export type WaitStep = {
  /** Variables that later states read as $name. */
  readonly "Assign"?: unknown;
  /** For people; it has no effect. */
  readonly "Comment"?: IResolvable | string;
  /** Whether the machine, branch or iteration ends here. */
  readonly "End"?: boolean;
  /** What of the state's input the state works with; null for an empty object. Only in JSONPath. */
  readonly "InputPath"?: IResolvable | null | string;
  /** The step's name, unique in the whole plan; its output is at output.Name. */
  readonly "Name": string;
  /** The state that follows. */
  readonly "Next"?: IResolvable | string;
  /** The state's output; $states.result has its result, $states.input its input. Only in JSONata. */
  readonly "Output"?: unknown;
  /** What of the result goes on to the next state; null for an empty object. Only in JSONPath. */
  readonly "OutputPath"?: IResolvable | null | string;
  /** The language of the state's expressions; the machine's own by default. */
  readonly "QueryLanguage"?: "JSONPath" | "JSONata" | IResolvable;
  /** How long to wait. In JSONata also {% … %}. */
  readonly "Seconds"?: `{%${string}%}` | number;
  /** Where in the state's input Seconds is. Only in JSONPath. */
  readonly "SecondsPath"?: IResolvable | string;
  /** Until when to wait, such as 2026-08-18T17:33:00Z. In JSONata also {% … %}. */
  readonly "Timestamp"?: IResolvable | `{%${string}%}` | string;
  /** Where in the state's input Timestamp is. Only in JSONPath. */
  readonly "TimestampPath"?: IResolvable | string;
  /** The state's type. */
  readonly "Type": "Wait";
};

export type WriterConfig = {
  /** The format of the results. */
  readonly "OutputType"?: "JSON" | "JSONL" | IResolvable;
  /** Whether results have their execution's data with them. */
  readonly "Transformation"?: "COMPACT" | "FLATTEN" | "NONE" | IResolvable;
};
