package protocol

import "time"

// Limits of AWS Step Functions (its service quotas and the API model of
// SendTaskSuccess and SendTaskFailure).
const (
	// MaxPayload is the size in bytes of a state's input or output.
	MaxPayload = 262_144
	// MaxErrorName and MaxCause are lengths in characters.
	MaxErrorName = 256
	MaxCause     = 32_768
)

// HeartbeatInterval is the time between two heartbeats of a job.
const HeartbeatInterval = 20 * time.Second

// Error names that a step fails with, as the original agent reports them.
const (
	// ErrorScript: the commands failed or ran out of time.
	ErrorScript = "ScriptExecutionError"
	// ErrorRuntime: the agent could not run the job, or not read its output.
	ErrorRuntime = "RuntimeError"
	// ErrorStartup: the runner's startup commands failed.
	ErrorStartup = "Startup tasks failed"
)

// Defaults of RunnerConfiguration and Startup in the documentation.
const (
	DefaultMaxConcurrentJobs = 5
	DefaultIdleTimeToLive    = time.Hour
	DefaultJobTimeout        = time.Hour
	DefaultStartupTimeout    = time.Hour
)
