package worker

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/attini-go/runner/agent/process"
)

// Config configures a worker. Every field is required unless it says otherwise; the
// caller sets the defaults.
type Config struct {
	// MaxConcurrentJobs is the greatest number of jobs that run at a time.
	MaxConcurrentJobs int
	// SingleJob lets the worker run one job and then stop, so that no job finds what
	// another left. MaxConcurrentJobs is then 1, whatever it says.
	SingleJob bool
	// JobTimeout ends a job and everything that it started.
	JobTimeout time.Duration
	// IdleTimeToLive is how long after the last job's end the worker stops. Zero:
	// never.
	IdleTimeToLive time.Duration
	// SettleTime is how long the worker runs at least: until then the queue may
	// deliver messages that a previous agent had received. Zero: no longer than
	// IdleTimeToLive.
	SettleTime time.Duration
	// StartupCommands run before the first job; optional.
	StartupCommands []string
	StartupTimeout  time.Duration
	// Shell runs the commands, as in "/bin/bash": an absolute path or a name
	// on PATH.
	Shell string
	// Directory, which must exist, holds the jobs' private directories. The worker
	// removes what it creates there.
	Directory string
	// MemoryDirectory, optional, is a directory in memory for small files of each
	// job. If it is empty or full, they are in Directory. The worker removes what it
	// creates there.
	MemoryDirectory string
	// Environment is inherited by every job, as in os.Environ.
	Environment []string
	// KillGrace is the time between SIGTERM and SIGKILL.
	KillGrace time.Duration
	// KillNow, optional, ends KillGrace when it is closed: processes that are being
	// ended get SIGKILL at once.
	KillNow <-chan struct{}
	// Program, optional, ends what jobs have left when no job runs in the program. All
	// workers of a program share it.
	Program *process.Program
	// Start, optional, starts scripts elsewhere than beside this program, such as in a
	// container. Shell is then a path there. See process.Program.Start.
	Start func(command process.Command, service bool) (Tree, error)
	// HeartbeatInterval is the time between two heartbeats of a job.
	HeartbeatInterval time.Duration
	// OutputLimit is the greatest size of a job's output in bytes.
	OutputLimit int
	// LogURL, optional, is the address of this agent's log. Every failure of a job
	// that ran here contains it.
	LogURL string
	// LeaseTime is how long an agent may go without renewing its claims before
	// other agents fail its jobs. Required with Claims, and the same for all agents
	// of a runner.
	LeaseTime time.Duration
}

// Tree is a started script with all its processes, as process.Tree describes it.
type Tree interface {
	Wait(ctx context.Context) (process.Exit, error)
	End()
	OutputDone() <-chan struct{}
}

// resolve checks the configuration and makes its paths absolute, because jobs run in
// other directories. The error names every problem; claims means that jobs are
// claimed.
func (c Config) resolve(claims bool) (Config, error) {
	var problems []error
	positive := func(name string, value time.Duration) {
		if value <= 0 {
			problems = append(problems, fmt.Errorf("%s is %s; it must be positive", name, value))
		}
	}
	if c.SingleJob {
		c.MaxConcurrentJobs = 1
	}
	if c.MaxConcurrentJobs < 1 {
		problems = append(problems, fmt.Errorf("MaxConcurrentJobs is %d; it must be positive", c.MaxConcurrentJobs))
	}
	positive("JobTimeout", c.JobTimeout)
	if c.IdleTimeToLive < 0 {
		problems = append(problems, fmt.Errorf("IdleTimeToLive is %s; it must not be negative", c.IdleTimeToLive))
	}
	if c.SettleTime < 0 {
		problems = append(problems, fmt.Errorf("SettleTime is %s; it must not be negative", c.SettleTime))
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
		problems = append(problems, fmt.Errorf("OutputLimit is %d; it must be positive", c.OutputLimit))
	}
	if c.Start == nil {
		shell, err := exec.LookPath(c.Shell)
		if err == nil {
			c.Shell, err = filepath.Abs(shell)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("find the shell: %w", err))
		}
		c.Start = func(command process.Command, service bool) (Tree, error) { return c.Program.Start(command, service) }
	}
	var err error
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
