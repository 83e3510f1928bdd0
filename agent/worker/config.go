package worker

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"
)

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
	// SettleTime is how long after its start the worker stays at least,
	// however idle: what another agent had received and did not take may come
	// again until then. Zero: no longer than IdleTimeToLive.
	SettleTime time.Duration
	// StartupCommands run before the first job; none is fine.
	StartupCommands []string
	StartupTimeout  time.Duration
	// Shell runs the commands, as in "/bin/bash": an absolute path or a name
	// on PATH.
	Shell string
	// Directory holds the jobs' private directories while they run. It must
	// exist; what the worker makes in it, it removes.
	Directory string
	// MemoryDirectory is one whose files are in memory, for small files that
	// the worker makes for each job; what it makes in it, it removes. Empty, or
	// without room: they are in Directory.
	MemoryDirectory string
	// Environment is what every job inherits, as in os.Environ.
	Environment []string
	// KillGrace is the time between SIGTERM and SIGKILL.
	KillGrace time.Duration
	// KillNow, when it is closed, ends KillGrace: what is being ended gets
	// SIGKILL at once. It may be nil.
	KillNow <-chan struct{}
	// HeartbeatInterval is the time between two heartbeats of a job.
	HeartbeatInterval time.Duration
	// OutputLimit is the greatest size of a job's output in bytes.
	OutputLimit int
	// LogURL is where people read this agent's log; every failure of a job
	// that ran here names it. Empty: none does.
	LogURL string
	// LeaseTime is how long an agent with claims may give no sign before it
	// counts as dead and others answer for it; required with Claims, and the
	// same for all agents of a runner.
	LeaseTime time.Duration
}

// resolve checks the configuration and makes its paths absolute, since jobs run
// in other directories. The error names everything that is wrong; claims says
// that jobs are to be claimed.
func (c Config) resolve(claims bool) (Config, error) {
	var problems []error
	positive := func(name string, value time.Duration) {
		if value <= 0 {
			problems = append(problems, fmt.Errorf("%s: %s is not above zero", name, value))
		}
	}
	if c.MaxConcurrentJobs < 1 {
		problems = append(problems, fmt.Errorf("MaxConcurrentJobs: %d is below 1", c.MaxConcurrentJobs))
	}
	positive("JobTimeout", c.JobTimeout)
	if c.IdleTimeToLive < 0 {
		problems = append(problems, fmt.Errorf("IdleTimeToLive: %s is below zero", c.IdleTimeToLive))
	}
	if c.SettleTime < 0 {
		problems = append(problems, fmt.Errorf("SettleTime: %s is below zero", c.SettleTime))
	}
	if len(c.StartupCommands) > 0 {
		positive("StartupTimeout", c.StartupTimeout)
	}
	positive("KillGrace", c.KillGrace)
	positive("HeartbeatInterval", c.HeartbeatInterval)
	if claims {
		positive("LeaseTime", c.LeaseTime)
	}
	if c.OutputLimit < 1 {
		problems = append(problems, fmt.Errorf("OutputLimit: %d is below 1", c.OutputLimit))
	}
	shell, err := exec.LookPath(c.Shell)
	if err == nil {
		c.Shell, err = filepath.Abs(shell)
	}
	if err != nil {
		problems = append(problems, fmt.Errorf("find the shell: %w", err))
	}
	if c.Directory, err = checkDirectory("Directory", c.Directory); err != nil {
		problems = append(problems, err)
	}
	if c.MemoryDirectory != "" {
		if c.MemoryDirectory, err = checkDirectory("MemoryDirectory", c.MemoryDirectory); err != nil {
			problems = append(problems, err)
		}
	}
	return c, errors.Join(problems...)
}
