package inspect_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
)

// stackSays is a deployment that CloudFormation rolls back before it makes a resource.
func stackSays(text string) account {
	return account{status: "ROLLBACK_COMPLETE", events: []event{{"shop", "ROLLBACK_COMPLETE", ""}, {"shop", "ROLLBACK_IN_PROGRESS", text}}}
}

// resourceSays is a deployment that is rolled back since a resource failed.
func resourceSays(status, text string) account {
	follows := event{"shop", "ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Build, AttiniRunnerQueueBuild]. Rollback requested by user."}
	return account{status: "ROLLBACK_COMPLETE", events: []event{follows, {"AttiniRunnerQueueBuild", status, "Resource creation cancelled"}, {"Build", status, text}}}
}

// job is the history of the step Test until it waits.
func job() []object {
	return []object{
		{"type": "ExecutionStarted"},
		{"type": "TaskStateEntered", "stateEnteredEventDetails": object{"name": "Test", "input": `{"password":"hunter2"}`}},
		{"type": "TaskScheduled", "taskScheduledEventDetails": object{"parameters": `{"FunctionName":"attini-action","Payload":{"RunnerConfig":"shop/Build/v1-1"}}`, "region": region, "resource": "invoke.waitForTaskToken", "resourceType": "lambda"}},
		{"type": "TaskStarted", "taskStartedEventDetails": object{"resource": "invoke.waitForTaskToken", "resourceType": "lambda"}},
		{"type": "TaskSubmitted", "taskSubmittedEventDetails": object{"resource": "invoke.waitForTaskToken", "resourceType": "lambda"}},
	}
}

// planSays is a step that failed, and the execution with it.
func planSays(code, text string) account {
	said := object{"error": code, "cause": text, "resource": "invoke.waitForTaskToken", "resourceType": "lambda"}
	failed := object{"type": "TaskFailed", "taskFailedEventDetails": said}
	if code == "States.Timeout" {
		delete(said, "cause")
		failed = object{"type": "TaskTimedOut", "taskTimedOutEventDetails": said}
	}
	return account{execution: "FAILED", history: append(job(), failed, object{"type": "ExecutionFailed", "executionFailedEventDetails": object{"error": code, "cause": text}})}
}

// refused is a step that the launcher failed, in its words, since ECS or EC2 refused to
// start something.
func refused(name, attempted string, refusal launch.Refusal) account {
	return planSays(name, attempted+": "+refusal.Error()+" (tried 3 times). What to do: see the task's log, AGENT, and throttling")
}

func taskRefused(code, text string) account {
	return refused("TaskFailedToStart", "run the runner's task in the cluster attini-default", launch.Refusal{Code: code, Message: text})
}

func notRun(reason string) account {
	return refused("TaskFailedToStart", "run the runner's task in the cluster attini-default", launch.Refusal{Failures: []launch.RunFailure{{Reason: reason}}})
}

func hostRefused(code, text string) account {
	return refused("Ec2StartFailedError", "run the runner's EC2 host (m5.large, launch template lt-1 version 1) in [subnet-1]", launch.Refusal{Code: code, Message: text})
}

// waiting is a step that waits for the runner since five minutes.
func waiting(a account) account {
	a.execution, a.history = "RUNNING", job()
	return a
}

// ended is a runner whose task has stopped before it took a job.
func ended(stopCode, reason string, containers ...object) account {
	return waiting(account{visible: 1, tasks: []object{{
		"taskArn": stopped, "group": "attini-runner:shop-Build", "lastStatus": "STOPPED", "desiredStatus": "STOPPED", "stopCode": stopCode, "stoppedReason": reason,
		"createdAt": seconds(now().Add(-4 * time.Minute)), "stoppedAt": seconds(now().Add(-time.Minute)), "containers": containers,
	}}})
}

func notStarted(reason string) account { return ended("TaskFailedToStart", reason) }

