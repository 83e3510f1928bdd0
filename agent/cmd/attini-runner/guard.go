package main

import "github.com/attini-go/runner/agent/process"

// guarded has what the agent works with ended and removed even when it is
// killed, until the returned function is called.
func (a *agent) guarded(made directories) (stop func()) {
	var all []string
	for _, directory := range []string{made.disk, made.memory} {
		if directory != "" {
			all = append(all, directory)
		}
	}
	guard, err := process.StartGuard(all...)
	if err != nil {
		a.logger.Warn("jobs' processes may outlive the agent if it is killed", "error", err)
		return func() {}
	}
	return guard.Stop
}
