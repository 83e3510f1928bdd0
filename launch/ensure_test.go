package launch_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/launch"
)

// TestIdleRace is D-A and guarantee 4: an agent goes idle while a job is
// launched. Whatever the launcher was about to do when the agent said that it
// leaves, looked once more, and ended, the job runs, also if no event tells of
// the end. The launcher makes few calls, so that every order is tried.
func TestIdleRace(t *testing.T) {
	t.Parallel()
	const moments = 10 // before and after each call of a warm launch, and later
	tries := 0
	for says := range moments {
		for looks := says; looks < moments; looks++ {
			for ends := looks; ends < moments; ends++ {
				tries++
				inAccount(t, onFargate(), func(t *testing.T, a *account) {
					a.launch("first")
					agent := a.started()
					agent.Work()
					time.Sleep(time.Hour)

					moment := 0
					idle := func(string, bool) error {
						if moment == says {
							agent.Retire()
						}
						if moment == looks {
							agent.Work()
						}
						if moment == ends {
							agent.Exit()
						}
						moment++
						return nil
					}
					require.NoError(t, a.launcher(idle).Launch(t.Context(), a.job("second")))
					for moment < moments {
						require.NoError(t, idle("", false))
					}
					for _, next := range a.agents() {
						next.Work()
					}
					if !a.Step("second").Closed() { // it ended after the launcher had looked, and its event tells
						assert.Fail(t, "the job waits for ever", "says %d, looks %d, ends %d", says, looks, ends)
					}
					a.succeeded("first", "second")
				})
			}
		}
	}
	assert.GreaterOrEqual(t, tries, 200)
}

// TestChangedConfiguration is D-H5, D-H6 and D-H9: whatever is changed, also
// adding or removing the host while the task definition stays, makes a new
// task; the old one is not stopped and ends its jobs.
func TestChangedConfiguration(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		from   launch.Configuration
		change func(*launch.Configuration)
	}{
		"idle time":       {onFargate(), func(c *launch.Configuration) { c.Runner.IdleTimeToLive = 60 }},
		"a host is added": {onFargate(), func(c *launch.Configuration) { c.Host = onHost().Host; c.Network = onHost().Network }},
		"host is removed": {onHost(), func(c *launch.Configuration) { c.Host = nil }},
		"another cluster": {onFargate(), func(c *launch.Configuration) { c.Task.Cluster = "other" }},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, c.from, func(t *testing.T, a *account) {
				a.launch("old")
				a.registerAll()
				old := a.started()
				assert.Equal(t, []string{"old"}, old.Take(1))
				time.Sleep(time.Minute)

				a.redeploy(c.change)
				a.launch("new")
				a.registerAll()
				assert.Equal(t, 2, len(a.Tasks()), "tasks")
				next := a.started()
				assert.Zero(t, old.Work(), "it takes nothing more")
				assert.Equal(t, 1, next.Work())
				old.Succeed("old")
				a.succeeded("old", "new")
				assert.Zero(t, a.Calls("Cluster.Stop"))

				a.stopped(old.Exit())
				a.launch("newer")
				assert.Equal(t, 1, next.Work())
				assert.Equal(t, 2, len(a.Tasks()), "the new one stays")
				for _, host := range a.Hosts() {
					assert.True(t, host.State == "shutting-down" || host.ID == a.state().Host, "no host is left over")
				}
			})
		})
	}
}

// TestCrashWhileTheConfigurationChanges is D-H5: the state never says that the
// new configuration runs before it does.
func TestCrashWhileTheConfigurationChanges(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} {
		for n := 1; n <= 6; n++ {
			t.Run(fmt.Sprint(n, done), func(t *testing.T) {
				t.Parallel()
				inAccount(t, onFargate(), func(t *testing.T, a *account) {
					a.launch("old")
					a.started().Work()
					a.redeploy(func(c *launch.Configuration) { c.Runner.MaxConcurrentJobs = 1 })
					dead := a.launcher(dying(n, done))
					event := a.job("lost")
					invoke(func() error { return dead.Launch(t.Context(), event) })
					a.launch("new")
					for _, agent := range a.agents() {
						agent.Work()
					}
					a.succeeded("new")
				})
			})
		}
	}
}

// TestForeignCluster is D-H7: a task is looked for where it runs.
func TestForeignCluster(t *testing.T) {
	t.Parallel()
	c := onFargate()
	c.Task.Cluster = "arn:aws:ecs:eu-west-1:111122223333:cluster/own"
	inAccount(t, c, func(t *testing.T, a *account) {
		a.launch("first")
		a.started().Work()
		time.Sleep(time.Hour)
		a.launch("second")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, c.Task.Cluster, a.Tasks()[0].Request.Cluster)
	})
}

