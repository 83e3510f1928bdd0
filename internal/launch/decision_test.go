package launch

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/launch/configuration"
)

var testNow = time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return testNow.Add(-d) }

// fargate and onHost are what is known of a runner after its state was read.
func fargate(state State) view {
	return view{runner: runner{name: "dev-shop-Build", id: "v1-now"}, state: state}
}

func onHost(state State) view {
	v := fargate(state)
	v.configuration.Host = &configuration.Host{}
	return v
}

// locked is the view with the start lock.
func locked(v view) view {
	v.owner = "this launcher"
	return v
}

func TestNextAction(t *testing.T) {
	t.Parallel()
	task := func(age time.Duration) State {
		return State{Task: "task/1", Configuration: "v1-now", TaskStartedAt: ago(age)}
	}
	booting := func(age time.Duration) State {
		return State{Host: "i-1", HostConfiguration: "v1-now", HostBootedAt: ago(age)}
	}
	free := State{Host: "i-1", HostConfiguration: "v1-now"}
	with := func(v view, change func(*view)) view {
		change(&v)
		return v
	}
	asked := func(v view, answer taskView) view { return with(v, func(v *view) { v.task = answer }) }
	host := func(v view, instance instanceView, machine machineView) view {
		return with(v, func(v *view) { v.instance, v.machine = instance, machine })
	}
	cases := map[string]struct {
		view view
		want action
	}{
		"nothing there":                                 {fargate(State{}), takeLock},
		"a task that was just started":                  {fargate(task(9 * time.Second)), doNothing},
		"a task":                                        {fargate(task(10 * time.Second)), describeTask},
		"a task that can take jobs":                     {asked(fargate(task(time.Hour)), taskUsable), doNothing},
		"a task that stops":                             {asked(fargate(task(time.Hour)), taskStopping), takeLock},
		"a task that has ended":                         {asked(fargate(task(time.Minute)), taskEnded), removeTask},
		"a task that ECS does not know yet":             {asked(fargate(task(119*time.Second)), taskAbsent), doNothing},
		"a task that ECS does not know any more":        {asked(fargate(task(2*time.Minute)), taskAbsent), removeTask},
		"a task of another configuration":               {fargate(State{Task: "task/1", Configuration: "v1-before", TaskStartedAt: ago(time.Second)}), takeLock},
		"a task that has retired":                       {fargate(State{Task: "task/1", Configuration: "v1-now", Retired: "task/1", TaskStartedAt: ago(time.Second)}), takeLock},
		"an earlier task has retired":                   {fargate(State{Task: "task/2", Configuration: "v1-now", Retired: "task/1", TaskStartedAt: ago(time.Second)}), doNothing},
		"the lock":                                      {locked(fargate(State{})), runTask},
		"a host of an earlier configuration with hosts": {fargate(booting(time.Second)), takeLock},
		"no host":                                        {onHost(State{}), takeLock},
		"a host that was just started":                   {onHost(booting(14 * time.Second)), doNothing},
		"a host that may have registered":                {onHost(booting(15 * time.Second)), describeInstance},
		"a host whose registration is known":             {with(onHost(booting(time.Second)), func(v *view) { v.registered = "i-1" }), takeLock},
		"the registration of another host is known":      {with(onHost(booting(time.Second)), func(v *view) { v.registered = "i-0" }), doNothing},
		"a host that has registered":                     {host(onHost(booting(time.Minute)), instanceReady, machineNotAsked), takeLock},
		"a host that has not registered":                 {host(onHost(booting(time.Minute)), instanceNotReady, machineNotAsked), describeHost},
		"a host that boots":                              {host(onHost(booting(time.Minute)), instanceNotReady, machineAlive), doNothing},
		"a host that EC2 does not know yet":              {host(onHost(booting(119*time.Second)), instanceNotReady, machineAbsent), doNothing},
		"a host that EC2 does not know any more":         {host(onHost(booting(2*time.Minute)), instanceNotReady, machineAbsent), takeLock},
		"a host that was terminated while it booted":     {host(onHost(booting(time.Minute)), instanceNotReady, machineGone), takeLock},
		"a host that is overdue":                         {host(onHost(booting(registrationTimeout)), instanceNotReady, machineNotAsked), takeLock},
		"a host of another configuration boots":          {onHost(State{Host: "i-1", HostConfiguration: "v1-before", HostBootedAt: ago(time.Second)}), takeLock},
		"lock, no host":                                  {locked(onHost(State{})), runHost},
		"lock, the host has a task that drains":          {locked(onHost(State{Host: "i-1", TaskHost: "i-1", Task: "task/1"})), runHost},
		"lock, the host had a task":                      {locked(onHost(State{Host: "i-1", TaskHost: "i-1", HostConfiguration: "v1-now"})), describeInstance},
		"lock, a host of another configuration":          {locked(onHost(State{Host: "i-1", HostConfiguration: "v1-before"})), removeHost},
		"lock, a free host that is not asked about":      {locked(onHost(free)), describeInstance},
		"lock, a free host, registered":                  {host(locked(onHost(free)), instanceReady, machineNotAsked), describeHost},
		"lock, a free host that is ready":                {host(locked(onHost(free)), instanceReady, machineAlive), runTask},
		"lock, a free host that is being terminated":     {host(locked(onHost(free)), instanceReady, machineGone), replaceHost},
		"lock, a free host that left the cluster":        {host(locked(onHost(free)), instanceNotReady, machineNotAsked), replaceHost},
		"lock, a host that boots":                        {host(locked(onHost(booting(time.Minute))), instanceNotReady, machineAlive), releaseLock},
		"lock, a host that was just started":             {locked(onHost(booting(time.Second))), releaseLock},
		"lock, a host that has registered":               {host(locked(onHost(booting(time.Minute))), instanceReady, machineNotAsked), runTask},
		"lock, a host that is overdue":                   {host(locked(onHost(booting(registrationTimeout))), instanceNotReady, machineNotAsked), replaceHost},
		"lock, a host that was terminated while booting": {host(locked(onHost(booting(time.Minute))), instanceNotReady, machineGone), replaceHost},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, c.view.next(testNow))
		})
	}
}

