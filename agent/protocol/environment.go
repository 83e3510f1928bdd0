package protocol

// Variables of the agent's task that the launcher sets (docs/wire.md, "Task
// environment").
const (
	EnvQueueURL           = "ATTINI_QUEUE_URL"
	EnvDeployDataTable    = "ATTINI_DEPLOY_DATA_TABLE"
	EnvResourceStateTable = "ATTINI_RESOURCE_STATE_TABLE"
	EnvRunnerResourceName = "ATTINI_RUNNER_RESOURCE_NAME"
	EnvConfigurationHash  = "ATTINI_CONFIGURATION_HASH"
	EnvConfigurationID    = "ATTINI_CONFIGURATION_ID"
	EnvTokenKey           = "ATTINI_TOKEN_KEY"
	EnvDisableANSIColor   = "ATTINI_DISABLE_ANSI_COLOR"
	EnvAccount            = "ATTINI_AWS_ACCOUNT"
	EnvRegion             = "ATTINI_AWS_REGION"
	EnvArtifactStore      = "ATTINI_ARTIFACT_STORE"
	EnvHostID             = "ATTINI_EC2_INSTANCE_ID"
	EnvIsolation          = "ATTINI_ISOLATION"
	EnvMaxConcurrentJobs  = "ATTINI_MAX_CONCURRENT_JOBS"
	EnvIdleTimeToLive     = "ATTINI_RUNNER_IDLE_TTL"
	EnvJobTimeout         = "ATTINI_JOB_TIMEOUT"
	EnvStartupCommands    = "ATTINI_STARTUP_COMMANDS"
	EnvStartupTimeout     = "ATTINI_STARTUP_COMMANDS_TIMEOUT"
	EnvLogLevel           = "ATTINI_LOG_LEVEL"
)

// NoStartupCommands is the value of EnvStartupCommands with which the agent need not read
// its configuration, since it has none.
const NoStartupCommands = "none"

// IsolationJob is the value of EnvIsolation with which each job has a task of its own.
const IsolationJob = "job"

// Variables of the agent's task that the image, the task definition or ECS sets.
const (
	EnvMetrics           = "ATTINI_METRICS"
	EnvHeartbeatInterval = "ATTINI_HEARTBEAT_INTERVAL"
	EnvLeaseTime         = "ATTINI_CLAIM_LEASE_TIME"
	EnvSettleTime        = "ATTINI_SETTLE_TIME"
	EnvStopTimeout       = "ECS_CONTAINER_STOP_TIMEOUT"
	EnvMetadataURI       = "ECS_CONTAINER_METADATA_URI_V4"
	EnvShell             = "SHELL"
)

// EnvRunnerExecutable is the agent's path; the bootstrap script sets it.
const EnvRunnerExecutable = "ATTINI_RUNNER_EXEC"

// Variables of a job (docs/wire.md, "Job environment").
const (
	EnvEnvironmentName  = "ATTINI_ENVIRONMENT_NAME"
	EnvDistributionName = "ATTINI_DISTRIBUTION_NAME"
	EnvDistributionID   = "ATTINI_DISTRIBUTION_ID"
	EnvArtifactsPrefix  = "ATTINI_DISTRIBUTION_ARTIFACTS_PREFIX"
	EnvObjectIdentifier = "ATTINI_OBJECT_IDENTIFIER"
	EnvStepName         = "ATTINI_STEP_NAME"
	EnvInput            = "ATTINI_INPUT"
	EnvOutput           = "ATTINI_OUTPUT"
	EnvSourceDir        = "ATTINI_SOURCE_DIR"
)