// TestStaleTask: a task that is no more is found out, whatever became of it,
// although its event was lost.
func TestStaleTask(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		end   func(a *account, task string)
		tasks int
	}{
		"runs":      {func(*account, string) {}, 1},
		"pending":   {func(a *account, task string) { a.SetTask(task, "PENDING", "RUNNING") }, 1},
		"stopping":  {func(a *account, task string) { a.SetTask(task, "RUNNING", "STOPPED") }, 2},
		"draining":  {func(a *account, task string) { a.SetTask(task, "DEPROVISIONING", "STOPPED") }, 2},
		"stopped":   {func(a *account, task string) { a.StopTask(task, "SpotInterruption", "gone") }, 2},
		"forgotten": {func(a *account, task string) { a.ForgetTask(task) }, 1},
		"retired":   {func(a *account, task string) { a.Agent(task).Retire() }, 2},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				a.launch("first")
				a.started().Work()
				time.Sleep(time.Hour)
				before := a.state().Task
				c.end(a, before)
				a.launch("second")
				assert.Equal(t, c.tasks, len(a.Tasks()), "tasks")
				assert.Equal(t, name == "runs" || name == "pending", a.state().Task == before && a.state().Retired == "")
			})
		})
	}
}

// TestLostEvent: the task died with a job, and no event told. The next job's
// launch finds out, and the first one gets its answer.
func TestLostEvent(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		a.started().Take(1)
		time.Sleep(time.Minute)
		a.StopTask(a.state().Task, "SpotInterruption", "Your Spot Task was interrupted.")
		a.launch("second")
		a.failed("first", "RuntimeError", "SpotInterruption: Your Spot Task was interrupted.")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("second")
	})
}

// TestJustStarted: ECS may not know a task at once.
func TestJustStarted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.BlindTime = time.Minute
		a.launch("a")
		for _, token := range tokens(5) {
			time.Sleep(8 * time.Second)
			a.launch(token)
		}
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
	})
}

// TestStartedStays is D-H4: a launch writes nothing back that it only read.
func TestStartedStays(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		var agentUp, second sync.Once
		slow := a.launcher(func(call string, done bool) error {
			if call == "States.State" && done {
				agentUp.Do(func() { a.started() })
				second.Do(func() { a.launch("third") })
			}
			return nil
		})
		require.NoError(t, slow.Launch(t.Context(), a.job("second")))
		assert.True(t, a.Started(a.name()))
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, 1, a.Calls("States.RecordTask"))
	})
}

// TestSlowOwner: who has the lock hangs for longer than it lasts. Another takes
// over with the same token, so that there is one task; the slow one finds out
// and leaves it alone (D-H22).
func TestSlowOwner(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"Cluster.Run", "States.RecordTask"} {
		t.Run(where, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				slow := a.launcher(func(call string, done bool) error {
					if call == where && !done {
						time.Sleep(3 * time.Minute)
					}
					return nil
				})
				var both sync.WaitGroup
				event := a.job("first")
				both.Go(func() { assert.NoError(t, slow.Launch(t.Context(), event)) })
				time.Sleep(time.Second)
				a.launch("second")
				both.Wait()
				assert.Equal(t, 1, len(a.Tasks()), "tasks")
				assert.Equal(t, a.Tasks()[0].ARN, a.state().Task)
				assert.Zero(t, a.Calls("Cluster.Stop"))
				assert.Equal(t, 2, a.started().Work())
			})
		})
	}
}

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
		require.NoError(t, a.launcher(nil).Launch(ctx, a.job("t")))
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

// TestRunnerIsBeingDeleted: nothing is started for it, and what was started is
// stopped.
func TestRunnerIsBeingDeleted(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		_, err := a.Ports(nil).States.Close(t.Context(), a.name())
		require.NoError(t, err)
		a.launch("t")
		a.failed("t", "RunnerConfigError", "is not deployed, or is being deleted")
		assert.Empty(t, a.Tasks())
	})
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		l := a.launcher(func(call string, done bool) error {
			if call == "Cluster.Run" && done {
				_, err := a.Ports(nil).States.Close(t.Context(), a.name())
				return err
			}
			return nil
		})
		require.NoError(t, l.Launch(t.Context(), a.job("t")))
		a.failed("t", "RunnerConfigError", "is being deleted")
		assert.Equal(t, "STOPPED", a.Tasks()[0].LastStatus)
	})
}

func TestPrewarm(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		event := fmt.Appendf(nil, `{"attiniActionType":"Prewarm","Runners":[{"Runner":"Build","ConfigurationId":%q},{"Runner":"Off","ConfigurationId":"none"}],
			"input":{"deploymentOriginData":{"stackName":"dev-shop"}}}`, a.id)
		wanted, err := launch.ParsePrewarm(event)
		require.NoError(t, err)
		require.Equal(t, []launch.Wanted{{Runner: "dev-shop-Build", Configuration: a.id}}, wanted)
		require.NoError(t, a.launcher(nil).Prewarm(t.Context(), wanted))
		agent := a.started()
		a.launch("t")
		assert.Equal(t, 1, agent.Work(), "it waits for nothing")
		assert.Equal(t, 1, len(a.Tasks()), "tasks")

		err = a.launcher(nil).Prewarm(t.Context(), []launch.Wanted{{Runner: "dev-shop-Other", Configuration: "v1-0"}})
		var failure *launch.Failure
		require.True(t, errors.As(err, &failure))
		assert.Contains(t, err.Error(), "start the runner dev-shop-Other ahead")
	})
	for _, event := range []string{`{"Runners":7}`, `no`, `{"Runners":[{"Runner":"Build","ConfigurationId":"v1-0"}]}`, `{"Runners":[{"Runner":"Build","ConfigurationId":"x"}],"input":{"deploymentOriginData":{"stackName":"s"}}}`} {
		_, err := launch.ParsePrewarm([]byte(event))
		require.Error(t, err, event)
	}
}
