package doctor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/doctor"
)

func now() time.Time { return time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC) }

const taskARN = "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/0123456789abcdef0123456789abcdef"

func saying(by doctor.Source, code, text string) doctor.Observations {
	return doctor.Observations{Now: now(), Statements: []doctor.Statement{{By: by, Code: code, Text: text}}}
}

func stackSays(text string) doctor.Observations { return saying(doctor.SourceStack, "", text) }
func planSays(code, text string) doctor.Observations {
	return saying(doctor.SourceExecution, code, text)
}

// launcherSays is a step that the launcher failed: its sentence quotes AWS's.
func launcherSays(name, text string) doctor.Observations {
	return planSays(name, "start the task of runner shop-Build in cluster attini-default: "+text+" (tried 3 times). What to do: see the task's log, AGENT, and throttling")
}

// stopped is a task that has ended before it took a job.
func stopped(task doctor.Task) doctor.Observations {
	task.ARN, task.Status, task.StoppedAt = taskARN, "STOPPED", now().Add(-time.Minute)
	return doctor.Observations{Now: now(), Runners: []doctor.Runner{{Name: "Build", Stopped: []doctor.Task{task}}}}
}

func failedToStart(reason string) doctor.Observations {
	return stopped(doctor.Task{StopCode: "TaskFailedToStart", StopReason: reason})
}

// waitingFor is a step that waits for a runner since five minutes.
func waitingFor(r doctor.Runner) doctor.Observations {
	r.Name = "Build"
	return doctor.Observations{
		Now: now(), Stack: "shop", Runners: []doctor.Runner{r},
		Execution: doctor.Execution{ARN: "arn:aws:states:eu-west-1:111122223333:execution:plan:1", Status: "RUNNING", Waiting: []doctor.Step{{Name: "Test", Runner: "Build", Since: now().Add(-5 * time.Minute)}}},
	}
}

// TestFaultsOutsideTheAccount are those that the account does not show: what CloudFormation
// answers the deployer, and the logs of hosts and of agents that work. internal/inspect
// plays all others, as the account shows them.
func TestFaultsOutsideTheAccount(t *testing.T) {
	t.Parallel()
	for _, f := range []struct {
		rule     string
		observed doctor.Observations
	}{
		{"macro-missing", stackSays("No transform named 111122223333::AttiniDeploymentPlan found.")},
		{"capabilities-missing", saying(doctor.SourceStack, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]")},
		{"name-taken", stackSays("Stack:arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1 is in ROLLBACK_COMPLETE state and can not be updated.")},
		{"host-unregistered", saying(doctor.SourceLog, "", "Error registering container instance: RequestError: send request failed caused by: Post https://ecs.eu-west-1.amazonaws.com/: net/http: request canceled while waiting for connection")},
		{"step-already-ended", saying(doctor.SourceLog, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")},
		{"report-denied", saying(doctor.SourceLog, "AccessDeniedException", "User: arn:aws:sts::111122223333:assumed-role/build/AGENT is not authorized to perform: states:SendTaskHeartbeat because no identity-based policy allows the action")},
	} {
		t.Run(f.rule, func(t *testing.T) {
			t.Parallel()
			found := doctor.Diagnose(f.observed)
			require.NotEmpty(t, found)
			assert.Equal(t, f.rule, found[0].Rule, "%v", found)
		})
	}
}

func TestNothingWrong(t *testing.T) {
	t.Parallel()
	zero := 0
	healthy := map[string]doctor.Observations{
		"nothing known": {},
		"cold": {Now: now(), Installation: doctor.Installation{Checked: true, Macro: true, StackStatus: "UPDATE_COMPLETE", Functions: []doctor.Function{
			{Name: "attini-action", State: "Active", Update: "Successful", Version: "2.1.0"}, {Name: "attini-runner-macro", State: "Active", Update: "Successful", Version: "2.1.0"},
		}}, Execution: doctor.Execution{Status: "SUCCEEDED", Expected: true}, Runners: []doctor.Runner{{Name: "Build", Queue: &doctor.Queue{}}}},
		"a job runs":             waitingFor(doctor.Runner{Queue: &doctor.Queue{InFlight: 1}, Task: &doctor.Task{Status: "RUNNING"}, Claims: []doctor.Claim{{Step: "Test"}}, MaxConcurrentJobs: 5}),
		"a host boots":           waitingFor(doctor.Runner{Queue: &doctor.Queue{Visible: 1}, Host: &doctor.Host{ID: "i-1", State: "running", BootedAt: now().Add(-time.Minute)}}),
		"a launcher starts it":   waitingFor(doctor.Runner{Queue: &doctor.Queue{Visible: 1}, StartLockedUntil: now().Add(30 * time.Second)}),
		"idle agents have ended": {Now: now(), Runners: []doctor.Runner{{Name: "Build", Stopped: []doctor.Task{{ARN: taskARN, TookJobs: true, Containers: []doctor.Container{{Name: "runner", Exit: &zero}}}}}}},
		"a private subnet and a runner that is cold": {Now: now(), Runners: []doctor.Runner{{Name: "Build", Subnets: []doctor.Subnet{{ID: "subnet-1", Blocked: "no route"}}}}},
	}
	for name, observed := range healthy {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, doctor.Diagnose(observed))
		})
	}
}