func exited(exit int) account {
	return ended("EssentialContainerExited", "Essential container in task exited", object{"name": "runner", "exitCode": exit})
}

func containerSaid(reason string) account {
	return ended("TaskFailedToStart", "Essential container in task exited", object{"name": "runner", "reason": reason})
}

// printed is a task of whose end only its log says the reason.
func printed(exit int, line string) account {
	a := exited(exit)
	a.log = line
	return a
}

// started is a runner with a task.
func started(status string, a account) account {
	a.tasks = []object{{"taskArn": current, "group": "attini-runner:shop-Build", "lastStatus": status, "connectivity": "CONNECTED", "createdAt": seconds(now().Add(-4 * time.Minute)), "pullStartedAt": seconds(now().Add(-3 * time.Minute))}}
	item := object{"taskId": current, "taskCluster": "attini-default"}
	maps.Copy(item, a.item)
	a.item = item
	return waiting(a)
}

// TestFaultsInAnAccount plays the faults as accounts that answer in AWS's format and
// words. The right cause comes first, with evidence, advice and a command; no chosen
// name misleads, no question stays open, and no input is shown.
func TestFaultsInAnAccount(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for _, f := range slices.Concat(deployFaults(), launchFaults(), taskFaults(), stateFaults(), planFaults()) {
		kinds[f.kind] = true
		t.Run(f.kind+"/"+f.rule, func(t *testing.T) {
			t.Parallel()
			observed, found := f.account.diagnose(t)
			assert.Empty(t, observed.Unread)
			require.NotEmpty(t, found)
			assert.Equal(t, f.rule, found[0].Rule, "%v", found)
			for _, finding := range found {
				assert.NotEmpty(t, finding.Evidence)
				assert.NotEmpty(t, finding.Cause)
				assert.NotEmpty(t, finding.Advice)
				assert.NotEmpty(t, finding.Next)
				for _, evidence := range finding.Evidence {
					assert.NotContains(t, evidence, "hunter2")
					assert.NotContains(t, evidence, "ENCODED")
					assert.NotContains(t, evidence, "What to do")
				}
			}
		})
	}
	assert.Len(t, kinds, 62, "%v", slices.Sorted(maps.Keys(kinds)))
}

// TestHealthyAccounts: nothing is found where all is well.
func TestHealthyAccounts(t *testing.T) {
	t.Parallel()
	for name, a := range map[string]account{
		"succeeded":       {execution: "SUCCEEDED"},
		"a job runs":      started("RUNNING", account{held: 1, claims: []string{"Test"}}),
		"a start is made": waiting(account{visible: 1, item: object{"startUntil": now().Add(30 * time.Second).UnixMilli()}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			observed, found := a.diagnose(t)
			assert.Empty(t, observed.Unread)
			assert.Empty(t, found)
		})
	}
}

// TestWhatMayNotBeAsked is told as not known, and the cause is found all the same.
func TestWhatMayNotBeAsked(t *testing.T) {
	t.Parallel()
	a := notStarted("CannotPullContainerError: failed to resolve ref docker.io/library/nothing:1: not found")
	a.errors = map[string][2]string{}
	for _, operation := range []string{"DescribeSubnets", "DescribeSecurityGroups", "DescribeImages", "GetQueueAttributes", "GetFunctionConfiguration"} {
		a.errors[operation] = [2]string{"AccessDeniedException", "User: arn:aws:iam::111122223333:user/me is not authorized"}
	}
	observed, found := a.diagnose(t)
	require.NotEmpty(t, found)
	assert.Equal(t, "image-missing", found[0].Rule)
	unread := strings.Join(observed.Unread, "\n")
	assert.NotContains(t, unread, "user/me")
	for _, action := range []string{"ec2:DescribeSubnets", "ec2:DescribeSecurityGroups", "ecr:DescribeImages", "sqs:GetQueueAttributes", "lambda:GetFunctionConfiguration"} {
		assert.Contains(t, unread, "not allowed to call "+action)
	}
}
