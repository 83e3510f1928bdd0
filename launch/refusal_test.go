package launch_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/launch"
)

// TestRefusedThenAccepted: RunTask refuses three times, and then works. D-H2:
// the lock is there for the next start.
func TestRefusedThenAccepted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.RefuseTask = func(n int, _ launch.TaskRequest) error {
			if n <= 3 {
				return &launch.Refusal{Failures: []launch.RunFailure{{Reason: "RESOURCE:ENI"}}}
			}
			return nil
		}
		a.launch("first")
		assert.Equal(t, 4, a.Calls("Cluster.Run"))
		a.stopped(a.started().Leave())
		a.launch("second")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("first", "second")
	})
}

// TestNeverAccepted: RunTask never works. Everybody who waits is told why and
// what to do (D-H11), their messages are withdrawn (D-H12), and the lock is
// free, so that the next job tries anew (D-H2).
func TestNeverAccepted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		refusing := true
		a.RefuseTask = func(int, launch.TaskRequest) error {
			if !refusing {
				return nil
			}
			return &launch.Refusal{Failures: []launch.RunFailure{{Reason: "Capacity is unavailable at this time.", Detail: "eu-west-1a"}}}
		}
		began := time.Now()
		var all sync.WaitGroup
		for _, token := range tokens(5) {
			event := a.job(token)
			all.Go(func() { assert.NoError(t, a.launcher(nil).Launch(t.Context(), event)) })
		}
		all.Wait()
		assert.Less(t, time.Since(began), 2*time.Minute)
		for _, token := range tokens(5) {
			a.failed(token, "TaskFailedToStart", "run the runner's task in the cluster attini-default: Capacity is unavailable at this time. (eu-west-1a) (tried ",
				"What to do: it usually passes; give the step a Retry")
		}
		assert.Empty(t, a.Messages(a.c.QueueURL))
		assert.Less(t, a.Calls("Cluster.Run"), 15, "one attempt for all")

		refusing = false
		a.launch("later")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("later")
	})
}

// TestOthersWaitOn: a start that fails fails the jobs of its own configuration
// only.
func TestOthersWaitOn(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("old")
		old := a.started()
		a.redeploy(func(c *launch.Configuration) { c.Task.CPU = 99 * 256 })
		a.RefuseTask = func(int, launch.TaskRequest) error {
			return &launch.Refusal{Code: "ClientException", Message: "No Fargate configuration exists for given values."}
		}
		a.launch("new")
		a.failed("new", "TaskFailedToStart", "No Fargate configuration")
		assert.False(t, a.Step("old").Closed())
		assert.Equal(t, 1, old.Work())
		a.succeeded("old")
	})
}

// TestUnanswered: RunTask does not answer. It is asked again by the same token;
// after that who waits is told, and what was started all the same leaves.
func TestUnanswered(t *testing.T) {
	t.Parallel()
	for _, answers := range []int{3, 1000} {
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			asked := 0
			deaf := a.launcher(func(call string, done bool) error {
				if call == "Cluster.Run" && done {
					if asked++; asked < answers {
						return errFailed
					}
				}
				return nil
			})
			require.NoError(t, deaf.Launch(t.Context(), a.job("first")))
			assert.Equal(t, 1, len(a.Tasks()), "tasks")
			if answers == 3 {
				assert.Equal(t, 1, a.started().Work())
				return
			}
			a.failed("first", "TaskFailedToStart", "run the runner's task in the cluster attini-default: the service does not answer (tried ", "give the step a Retry")
			a.launch("second")
			agents := a.agents()
			require.Len(t, agents, 1, "the other has left")
			assert.Equal(t, 1, agents[0].Work())
			a.succeeded("second")
		})
	}
}

// TestNotEvenTheStep: when the step cannot be told, the function fails.
func TestNotEvenTheStep(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		l := a.launcher(func(string, bool) error { return errFailed })
		err := l.Launch(t.Context(), a.job("secret-token"))
		require.ErrorIs(t, err, errFailed)
		assert.NotContains(t, err.Error(), "secret-token")
	})
}

