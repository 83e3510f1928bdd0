package main

import "github.com/attini-go/runner/agent/process"

// startOrphanReaper has what the agent works with ended and removed even when it is
// killed, until the returned function is called.
func (a *agent) startOrphanReaper(made directories) (stop func()) {
	all := []string{made.disk}
	if made.memory != "" {
		all = append(all, made.memory)
	}
	guard, err := process.StartOrphanReaper(all...)
	if err != nil {
		a.logger.Warn("jobs' processes may outlive the agent if it is killed", "error", err)
		return func() {}
	}
	return guard.Stop
}
