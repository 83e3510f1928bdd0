package protocol

// The environment variables that a job sees; the documentation's section
// Environment Variables, and ATTINI_OBJECT_IDENTIFIER, which the original
// agent sets too.
const (
	EnvEnvironmentName  = "ATTINI_ENVIRONMENT_NAME"
	EnvDistributionName = "ATTINI_DISTRIBUTION_NAME"
	EnvDistributionID   = "ATTINI_DISTRIBUTION_ID"
	EnvArtifactStore    = "ATTINI_ARTIFACT_STORE"
	EnvArtifactsPrefix  = "ATTINI_DISTRIBUTION_ARTIFACTS_PREFIX"
	EnvInput            = "ATTINI_INPUT"
	EnvOutput           = "ATTINI_OUTPUT"
	EnvSourceDir        = "ATTINI_SOURCE_DIR"
	EnvStepName         = "ATTINI_STEP_NAME"
	EnvObjectIdentifier = "ATTINI_OBJECT_IDENTIFIER"
	EnvAccount          = "ATTINI_AWS_ACCOUNT"
	EnvRegion           = "ATTINI_AWS_REGION"
	EnvRunnerExecutable = "ATTINI_RUNNER_EXEC"
	EnvDisableANSIColor = "ATTINI_DISABLE_ANSI_COLOR"
)
