package launch

import "time"

// Times of a check. Together they bound how long a runner can stay in a state.
const (
	// checkSoon is between two checks of a runner that starts, or of which
	// something is in doubt; checkLater is between two of a warm one.
	checkSoon  = time.Minute
	checkLater = 15 * time.Minute
	// pendingTimeout is how long a task may take until it runs: most of it is the
	// download of its image.
	pendingTimeout = 15 * time.Minute
	// startedTimeout is how long a task's agent may take until it is up.
	startedTimeout = pendingTimeout + 10*time.Minute
	// stoppingTimeout is longer than ECS takes to stop a task whose host answers.
	stoppingTimeout = 10 * time.Minute
	// unreadyTimeout is longer than an ECS agent takes to connect again.
	unreadyTimeout = 3 * time.Minute
	// silentTimeout follows the time after which an agent's claims are up.
	silentTimeout = 2 * time.Minute
	// leavingTimeout is how long an idle agent that has retired may take to end.
	leavingTimeout = 15 * time.Minute
	// failingTimeout is how long waiting steps are kept while AWS does not answer
	// the launcher's questions.
	failingTimeout = 3 * time.Minute
	// orphanAge is how old a task or a host is that no start waits for any more.
	orphanAge = registrationTimeout + pendingTimeout
	// unseenTimeout is the idle time of an agent that has never written a claim: its
	// role may not allow it.
	unseenTimeout = 7 * 24 * time.Hour
)

// look is what a check sees of a runner. Every field has a value for "not there".
type look struct {
	start startLook
	task  taskLook
	host  hostLook
	agent agentLook
	jobs  jobsLook
	// busy means that the task has jobs that it has not finished.
	busy bool
}

// startLook is what the start lock says.
type startLook int

const (
	startNone startLook = iota
	// startHeld: a launcher has the lock.
	startHeld
	// startAbandoned: the launcher that made the attempt has died.
	startAbandoned
	startLooks
)

// taskLook is what ECS says of the state's task.
type taskLook int

const (
	taskNone taskLook = iota
	taskStarts
	// taskOverdue: it has not started within pendingTimeout.
	taskOverdue
	taskRuns
	taskStops
	taskOver
	taskLooks
)

// hostLook is what ECS and EC2 say of the task's host or, without a task, of the
// runner's.
type hostLook int

const (
	hostNone hostLook = iota
	hostBoots
	// hostCame: it has registered and has had no task yet.
	hostCame
	// hostOverdue: it has not registered in time, or EC2 has ended it before.
	hostOverdue
	hostFine
	// hostUnready: its ECS agent is not connected, EC2's status checks of it fail, or
	// it is gone.
	hostUnready
	hostLooks
)

// agentLook is what the table says of the task's agent.
type agentLook int

const (
	agentUp agentLook = iota
	agentStarts
	// agentUnstarted: it has not reported within startedTimeout.
	agentUnstarted
	// agentSilent: it has jobs, or jobs wait for it, and it does not renew its claims.
	agentSilent
	// agentIdle: it should have ended, since its idle time is over.
	agentIdle
	// agentLeaving: it takes no more jobs.
	agentLeaving
	agentLooks
)

// jobsLook is what waits in the queue.
type jobsLook int

const (
	jobsNone jobsLook = iota
	// jobsHidden: they are in the hands of an agent, or of one that died.
	jobsHidden
	// jobsWait: a job waits for the state's task, or there is no task.
	jobsWait
	// jobsOther: all that wait are for another configuration than the task's.
	jobsOther
	jobsLooks
)

// remedy is what a check does.
type remedy int

const (
	// leave: it is as it should be, or something goes on by itself.
	leave remedy = iota
	// repeatStart repeats the start of a launcher that died.
	repeatStart
	// continueOnHost runs the task on a host that has registered.
	continueOnHost
	// endOverdueHost terminates it and fails the steps that wait for it.
	endOverdueHost
	// endHost terminates a host without a task.
	endHost
	// startForJobs starts the runner for the jobs that wait.
	startForJobs
	// removeEnded does what the event of the task's end does.
	removeEnded
	// endTaskAndHost stops the task and does what the event of its end does. It ends
	// the task's host before another task starts.
	endTaskAndHost
	// sweep ends tasks and hosts of the runner that its state does not name.
	sweep
)

// rule is a row of the table of states: of all rules the first whose conditions hold
// counts.
type rule struct {
	// name is written into the state while the rule waits for a second look.
	name string
	// state and action are for people.
	state, action string
	when          func(l look) bool
	remedy        remedy
	// after is how long looks must agree before something is done; 0 means that one
	// is enough.
	after time.Duration
	// next is when the runner is looked at again; 0 means never.
	next time.Duration
}

