package launch

import "time"

// view is what the launcher knows of a runner: the state as it was read and, as far
// as it has asked for them, the runner's task and host.
type view struct {
	runner
	state State
	// owner is the launcher's name as the owner of the start lock; "" without the
	// lock.
	owner string
	// watched is the attempt of another launcher that was starting the same
	// configuration when this one asked for the lock.
	watched string

	// seen is when the task was last seen usable; zero if it was not.
	seen     time.Time
	task     taskView
	instance instanceView
	machine  machineView
	// second means that the host was looked at before, and was not ready.
	second bool
	// ended is the task's status if task is taskEnded or taskAbsent.
	ended TaskStatus
}

// reset forgets what was observed with an earlier state.
func (v *view) reset(state State, owner string) {
	*v = view{runner: v.runner, state: state, owner: owner, watched: v.watched}
}

// taskView is what ECS says of the task that the state names.
type taskView int

const (
	taskNotAsked taskView = iota
	taskUsable
	taskStopping
	taskEnded
	taskAbsent
)

// instanceView is what ECS says of the host that the state names.
type instanceView int

const (
	instanceNotAsked instanceView = iota
	instanceReady
	instanceNotReady
)

// machineView is what EC2 says of that host.
type machineView int

const (
	machineNotAsked machineView = iota
	machineAlive
	machineGone
	machineAbsent
)

// action is what the launcher does next for a runner.
type action int

const (
	// doNothing: a task takes the runner's jobs, or a host boots for one.
	doNothing action = iota
	// describeTask, describeInstance and describeHost ask for the task, the
	// host's registration in the cluster and the EC2 instance.
	describeTask
	describeInstance
	describeHost
	// removeTask removes a task that ended without an event from the state.
	removeTask
	// takeLock takes the start lock. All actions below need it.
	takeLock
	// runTask starts a task, on the state's host if the runner has hosts.
	runTask
	// runHost starts a host; its registration goes on with the start.
	runHost
	// removeHost terminates a host of another configuration.
	removeHost
	// replaceHost terminates a host that failed, and counts the failure.
	replaceHost
	// releaseLock gives the lock back, since a host boots.
	releaseLock
)

// next decides what to do. It depends on nothing but its arguments.
func (v *view) next(now time.Time) action {
	switch {
	case v.owner != "" && v.configuration.Host == nil && v.state.Host != "" && v.state.Task == "":
		return removeHost // of an earlier configuration
	case v.owner != "" && v.configuration.Host == nil:
		return runTask
	case v.owner != "":
		return v.nextOnHost(now)
	case v.state.Task != "" && v.state.Configuration == v.id && v.state.Retired != v.state.Task:
		return v.nextWithTask(now)
	// It is replaced. If it has ended and its event was lost, nobody else answers for its
	// jobs. The original's item does not say when it began.
	case v.state.Task != "" && !v.state.TaskStartedAt.IsZero() && now.Sub(v.state.TaskStartedAt) >= newTaskGrace && v.task == taskNotAsked:
		return describeTask
	case v.task == taskEnded, v.task == taskAbsent && now.Sub(v.state.TaskStartedAt) >= consistencyTime:
		return removeTask
	}
	booting := v.configuration.Host != nil && v.state.Host != "" && v.state.isBooting() && v.state.HostConfiguration == v.id
	if !booting {
		return takeLock
	}
	switch phase := v.hostPhase(now); phase {
	case hostBooting:
		return doNothing
	case instanceNeeded, machineNeeded:
		return phase.question()
	}
	return takeLock
}

// nextWithTask is for a state that names a task of this configuration.
func (v *view) nextWithTask(now time.Time) action {
	age := now.Sub(v.state.TaskStartedAt)
	switch {
	case age < newTaskGrace, now.Sub(v.seen) < newTaskGrace:
		return doNothing
	case v.task == taskNotAsked:
		return describeTask
	case v.task == taskUsable, v.task == taskAbsent && age < consistencyTime:
		return doNothing
	case v.task == taskStopping:
		return takeLock // its event says what becomes of its jobs
	}
	return removeTask
}

// nextOnHost is for the owner of the lock of a runner with EC2 hosts.
func (v *view) nextOnHost(now time.Time) action {
	// The original's item does not say which host its task is on.
	occupied := v.state.Task != "" && (v.state.TaskHost == v.state.Host || v.state.TaskHost == "" && v.state.Configuration == "")
	switch {
	case v.state.Host == "", occupied: // a task that drains ends its host itself
		return runHost
	case v.state.HostConfiguration != v.id:
		return removeHost
	}
	switch phase := v.hostPhase(now); phase {
	case hostReady:
		return runTask
	case hostBooting:
		return releaseLock
	case instanceNeeded, machineNeeded:
		return phase.question()
	}
	return replaceHost
}

// hostPhase is how far the runner's newest host is.
type hostPhase int

const (
	// hostReady: the cluster can place a task on it.
	hostReady hostPhase = iota
	// hostBooting: it has not registered yet. An event tells when it does.
	hostBooting
	// hostFailed: it will not register, or is gone.
	hostFailed
	// instanceNeeded and machineNeeded: ECS or EC2 has to be asked.
	instanceNeeded
	machineNeeded
)

// question is the action that asks what is needed.
func (p hostPhase) question() action {
	if p == instanceNeeded {
		return describeInstance
	}
	return describeHost
}

func (v *view) hostPhase(now time.Time) hostPhase {
	booting, age := v.state.isBooting(), now.Sub(v.state.HostBootedAt)
	switch {
	case booting && v.machine == machineGone:
		return hostFailed
	case booting && v.registered != "" && v.registered == v.state.Host:
		// Its event says so; the list of instances may be behind. RunTask is repeated
		// while the host is not there.
		return hostReady
	case booting && age < hostCheckDelay:
		return hostBooting
	case v.instance == instanceNotAsked:
		return instanceNeeded
	case v.instance == instanceReady && booting:
		return hostReady
	case v.instance == instanceNotReady && (!booting || age >= registrationTimeout):
		return hostFailed
	// The cluster does not say at once that a host is being terminated.
	case v.machine == machineNotAsked:
		return machineNeeded
	case v.machine == machineAbsent && booting && age < consistencyTime:
		return hostBooting
	case v.machine != machineAlive:
		return hostFailed
	case v.instance == instanceReady:
		return hostReady
	}
	return hostBooting
}
