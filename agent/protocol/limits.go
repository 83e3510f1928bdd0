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

// LeaseTime is how long an agent may go without renewing its claims before other
// agents fail its jobs.
const LeaseTime = 3 * time.Minute

// SettleTime is how long an agent runs at least: the previous agent's last receive can
// hide a message for up to 60 s.
const SettleTime = 75 * time.Second

// Error names with which a step fails; compatible with the framework's agent.
const (
	// ErrorScript: the commands failed or timed out.
	ErrorScript = "ScriptExecutionError"
	// ErrorRuntime: the agent could not run the job or read its output.
	ErrorRuntime = "RuntimeError"
	// ErrorStartup: the runner's startup commands failed.
	ErrorStartup = "Startup tasks failed"
	// ErrorAccess: the agent could not check whether the job is for its runner.
	ErrorAccess = "IllegalAccessException"
)

// Defaults of a Runner's properties.
const (
	DefaultMaxConcurrentJobs = 5
	DefaultIdleTimeToLive    = time.Hour
	DefaultJobTimeout        = time.Hour
	DefaultStartupTimeout    = time.Hour
)
