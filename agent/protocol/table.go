package protocol

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Keys of the resource-state table; every item has them.
const (
	AttrResourceType = "resourceType"
	AttrName         = "name"
	// AttrExpiresAt is the table's TTL attribute, in seconds since 1970.
	AttrExpiresAt = "expiresAt"
)

// Resource types of the resource-state table.
const (
	TypeRunner              = "Runner"
	TypeRunnerConfiguration = "RunnerConfiguration"
	// TypeRunnerSecret is of items that agents may not read.
	TypeRunnerSecret = "RunnerSecret"
	TypeStack        = "InitDeployCloudformationStack"
	TypePlan         = "DeploymentPlan"
	TypePlanStart    = "DeploymentPlanStart"
	TypeCDKStack     = "CloudformationStack"

	claimTypePrefix = "RunnerClaim-"
	agentNamePrefix = "agent-"
)

// Resource types of the table of waiting steps, which has the keys of the resource-state
// table.
const (
	// TypeApproval is a step that waits for a person.
	TypeApproval = "Approval"
	// TypeStackOperation is the last operation of a stack that a step deploys.
	TypeStackOperation = "StackOperation"
)

// Attributes of a stack operation's item, beside AttrToken and AttrExpiresAt:
// AttrOperation is the operation as JSON, AttrVersion counts the writes.
const (
	AttrOperation = "operation"
	AttrVersion   = "version"
)

// NameSeparator joins the two parts of the name of a configuration item and of a
// start item.
const NameSeparator = "#"

// ClaimType returns the resource type of a runner's claim items and agent items.
func ClaimType(runner string) string { return claimTypePrefix + runner }

// JobID identifies a job: the name of its claim item, and its group and
// deduplication id in the queue. It depends on the task token alone, because each
// retry of a step and each iteration of a loop is a job of its own.
func JobID(taskToken string) string {
	sum := sha256.Sum256([]byte(taskToken))
	return hex.EncodeToString(sum[:])
}

// AgentName returns the name of the agent item of an ECS task.
func AgentName(task string) string { return agentNamePrefix + task }

// ClaimRetention is how long a claim is kept: SQS keeps a message, which it can
// deliver again, as long.
const ClaimRetention = 14 * 24 * time.Hour

// Attributes of a runner's secret item.
const (
	AttrSecret = "secret"
	// AttrCreatedAt is in milliseconds since 1970.
	AttrCreatedAt = "createdAt"
)

// Attributes that say where a deployment comes from, in the items of a runner, a
// stack, a plan and a CDK stack.
const (
	AttrEnvironment      = "environment"
	AttrDistributionName = "distributionName"
	AttrDistributionID   = "distributionId"
	AttrObjectIdentifier = "attiniObjectIdentifier"
)

// Attributes of a runner item that the stack declares.
const (
	AttrStackID                = "stackId"
	AttrConfigurationID        = "configurationId"
	AttrStackName              = "stackName"
	AttrRunnerName             = "runnerName"
	AttrQueueURL               = "sqsQueueUrl"
	AttrTaskDefinition         = "taskDefinitionArn"
	AttrCluster                = "cluster"
	AttrContainer              = "container"
	AttrRoleARN                = "roleArn"
	AttrCPU                    = "cpu"
	AttrMemory                 = "memory"
	AttrSubnets                = "subnets"
	AttrSecurityGroups         = "securityGroups"
	AttrAssignPublicIP         = "assignPublicIp"
	AttrLogLevel               = "logLevel"
	AttrMaxConcurrentJobs      = "maxConcurrentJobs"
	AttrIdleTimeToLive         = "idleTimeToLive"
	AttrJobTimeout             = "jobTimeout"
	AttrStartupCommandsTimeout = "startupCommandsTimeout"
	AttrStartupCommands        = "startupCommands"
	AttrAgentVersion           = "attiniVersion"
	AttrIsolation              = "isolation"
	AttrSharedWith             = "sharedWith"
	AttrHost                   = "ec2Configuration"
	// The keys of AttrHost.
	AttrInstanceType    = "instanceType"
	AttrFallbackTypes   = "fallbackInstanceTypes"
	AttrInstanceProfile = "instanceProfile"
	AttrHostLogGroup    = "ecsClientLogGroup"
	AttrAMI             = "ami"
)

