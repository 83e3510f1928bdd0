package simulation

import (
	"context"
	"fmt"
	"time"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

// watchdogTime is when a host ends itself that has no container.
const watchdogTime = 40 * time.Minute

// never is later than a schedule's end.
const never = 1000 * time.Hour

// host is what happens to a host.
type host struct {
	id   string
	over bool
}

// notice looks for tasks and hosts that are new or have ended, and for checks that
// were arranged.
func (w *world) notice() {
	w.noticeChecks()
	for _, h := range w.fake.Hosts() {
		known := w.hosts[h.ID]
		if known == nil {
			known = &host{id: h.ID}
			w.hosts[h.ID] = known
			w.mayStart("host", h.Request.Token)
			w.boot(known)
		}
		if gone := h.State != "pending" && h.State != "running"; gone && !known.over {
			known.over = true
			w.log("host %s is gone", h.ID)
			w.deliver("HostEnded", func(ctx context.Context, l *launch.Launcher) error { return l.HostEnded(ctx, h.ID) })
		}
	}
	for _, task := range w.fake.Tasks() {
		a := w.byTask[task.ARN]
		if a == nil {
			a = w.place(task)
		}
		a.named = a.named || a.calls.IsCurrent()
		known := w.hosts[task.Host()]
		if known != nil && known.over && task.LastStatus != "STOPPED" {
			w.fake.StopTask(task.ARN, "TaskFailedToStart", "Host EC2 terminated")
			w.changed = true
			continue
		}
		if task.StopAsked && task.LastStatus != "STOPPED" && !a.stopping {
			a.stopping = true
			w.after(w.fake.StopTime, func() {
				w.fake.StopTask(task.ARN, "UserInitiated", task.StopReason)
				w.changed = true
			})
		}
		if task.LastStatus == "STOPPED" && !a.told {
			a.told, a.over = true, true
			status := task.TaskStatus
			w.log("%s has stopped: %s", a.name, status.StopReason)
			if !w.mutation.NoEvents {
				w.deliver("TaskStopped", func(ctx context.Context, l *launch.Launcher) error { return l.TaskEvent(ctx, status) })
			}
		}
	}
}

// place has a new task start, never start, be killed or hang.
func (w *world) place(task launchtest.Task) *agent {
	a := &agent{
		w: w, calls: w.fake.Agent(task.ARN), name: fmt.Sprint("agent ", len(w.agents)+1),
		skew: w.between(-10*time.Second, 10*time.Second), held: map[string]*held{},
	}
	w.agents = append(w.agents, a)
	w.byTask[task.ARN] = a
	w.log("%s is placed on %q", a.name, task.Host())
	w.mayStart("task", task.Request.Token)
	starts := w.between(5*time.Second, 90*time.Second)
	if w.happens(taskNeverUp, a.name) {
		starts = never
	}
	a.do(starts, a.start)
	w.hazards(a)
	return a
}

// hazards draws every 20 s what happens to a task.
func (w *world) hazards(a *agent) {
	w.after(20*time.Second, func() {
		switch {
		case w.schedule.over || a.over || !a.calls.Runs():
			return
		case w.happens(taskKilled, a.name):
			w.fake.StopTask(a.calls.ARN(), "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage")
			w.changed = true
			return
		case w.happens(agentHangs, a.name):
			a.hangs = true
		}
		w.hazards(a)
	})
}

// boot has a new host register, or never.
func (w *world) boot(h *host) {
	runner := w.runner.ResourceName()
	w.log("host %s boots", h.id)
	w.after(watchdogTime, func() { w.watch(h) })
	if !w.happens(hostNeverUp, h.id) {
		w.after(w.between(20*time.Second, 2*time.Minute), func() {
			if h.over {
				return
			}
			instance := w.fake.Register(h.id, runner)
			w.log("host %s registers", h.id)
			w.deliver("HostRegistered", func(ctx context.Context, l *launch.Launcher) error {
				return l.HostEvent(ctx, w.runner.Task.Cluster, instance)
			})
		})
	}
	w.hostHazards(h)
}

func (w *world) hostHazards(h *host) {
	w.after(30*time.Second, func() {
		switch {
		case w.schedule.over || h.over:
			return
		case w.happens(hostEnded, h.id):
			w.fake.EndHost(h.id, "Server.SpotInstanceTermination")
			w.changed = true
		case w.happens(hostHangs, h.id):
			w.fake.HangHost(h.id)
		}
		w.hostHazards(h)
	})
}

// watch is the host's watchdog: it ends a host without a task.
func (w *world) watch(h *host) {
	if h.over {
		return
	}
	for _, task := range w.fake.Tasks() {
		if task.Host() == h.id && task.LastStatus == "RUNNING" {
			w.after(watchdogTime/4, func() { w.watch(h) })
			return
		}
	}
	w.fake.EndHost(h.id, "Client.InstanceInitiatedShutdown")
	w.changed = true
}