// TestOutOfTime: an invocation's time ends before the start can be settled; the
// step is told in time.
func TestOutOfTime(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.RefuseTask = func(int, launch.TaskRequest) error {
			return &launch.Refusal{Code: "ThrottlingException", Message: "Rate exceeded"}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.NoError(t, a.launcher(nil).Launch(ctx, a.job("t")))
		require.NoError(t, ctx.Err())
		a.failed("t", "TaskFailedToStart", "Rate exceeded")
	})
	// One that watches another's start leaves it to that.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		_, err := a.Ports(nil).States.Lock(t.Context(), a.name(), launch.Lock{
			Owner: "other", Until: time.Now().Add(time.Hour), Attempt: "attempt", Configuration: a.id,
		})
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		l := a.launcher(func(string, bool) error { // as a service's client does when its time is over
			if time.Since(began) > 45*time.Second {
				return context.DeadlineExceeded
			}
			return nil
		})
		require.NoError(t, l.Launch(ctx, a.job("t")))
		require.NoError(t, ctx.Err())
		assert.False(t, a.Step("t").Closed())
	})
}

// TestRefusals: which refusals are tried again, and what people are told.
func TestRefusals(t *testing.T) {
	t.Parallel()
	failure := func(reason string) *launch.Refusal {
		return &launch.Refusal{Failures: []launch.RunFailure{{Reason: reason}}}
	}
	cases := map[string]struct {
		refusal *launch.Refusal
		again   bool
		advice  string
	}{
		"no ENI":            {failure("RESOURCE:ENI"), true, "no free network interface"},
		"no memory":         {failure("RESOURCE:MEMORY"), true, "larger InstanceType"},
		"no cpu":            {failure("RESOURCE:CPU"), true, "less Cpu or Memory"},
		"no GPU":            {failure("RESOURCE:GPU"), true, "GPUs"},
		"agent":             {failure("AGENT"), true, "does not report to it"},
		"attribute":         {failure("ATTRIBUTE"), true, "lacks what the task definition asks for"},
		"location":          {failure("LOCATION"), true, "more availability zones"},
		"no instances":      {failure("NO ACTIVE INSTANCES"), true, "has left the cluster"},
		"constraint":        {failure("MemberOf placement constraint unsatisfied."), true, "has left the cluster"},
		"inactive":          {failure("INACTIVE"), false, "EcsCluster"},
		"throttled":         {&launch.Refusal{Code: "ThrottlingException", Message: "Rate exceeded"}, true, "it usually passes"},
		"server":            {&launch.Refusal{Code: "ServerException", Message: "Service Unavailable."}, true, "it usually passes"},
		"quota":             {&launch.Refusal{Code: "ClientException", Message: "You've reached the limit on the number of vCPUs you can run concurrently"}, true, "Service Quotas"},
		"empty cluster":     {&launch.Refusal{Code: "InvalidParameterException", Message: "No Container Instances were found in your cluster."}, true, "has left the cluster"},
		"no cluster":        {&launch.Refusal{Code: "ClusterNotFoundException", Message: "Cluster not found."}, false, "create the cluster"},
		"not allowed":       {&launch.Refusal{Code: "AccessDeniedException", Message: "User: x is not authorized to perform: iam:PassRole"}, false, "iam:PassRole"},
		"incompatible":      {&launch.Refusal{Code: "InvalidParameterException", Message: "Task definition does not support launch_type FARGATE: not compatible with"}, false, "fit its launch type"},
		"unknown container": {&launch.Refusal{Code: "InvalidParameterException", Message: "Override for container named X is not a container in the TaskDefinition."}, false, "ContainerName"},
		"size":              {&launch.Refusal{Code: "ClientException", Message: "No Fargate configuration exists for given values."}, false, "Cpu and Memory"},
		"subnet":            {&launch.Refusal{Code: "InvalidParameterException", Message: "The subnet ID 'subnet-1' does not exist"}, false, "Subnets"},
		"blocked":           {&launch.Refusal{Code: "BlockedException", Message: "blocked"}, false, "AWS Support"},
		"anything else":     {&launch.Refusal{Code: "NewException", Message: "new"}, false, "see the reason above"},
		"nothing":           {&launch.Refusal{}, false, "see the reason above"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.RefuseTask = func(int, launch.TaskRequest) error { return c.refusal }
				a.launch("t")
				a.failed("t", "TaskFailedToStart", c.refusal.Error(), "What to do: ", c.advice)
				assert.Equal(t, c.again, a.Calls("Cluster.Run") > 1)
			})
		})
	}
}