// Attributes of a runner item about its ECS task.
const (
	AttrTaskID              = "taskId"
	AttrStarted             = "started"
	AttrTaskHash            = "taskConfigHashCode"
	AttrTaskConfigurationID = "taskConfigurationId"
	AttrTaskCluster         = "taskCluster"
	AttrTaskHostID          = "taskEc2InstanceId"
	AttrTaskStartedAt       = "taskStartedAt"
	AttrRetiredTaskID       = "retiredTaskId"
	AttrRetiredAt           = "retiredAt"
	AttrStartFailures       = "startFailures"
	AttrFailedAttempt       = "failedAttempt"
	AttrTaskHostReused      = "taskEc2InstanceReused"
	AttrCheckAt             = "checkAt"
	AttrDoubt               = "doubt"
	AttrDoubtSince          = "doubtSince"
	AttrDeleted             = "deleted"
)

// Attributes of a runner item about its EC2 host.
const (
	AttrHostID              = "latestEc2InstanceId"
	AttrHostConfigurationID = "hostConfigurationId"
	AttrHostBootedAt        = "hostBootedAt"
	AttrHostCluster         = "hostCluster"
	// AttrHostKept is true when the agent must not terminate its host.
	AttrHostKept = "shutdownHookDisabled"
)

// Attributes of a runner item that are the launcher's start lock.
const (
	AttrStartOwner           = "startOwner"
	AttrStartUntil           = "startUntil"
	AttrStartAttempt         = "startAttempt"
	AttrStartConfigurationID = "startConfigurationId"
)

// AttrConfiguration of a configuration item is the configuration as JSON.
const AttrConfiguration = "configuration"

// A configuration's id is ConfigurationIDPrefix and the first ConfigurationIDDigits
// hexadecimal digits of the SHA-256 of AttrConfiguration.
const (
	ConfigurationIDPrefix = "v1-"
	ConfigurationIDDigits = 32
)

// Attributes of a claim item and an agent item, beside AttrTaskID and
// AttrExpiresAt. Only a claim item has AttrFinished.
const (
	AttrToken        = "token"
	AttrAttempt      = "attempt"
	AttrStepName     = "stepName"
	AttrExecutionARN = "executionArn"
	AttrErrorNames   = "errorNames"
	AttrClaimedAt    = "claimedAt"
	AttrFinished     = "finished"
	AttrRenewedAt    = "renewedAt"
)

// Attributes of a stack item.
const (
	AttrStateMachines   = "sfnArns"
	AttrRunners         = "runners"
	AttrStackParameters = "stackParameters"
	AttrStackError      = "stackError"
)

// Attributes of a plan item, and the keys of an element of AttrSteps.
const (
	AttrPayloadDefaults = "payloadDefaults"
	AttrSteps           = "attiniSteps"
	AttrStepType        = "type"
)

// Attributes of a start item.
const (
	AttrStateMachine  = "sfnArn"
	AttrExecutionName = "executionName"
	AttrPayload       = "payload"
	AttrRequestedAt   = "requestedAt"
	AttrReplaces      = "replaces"
)

// AttrStackType of a CDK stack's item is StackTypeCDK.
const (
	AttrStackType = "stackType"
	StackTypeCDK  = "Cdk"
)

// Keys and attributes of the deployment table. The item with the deployment time
// CurrentDeployment is the current deployment. A start item has AttrDeployment,
// too.
const (
	AttrDeployment      = "deploymentName"
	AttrDeploymentTime  = "deploymentTime"
	AttrExecutions      = "executionArns"
	AttrDeploymentTimes = "deploymentTimes"
	AttrCreatedByRunner = "createdByRunner"

	CurrentDeployment = 0
)

// DeploymentName returns the key of a deployment in the deployment table.
func DeploymentName(environment, distributionName string) string {
	return environment + "-" + distributionName
}
