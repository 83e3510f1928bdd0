package protocol

// Parameters by which a stack says what it deploys.
const (
	ParameterEnvironment    = "AttiniEnvironmentName"
	ParameterDistribution   = "AttiniDistributionName"
	ParameterDistributionID = "AttiniDistributionId"
)

// Top-level keys of a plan's payload (docs/wire.md, "Payload").
const (
	KeyEnvironment     = "environment"
	KeyOrigin          = "deploymentOriginData"
	KeyStackParameters = "stackParameters"
	KeyOutput          = "output"
	KeyDependencies    = "dependencies"
	KeyCustomData      = "customData"
)

// Keys of the object under KeyOrigin, which has KeyEnvironment, too. Times are in
// milliseconds since 1970.
const (
	KeyDistributionName = "distributionName"
	KeyDistributionID   = "distributionId"
	KeyDeploymentName   = "deploymentName"
	KeyDeploymentTime   = "deploymentTime"
	KeyObjectIdentifier = "objectIdentifier"
	KeyStackName        = "stackName"
	KeyDeploymentSource = "deploymentSource"
	// These have one value: nothing here knows the file that would tell them.
	KeyVersion          = "version"
	KeyDistributionTags = "distributionTags"
	KeySAMPackaged      = "samPackaged"
	// The keys of the object under KeyDeploymentSource.
	KeySourceBucket = "deploymentSourceBucket"
	KeySourcePrefix = "deploymentSourcePrefix"
)

// What a step asks of the launcher, under KeyActionType.
const (
	// ActionExecuteRunner runs a job; the step waits for its result.
	ActionExecuteRunner = "ExecuteRunner"
	// ActionMergeOutput merges the results under KeyBranches into one payload.
	ActionMergeOutput = "MergeOutput"
	// ActionPrewarm starts the runners under KeyRunners; no step waits for it.
	ActionPrewarm = "Prewarm"
	// ActionDeployStack deploys or deletes a CloudFormation stack; the step waits for
	// CloudFormation.
	ActionDeployStack = "DeployCfn"
	// ActionPackageSAM packages a SAM project on a runner.
	ActionPackageSAM = "PackageSam"
	// ActionDeployCDK deploys a CDK app on a runner; ActionDiffCDK looks for changes.
	ActionDeployCDK = "DeployCdk"
	ActionDiffCDK   = "DeployCdkChangeset"
	// ActionApproval keeps the step's token until a person answers.
	ActionApproval = "ManualApproval"
	// ActionImport reads values of a document.
	ActionImport = "Import"
)

// Keys of a step's request to the launcher (docs/wire.md, "Launcher request").
const (
	KeyActionType = "attiniActionType"
	// KeyInput is the whole input of a job's step.
	KeyInput = "input"
	// KeyStack is the name of the plan's stack, in a request that is for no runner.
	KeyStack = "stackName"
	// KeyBranches is the list of results to merge.
	KeyBranches = "branches"
	// KeyRunners is the list of runners to start, each as under KeyRunnerConfig.
	KeyRunners = "Runners"
)

// Keys that a request and a job's message have in common.
const (
	KeyProperties   = "Properties"
	KeyRunnerConfig = "RunnerConfig"
	KeyMetadata     = "deploymentPlanExecutionMetadata"
)

// KeyErrorNames of the object under KeyRunnerConfig lists the error names by cause that
// the step's plan handles, with spaces in between.
const KeyErrorNames = "ErrorNames"

// Keys of the object under KeyProperties.
const (
	KeyRunner       = "Runner"
	KeyCommands     = "Commands"
	KeyJobVariables = "Environment"
)

// Keys of the object under KeyMetadata.
const (
	KeyTaskToken          = "sfnToken"
	KeyStepName           = "stepName"
	KeyExecutionARN       = "executionArn"
	KeyExecutionStartTime = "executionStartTime"
	KeyRetryCount         = "retryCounter"
	// KeyDeploymentExecution is the execution that the deployment started, if the
	// step belongs to another execution of that deployment.
	KeyDeploymentExecution = "deploymentExecutionArn"
)

// KeyConfigurationHash of a message is the hash of the runner's configuration.
const KeyConfigurationHash = "taskConfigHashCode"