// TestNextActionIsSafe: what holds for every state and every observation.
func TestNextActionIsSafe(t *testing.T) {
	t.Parallel()
	count := 0
	for v := range everyView() {
		count++
		next := v.next(testNow)
		must := func(holds bool, what string) {
			if !holds {
				t.Errorf("action %d: %s: %s", next, what, describeView(v))
			}
		}
		onHost, occupied := v.configuration.Host != nil, v.state.Task != "" && v.state.TaskHost == v.state.Host
		question := next == describeTask || next == describeInstance || next == describeHost
		must((next >= runTask) == (v.owner != "" && !question), "starts and ends things with the lock, and only with it")
		must(onHost || next <= describeTask || next == removeTask || next == takeLock || next == runTask || next == removeHost, "Fargate has no hosts, but it may have had one")
		switch next {
		case describeTask:
			must(v.task == taskNotAsked, "asks once")
		case describeInstance:
			must(v.instance == instanceNotAsked, "asks once")
		case describeHost:
			must(v.machine == machineNotAsked, "asks once")
		case removeTask:
			must(v.task == taskEnded || v.task == taskAbsent, "removes only a task that has ended")
		case removeHost, replaceHost:
			must(v.state.Host != "" && !occupied, "terminates only a host without a task")
		case doNothing:
			ours := v.state.Task != "" && v.state.Configuration == v.id && v.state.Retired != v.state.Task
			must(ours || v.state.isBooting() && v.state.HostConfiguration == v.id, "waits only for what comes")
		case runTask:
			free := v.state.Host != "" && !occupied && v.state.HostConfiguration == v.id && v.instance == instanceReady
			must(!onHost || free, "runs a task only on a free host that is ready")
		}
	}
	assert.Greater(t, count, 10_000)
}

// TestNextActionComesToAnEnd: questions are asked once, so at most three of them, for the
// task that is replaced and the host, come before another action.
func TestNextActionComesToAnEnd(t *testing.T) {
	t.Parallel()
	for v := range everyView() {
		questions := 0
		for next := v.next(testNow); next == describeTask || next == describeInstance || next == describeHost; next = v.next(testNow) {
			questions++
			switch next {
			case describeTask:
				v.task = taskAbsent
			case describeInstance:
				v.instance = instanceNotReady
			case describeHost:
				v.machine = machineAbsent
			}
		}
		if questions > 3 {
			t.Errorf("%d questions: %s", questions, describeView(v))
		}
	}
}

// everyView is the product of what a state can say and what can be observed.
func everyView() func(yield func(view) bool) {
	ages := []time.Duration{0, newTaskGrace, hostCheckDelay, consistencyTime, registrationTimeout}
	var tasks, hosts []State
	tasks = append(tasks, State{})
	for _, age := range ages {
		for _, id := range []string{"v1-now", "v1-before"} {
			for _, retired := range []string{"", "task/0", "task/1"} {
				tasks = append(tasks, State{Task: "task/1", Configuration: id, Retired: retired, TaskStartedAt: ago(age)})
			}
		}
	}
	hosts = append(hosts, State{})
	for _, id := range []string{"v1-now", "v1-before"} {
		hosts = append(hosts, State{Host: "i-1", HostConfiguration: id}, State{Host: "i-1", TaskHost: "i-1", HostConfiguration: id}, State{Host: "i-1", TaskHost: "i-0", HostConfiguration: id})
		for _, age := range ages {
			hosts = append(hosts, State{Host: "i-1", HostConfiguration: id, HostBootedAt: ago(age)})
		}
	}
	return func(yield func(view) bool) {
		for _, task := range tasks {
			for _, host := range hosts {
				state := task
				state.Host, state.TaskHost, state.HostConfiguration, state.HostBootedAt = host.Host, host.TaskHost, host.HostConfiguration, host.HostBootedAt
				for _, v := range []view{fargate(state), onHost(state), locked(fargate(state)), locked(onHost(state))} {
					for v.task = taskNotAsked; v.task <= taskAbsent; v.task++ {
						for v.instance = instanceNotAsked; v.instance <= instanceNotReady; v.instance++ {
							for v.machine = machineNotAsked; v.machine <= machineAbsent; v.machine++ {
								if !yield(v) {
									return
								}
							}
						}
					}
				}
			}
		}
	}
}

func describeView(v view) string {
	return fmt.Sprintf("%+v, lock %q, host %t, task %d, instance %d, machine %d", v.state, v.owner, v.configuration.Host != nil, v.task, v.instance, v.machine)
}