// TestTheNetworkExplains: what blocks a subnet is the first evidence of a finding that
// it explains.
func TestTheNetworkExplains(t *testing.T) {
	t.Parallel()
	observed := failedToStart("The task cannot pull registry authentication from Amazon ECR. There is a connection issue between the task and Amazon ECR. Check your task network configuration.")
	observed.Runners[0].Subnets = []doctor.Subnet{{ID: "subnet-1", Blocked: "no route to the internet"}}
	found := doctor.Diagnose(observed)
	require.Len(t, found, 1)
	assert.Contains(t, found[0].Evidence[0], "subnet-1: no route to the internet")

	waiting := waitingFor(doctor.Runner{Subnets: []doctor.Subnet{{ID: "subnet-1", Blocked: "no route to the internet"}}})
	found = doctor.Diagnose(waiting)
	require.NotEmpty(t, found)
	assert.Equal(t, doctor.KindSuspect, found[0].Kind)
}

// TestACauseComesBeforeItsSymptoms: a step that timed out since its image is missing.
func TestACauseComesBeforeItsSymptoms(t *testing.T) {
	t.Parallel()
	observed := failedToStart("CannotPullContainerError: failed to resolve ref x:1: not found")
	observed.Statements = []doctor.Statement{{By: doctor.SourceExecution, About: "step Test", Code: "States.Timeout", At: now()}}
	found := doctor.Diagnose(observed)
	require.Len(t, found, 2)
	assert.Equal(t, "image-missing", found[0].Rule)
	assert.Equal(t, "no-sign-of-life", found[1].Rule)
}

// TestAJobsOwnFailure is none of the runner's, whatever words its command has.
func TestAJobsOwnFailure(t *testing.T) {
	t.Parallel()
	found := doctor.Diagnose(planSays("ScriptExecutionError", "Script exited with code 3, command 1 of 1: echo ThrottlingException: Rate exceeded; AGENT, no space left on device"))
	require.Len(t, found, 1)
	assert.Equal(t, "job-failed", found[0].Rule)
}

// TestThePolicyDecidesTheAdvice: no grant helps against a service control policy.
func TestThePolicyDecidesTheAdvice(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{
		"because no identity-based policy allows the ecs:RunTask action":       "RunnerRolePath",
		"because no permissions boundary allows the ecs:RunTask action":        "permissions boundary",
		"with an explicit deny in a service control policy":                    "administrator of the AWS organization",
		"with an explicit deny in a resource control policy":                   "administrator of the AWS organization",
		"because no VPC endpoint policy allows the ecs:RunTask action":         "VPC endpoint",
		"with an explicit deny in an identity-based policy: arn:aws:iam::1:po": "remove the explicit deny",
	} {
		found := doctor.Diagnose(launcherSays("TaskFailedToStart", "AccessDeniedException: User: arn:aws:sts::1:x is not authorized to perform: ecs:RunTask on resource: * "+why))
		require.NotEmpty(t, found)
		assert.Contains(t, found[0].Advice, want, why)
	}
}
