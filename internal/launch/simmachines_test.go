package launch_test

import (
	"context"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// look notes which hosts live, and which tasks are on them.
func (s *simulation) look() {
	s.living, s.onHost = map[string]launchtest.Host{}, map[string][]launchtest.Task{}
	for _, host := range s.Hosts() {
		if host.State == "pending" || host.State == "running" {
			s.living[host.ID] = host
		}
	}
	for _, task := range s.Tasks() {
		if host := task.Host(); host != "" && task.LastStatus != "STOPPED" {
			s.onHost[host] = append(s.onHost[host], task)
		}
	}
}

func (s *simulation) owner(host launchtest.Host) *simRunner {
	for _, r := range s.runners {
		if r.Host != nil && r.Host.LaunchTemplateID == host.Request.LaunchTemplate {
			return r
		}
	}
	return nil
}

func (s *simulation) moveHost(host launchtest.Host) {
	s.total += tick
	known := s.hosts[host.ID]
	if known == nil {
		known = &simHost{registers: time.Now().Add(s.between(40*time.Second, 2*time.Minute)), never: s.chance(), lost: s.chance()}
		s.hosts[host.ID] = known
	}
	r := s.owner(host)
	if !s.inUse(host.ID) && time.Since(host.Since) > 4*time.Minute {
		s.waste += tick
	}
	switch {
	case time.Since(host.Since) > 40*time.Minute && !s.used(host.ID): // its watchdog
		s.EndHost(host.ID, "Client.InstanceInitiatedShutdown")
	case s.random.Float64() < s.faults/20:
		s.EndHost(host.ID, "Server.SpotInstanceTermination")
		s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.HostEnded(ctx, host.ID) })
		for _, task := range s.onHost[host.ID] {
			s.kill(task, "Host EC2 terminated")
		}
	case !host.Registered && !known.never && !time.Now().Before(known.registers) && host.State == "pending":
		instance := s.Register(host.ID, r.ResourceName())
		if !known.lost {
			s.deliver(func(ctx context.Context, l *launch.Launcher) error {
				return l.HostRegistered(ctx, r.Task.Cluster, instance)
			})
		}
	case host.Registered && s.random.Float64() < s.faults/20:
		s.HangHost(host.ID)
	}
}

// inUse reports whether a task that works is on a host, or starts there.
func (s *simulation) inUse(host string) bool {
	for _, task := range s.onHost[host] {
		known := s.tasks[task.ARN]
		if known == nil || !known.hangs && known.starts.Sub(task.Since) < time.Hour {
			return true
		}
	}
	return false
}

func (s *simulation) used(host string) bool {
	for _, task := range s.onHost[host] {
		if task.LastStatus == "RUNNING" {
			return true
		}
	}
	return false
}

func (s *simulation) kill(task launchtest.Task, reason string) {
	event := s.StopTask(task.ARN, "EssentialContainerExited", reason)
	s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
}

func (s *simulation) moveTask(task launchtest.Task) {
	known := s.tasks[task.ARN]
	if known == nil {
		known = &simTask{agent: s.Agent(task.ARN), starts: time.Now().Add(s.between(20*time.Second, 3*time.Minute))}
		if s.chance() {
			known.starts = time.Now().Add(1000 * time.Hour)
		}
		s.tasks[task.ARN] = known
	}
	if task.LastStatus == "STOPPED" {
		if !known.over {
			known.over = true
			event := task.TaskStatus
			s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
		}
		return
	}
	s.total += tick
	host, lives := s.living[task.Host()]
	gone := task.Host() != "" && !lives
	known.hangs = known.hangs || host.Hangs
	switch {
	case gone:
		s.kill(task, "Host EC2 terminated")
	case known.hangs:
		s.waste += tick
	case s.random.Float64() < s.faults/10:
		known.hangs = true
	case s.random.Float64() < s.faults/10:
		s.kill(task, "OutOfMemoryError")
	case !known.running && time.Now().Before(known.starts):
		if known.starts.Sub(task.Since) > time.Hour { // it never starts
			s.waste += tick
		}
	case !known.running:
		known.running, known.idle = known.agent.Start(), time.Now()
		if !known.running {
			s.stopped(known.agent.Exit())
		}
	default:
		s.work(known)
	}
}

// work is what an agent does in a tick: one job at a time.
func (s *simulation) work(known *simTask) {
	now := time.Now()
	if len(known.jobs) > 0 {
		known.agent.Renew()
		known.idle = now
		if now.Before(known.busyUntil) {
			return
		}
		for _, job := range known.jobs {
			known.agent.Succeed(job)
		}
		known.jobs = nil
	}
	if known.jobs = known.agent.Take(1); len(known.jobs) > 0 {
		known.busyUntil, known.idle = now.Add(s.between(0, simJob)), now
		return
	}
	if now.Sub(known.idle) >= simIdle {
		known.agent.Retire()
		if known.jobs = known.agent.Take(1); len(known.jobs) == 0 {
			event := known.agent.Exit()
			known.over = true
			s.deliver(func(ctx context.Context, l *launch.Launcher) error { return l.TaskStopped(ctx, event) })
		}
	}
}