// rules are the table of states.
func rules() []rule {
	no := func(l look) bool { return l.task == taskNone }
	runs := func(l look) bool { return l.task == taskRuns }
	waits := func(l look) bool { return l.jobs == jobsWait || l.jobs == jobsOther }
	return []rule{
		{
			name: "start-held", state: "a launcher is starting the runner", action: "nothing: the lock ends by itself after 60 s",
			when: func(l look) bool { return l.start == startHeld }, remedy: leave, next: checkSoon,
		},
		{
			name: "start-abandoned", state: "a launcher died while it was starting the runner", action: "repeat the start, with the same tokens",
			when: func(l look) bool { return l.start == startAbandoned }, remedy: repeatStart, next: checkSoon,
		},

		{
			name: "host-came", state: "a host has registered and its event was not handled", action: "run the task on it",
			when: func(l look) bool { return l.host == hostCame }, remedy: continueOnHost, next: checkSoon,
		},
		{
			name: "host-overdue", state: "a host has not registered within 4.5 minutes, or EC2 has ended it", action: "terminate it, and fail the steps that wait for it with the reason",
			when: func(l look) bool { return l.host == hostOverdue }, remedy: endOverdueHost, next: checkSoon,
		},

		{
			name: "task-over", state: "the task has ended and its event was not handled", action: "fail its jobs, start another task if jobs wait, end its host",
			when: func(l look) bool { return l.task == taskOver }, remedy: removeEnded, next: checkSoon,
		},
		{
			name: "task-stops", state: "the task is stopping", action: "treat it as ended, and end its host",
			when: func(l look) bool { return l.task == taskStops }, remedy: endTaskAndHost, after: stoppingTimeout, next: checkSoon,
		},
		{
			name: "host-unready", state: "the task's host is gone, its ECS agent is not connected, or EC2's status checks of it fail", action: "fail the task's jobs, end task and host, start another if jobs wait",
			when: func(l look) bool { return !no(l) && l.host == hostUnready }, remedy: endTaskAndHost, after: unreadyTimeout, next: checkSoon,
		},
		{
			name: "task-overdue", state: "the task has not started within 15 minutes", action: "stop it, start another if jobs wait",
			when: func(l look) bool { return l.task == taskOverdue }, remedy: endTaskAndHost, next: checkSoon,
		},
		{
			name: "task-starts", state: "the task is starting", action: "nothing; the waiting steps get a heartbeat",
			when: func(l look) bool { return l.task == taskStarts }, remedy: leave, next: checkSoon,
		},

		{
			name: "agent-unstarted", state: "the task runs, but its agent has not reported within 25 minutes", action: "fail the task's jobs, end task and host, start another if jobs wait",
			when: func(l look) bool { return runs(l) && l.agent == agentUnstarted }, remedy: endTaskAndHost, next: checkSoon,
		},
		{
			name: "agent-silent", state: "the agent has jobs, or jobs wait for it, and it has not renewed its claims for 3 minutes", action: "fail the task's jobs, end task and host, start another if jobs wait",
			when: func(l look) bool { return runs(l) && l.agent == agentSilent }, remedy: endTaskAndHost, after: silentTimeout, next: checkSoon,
		},
		{
			name: "agent-idle", state: "the agent's idle time has been over for 15 minutes", action: "end task and host",
			when: func(l look) bool { return runs(l) && l.agent == agentIdle }, remedy: endTaskAndHost, after: silentTimeout, next: checkSoon,
		},
		{
			name: "agent-leaving", state: "the agent takes no more jobs and has none, and its task still runs", action: "end task and host, start another if jobs wait",
			when: func(l look) bool { return runs(l) && l.agent == agentLeaving && !l.busy && !waits(l) }, remedy: endTaskAndHost, after: leavingTimeout, next: checkSoon,
		},
		{
			name: "agent-left", state: "jobs wait, and the agent takes no more", action: "start another task",
			when: func(l look) bool { return runs(l) && l.agent == agentLeaving && waits(l) }, remedy: startForJobs, after: silentTimeout / 2, next: checkSoon,
		},
		{
			name: "other-jobs", state: "only jobs of another configuration wait, and the task has no job", action: "start a task of that configuration",
			when: func(l look) bool { return runs(l) && l.jobs == jobsOther && !l.busy }, remedy: startForJobs, after: silentTimeout / 2, next: checkSoon,
		},
		{
			name: "jobs-wait", state: "the task runs, and jobs wait for it", action: "nothing; the waiting steps get a heartbeat",
			when: func(l look) bool { return runs(l) && (waits(l) || l.agent == agentStarts) }, remedy: leave, next: checkSoon,
		},
		{
			name: "jobs-held", state: "the task runs, and the queue has hidden messages", action: "nothing: its agent holds them, or SQS shows them again within a minute",
			when: func(l look) bool { return runs(l) && l.jobs == jobsHidden }, remedy: leave, next: checkSoon,
		},
		{
			name: "warm", state: "the runner is warm", action: "end other tasks and hosts of the runner that have no job",
			when: runs, remedy: sweep, next: checkLater,
		},

		{
			name: "host-boots", state: "the host is booting", action: "nothing; the waiting steps get a heartbeat",
			when: func(l look) bool { return no(l) && l.host == hostBoots }, remedy: leave, next: checkSoon,
		},
		{
			name: "no-task", state: "jobs wait and the runner has no task", action: "start it",
			when: func(l look) bool { return no(l) && waits(l) }, remedy: startForJobs, next: checkSoon,
		},
		{
			name: "jobs-hidden", state: "the runner has no task, and the queue has hidden messages", action: "nothing: SQS shows them again within a minute",
			when: func(l look) bool { return no(l) && l.jobs == jobsHidden }, remedy: leave, next: checkSoon,
		},
		{
			name: "host-idle", state: "the host has no task, and no job waits", action: "terminate it",
			when: func(l look) bool { return no(l) && l.host != hostNone }, remedy: endHost, next: checkSoon,
		},
		{
			name: "cold", state: "the runner is cold", action: "end tasks and hosts of the runner that have no job; without any, checks end until the next start",
			when: no, remedy: sweep, next: 0,
		},
	}
}

// rule returns the rule that counts; false if none does.
func (l look) rule() (rule, bool) { return l.ruleOf(rules()) }

func (l look) ruleOf(table []rule) (rule, bool) {
	for _, r := range table {
		if r.when(l) {
			return r, true
		}
	}
	return rule{}, false
}
