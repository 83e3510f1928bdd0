package worker

import "time"

// Config is how a worker behaves; every field is required unless it says
// otherwise. New fills nothing in: defaults are the caller's.
type Config struct {
	// MaxConcurrentJobs is how many jobs run at a time, not one more.
	MaxConcurrentJobs int
	// JobTimeout ends a job and everything it started.
	JobTimeout time.Duration
	// IdleTimeToLive ends the worker when it has had no job for so long,
	// counted from the last job's end. Zero: never.
	IdleTimeToLive time.Duration
	// StartupCommands run before the first job; none is fine.
	StartupCommands []string
	StartupTimeout  time.Duration
	// Shell runs the commands, as in "/bin/bash": an absolute path or a name
	// on PATH.
	Shell string
	// Directory holds the jobs' private directories while they run. It must
	// exist; what the worker makes in it, it removes.
	Directory string
	// Environment is what every job inherits, as in os.Environ.
	Environment []string
	// KillGrace is the time between SIGTERM and SIGKILL.
	KillGrace time.Duration
	// HeartbeatInterval is the time between two heartbeats of a job.
	HeartbeatInterval time.Duration
	// OutputLimit is the greatest size of a job's output in bytes.
	OutputLimit int
}
