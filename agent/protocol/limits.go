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

// LeaseTime is how long an agent with claimed jobs may give no sign before it
// counts as dead.
const LeaseTime = 3 * time.Minute

// SettleTime is how long an agent stays at least: longer than an agent before
// it can have hidden a message from it.
const SettleTime = 75 * time.Second

// Error names that a step fails with, as the original agent reports them.
const (
	// ErrorScript: the commands failed or ran out of time.
	ErrorScript = "ScriptExecutionError"
	// ErrorRuntime: the agent could not run the job, or not read its output.
	ErrorRuntime = "RuntimeError"
	// ErrorStartup: the runner's startup commands failed.
	ErrorStartup = "Startup tasks failed"
	// ErrorAccess: the agent could not read whether the job is its own.
	ErrorAccess = "IllegalAccessException"
)

// Defaults of RunnerConfiguration and Startup in the documentation.
const (
	DefaultMaxConcurrentJobs = 5
	DefaultIdleTimeToLive    = time.Hour
	DefaultJobTimeout        = time.Hour
	DefaultStartupTimeout    = time.Hour
)
