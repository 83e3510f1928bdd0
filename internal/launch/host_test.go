package launch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestHostWithANetworkOfItsOwn: a task in network mode awsvpc has the Runner's subnets
// and groups on EC2, too, and no public address, which ECS refuses there. Configurations
// of before go on as they are.
func TestHostWithANetworkOfItsOwn(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]*configuration.Network{
		"":       nil,
		"awsvpc": {Subnets: []string{"subnet-0a1", "subnet-0a2"}, SecurityGroups: []string{"sg-0a1"}},
	} {
		c := onHost()
		c.Task.NetworkMode = mode
		c.Network.SecurityGroups, c.Network.AssignPublicIP = []string{"sg-0a1"}, "ENABLED"
		inAccount(t, c, func(t *testing.T, a *account) {
			a.launch("first")
			a.registered(a.Register(a.Hosts()[0].ID, a.name()))
			require.Len(t, a.Tasks(), 1)
			assert.Equal(t, want, a.Tasks()[0].Request.Network)
		})
	}
}

// warmHost is an account whose runner is warm on a host.
func warmHost(a *account) {
	a.t.Helper()
	a.launch("warm")
	a.registerAll()
	assert.Equal(a.t, 1, a.started().Work())
}

// TestHostThenTask: on EC2 the launcher returns when the host is started; its
// registration continues the start, and the steps keep waiting. The launch
// template has everything but the subnet. The task runs in the Runner's cluster
// and on the Runner's host.
func TestHostThenTask(t *testing.T) {
	t.Parallel()
	c := onHost()
	c.Task.Cluster = "own"
	inAccount(t, c, func(t *testing.T, a *account) {
		began := time.Now()
		a.launch("first")
		assert.Zero(t, time.Since(began))
		require.Equal(t, 1, len(a.Hosts()), "hosts")
		host := a.Hosts()[0]
		assert.Regexp(t, `^[0-9a-f]{64}$`, host.Request.Token)
		host.Request.Token = ""
		assert.Equal(t, launch.HostRequest{LaunchTemplate: "lt-0a1", TemplateVersion: "3", Subnet: "subnet-0a1"}, host.Request)
		assert.Empty(t, a.Tasks())

		for _, token := range tokens(3) { // while it boots, no other host is started
			time.Sleep(20 * time.Second)
			a.launch(token)
		}
		assert.Equal(t, 1, len(a.Hosts()), "hosts")
		a.registered(a.Register(host.ID, a.name()))
		assert.Equal(t, 1, a.Step("first").Heartbeats)
		require.Equal(t, 1, len(a.Tasks()), "tasks")
		request := a.Tasks()[0].Request
		assert.Equal(t, "EC2", request.LaunchType)
		assert.Equal(t, "own", request.Cluster)
		assert.Nil(t, request.Network)
		assert.Equal(t, []string{"attribute:runnerResourceName == dev-shop-Build", "ec2InstanceId == " + host.ID}, request.Constraints)
		assert.Equal(t, "attini-runner/"+host.ID, request.StartedBy)
		assert.Equal(t, host.ID, a.Tasks()[0].Host(), "the agent knows its host")
		assert.Equal(t, 4, a.started().Work())
	})
}

// TestRegistrationComesAgain: the cluster tells of a host many times.
func TestRegistrationComesAgain(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("t")
		early := a.Register(a.Hosts()[0].ID, a.name())
		a.registered(early)
		a.registered(early)
		late := a.Register(a.Hosts()[0].ID, a.name())
		assert.Equal(t, 1, late.Tasks)
		a.registered(late)
		notReady := early
		notReady.Ready = false
		a.registered(notReady)
		a.registered(launch.Instance{Host: "i-0other", Ready: true})
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
		assert.Equal(t, "running", a.Hosts()[0].State)
		a.started().Work()
		a.registered(early)
		assert.Equal(t, 1, len(a.Tasks()), "tasks")
	})
}

// TestLostRegistration: no event tells that the host has registered; the next
// job's launch finds out.
func TestLostRegistration(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("first")
		a.Register(a.Hosts()[0].ID, a.name())
		time.Sleep(time.Minute)
		a.launch("second")
		assert.Equal(t, 2, a.started().Work())
		assert.Equal(t, 1, len(a.Hosts()), "hosts")
	})
	// Or the end of the execution that it was to serve.
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("first")
		a.Register(a.Hosts()[0].ID, a.name())
		time.Sleep(6 * time.Minute)
		require.NoError(t, a.launcher(nil).ExecutionEnded(t.Context()))
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestNextSubnet: another subnet has what the first has not.
func TestNextSubnet(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"InsufficientInstanceCapacity", "InsufficientFreeAddressesInSubnet", "InvalidSubnetID.NotFound"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				a.RefuseHost = func(_ int, request launch.HostRequest) error {
					if request.Subnet == "subnet-0a1" {
						return &launch.Refusal{Code: code, Message: "not here"}
					}
					return nil
				}
				began := time.Now()
				a.launch("t")
				assert.Zero(t, time.Since(began))
				assert.Equal(t, "subnet-0a2", a.Hosts()[0].Request.Subnet)
			})
		})
	}
}

// TestHostRefusals: which refusals are retried, and how the others are reported.
// None leaves the lock taken.
func TestHostRefusals(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		again  bool
		advice string
	}{
		"InsufficientInstanceCapacity: We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a).": {true, "more availability zones"},
		"VcpuLimitExceeded: You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket":                {true, "Service Quotas"},
		"RequestLimitExceeded: slow":          {true, "it usually passes"},
		"InternalError: oops":                 {true, "it usually passes"},
		"IdempotentParameterMismatch: other":  {true, "it usually passes"},
		"IdempotentInstanceTerminated: ended": {true, "it usually passes"},
		"InvalidAMIID.NotFound: ami-1":        {false, "an Ami that exists"},
		"InvalidAMIID.Unavailable: ami-1":     {false, "an Ami that exists"},
		"InvalidParameterValue: Value (unavailable-architecture) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name":                                                                                                                                                         {true, "InstanceProfileName"},
		"UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/throttle/a is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/unavailable because no identity-based policy allows the iam:PassRole action": {false, "iam:PassRole"},
		"UnauthorizedOperation: You are not authorized to perform this operation. User: arn:aws:sts::111122223333:assumed-role/a/a is not authorized to perform: ec2:RunInstances on resource: arn:aws:ec2:eu-west-1:111122223333:instance/* with an explicit deny in a service control policy":               {false, "AWS organization"},
		"InvalidLaunchTemplateId.NotFound: lt-1": {false, "deploy the stack again"},
		"Unsupported: Your requested instance type (m5.large) is not supported in your requested Availability Zone (eu-west-1b).":                               {true, "more availability zones"},
		"InvalidParameterValue: The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. Specify": {false, "_arm64"},
		"InvalidParameterValue: The requested instance type's architecture (arm64) does not match the architecture in the manifest for ami-1 (x86_64)":          {false, "_arm64"},
		"UnsupportedOperation: You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account.":                                  {false, "IMDSv2"},
		"InvalidBlockDeviceMapping: Volume of size 30GB is smaller than snapshot 'snap-1', expect size >= 40GB":                                                 {false, "disk"},
	}
	for words, c := range cases {
		t.Run(words, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				var code, message string
				_, err := fmt.Sscanf(words, "%s", &code)
				require.NoError(t, err)
				message = words[len(code)+1:]
				refusing := true
				a.RefuseHost = func(int, launch.HostRequest) error {
					if !refusing {
						return nil
					}
					return &launch.Refusal{Code: code[:len(code)-1], Message: message}
				}
				a.launch("t")
				a.failed("t", "Ec2StartFailedError", "run the runner's EC2 host (m5.large, launch template lt-0a1 version 3) in [subnet-0a1 subnet-0a2]: "+words, "What to do: ", c.advice)
				assert.Equal(t, c.again, a.Calls("Hosts.Run") > 2)
				refusing = false
				a.launch("later")
				a.registerAll()
				assert.Equal(t, 1, a.started().Work())
			})
		})
	}
}

// TestHostNeverRegisters: the host is terminated and another one is started. The
// third failure fails the waiting jobs, with the reason and the link to the log.
func TestHostNeverRegisters(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		for i, token := range tokens(4) {
			if i > 0 {
				a.Abort(fmt.Sprintf("token-%d", i-1)) // by its heartbeat
			}
			a.launch(token)
			time.Sleep(5 * time.Minute)
		}
		assert.Equal(t, 3, len(a.Hosts()), "hosts")
		for _, host := range a.Hosts() {
			assert.Equal(t, "shutting-down", host.State)
		}
		a.failed("token-3", "Ec2StartFailedError", "the runner's EC2 host i-00000000000000003 did not register in the cluster attini-default within 4m30s",
			"3 in a row", "it was terminated. What to do: ",
			"https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups/log-group/dev-shop-BuildEcsClientLogGroup")
		assert.Empty(t, a.Messages(a.c.QueueURL))
	})
}

// TestHostNeverRegistersAndNoJobFollows: the step fails by its heartbeat and so
// its execution; its end is when the host is found and terminated.
func TestHostNeverRegistersAndNoJobFollows(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		a.launch("first")
		time.Sleep(time.Minute)
		require.NoError(t, a.launcher(nil).ExecutionEnded(t.Context()), "another execution")
		assert.Equal(t, "pending", a.Hosts()[0].State)
		time.Sleep(4 * time.Minute)
		a.Abort("first")
		a.launch("second")
		a.EndHost(a.Hosts()[1].ID, "Client.InternalError: Client error on launch")
		time.Sleep(5 * time.Minute)
		require.NoError(t, a.launcher(nil).ExecutionEnded(t.Context()))
		require.NoError(t, a.launcher(nil).ExecutionEnded(t.Context()), "again")
		assert.Empty(t, a.state().Host)
		a.failed("second", "Ec2StartFailedError", "ended before it registered in the cluster attini-default (terminated: Client.InternalError")
	})
}

// TestHostIsUsedAgain: the task died, the host lives.
func TestHostIsUsedAgain(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		agent := a.agent()
		a.launch("waits")
		a.stopped(a.StopTask(a.state().Task, "EssentialContainerExited", "killed"))
		_ = agent
		assert.Equal(t, 1, len(a.Hosts()), "hosts")
		require.Equal(t, 2, len(a.Tasks()), "tasks")
		assert.Equal(t, a.Hosts()[0].ID, a.Tasks()[1].Host())
		assert.Equal(t, 1, a.started().Work())
		assert.Equal(t, "running", a.Hosts()[0].State)
	})
}

// TestHostEndsWithItsTask: nobody waits, so that nothing outlives the task;
// also when the agent was killed and could not end its host itself.
func TestHostEndsWithItsTask(t *testing.T) {
	t.Parallel()
	for _, killed := range []bool{true, false} {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			warmHost(a)
			if killed {
				a.stopped(a.StopTask(a.state().Task, "EssentialContainerExited", "killed"))
			} else {
				a.stopped(a.agent().StopIdle())
			}
			assert.Equal(t, "shutting-down", a.Hosts()[0].State)
			assert.Empty(t, a.state().Host)
			a.launch("later")
			a.registerAll()
			assert.Equal(t, 2, len(a.Hosts()), "hosts")
			assert.Equal(t, 1, a.started().Work())
		})
	}
}

// TestTerminatedHost: somebody terminates the host of a warm runner.
func TestTerminatedHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		a.launch("waits")
		a.EndHost(a.Hosts()[0].ID, "User initiated")
		a.stopped(a.StopTask(a.state().Task, "TerminationNotice", "Host EC2 (instance i-1) terminated."))
		a.registerAll()
		assert.Equal(t, 2, len(a.Hosts()), "hosts")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("waits")
	})
}

// TestRetiredOnAHost: the agent is leaving, and takes its host with it; a job
// that comes meanwhile gets a host of its own.
func TestRetiredOnAHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		leaving := a.agent()
		leaving.Retire()
		time.Sleep(time.Minute)
		a.launch("next")
		event := leaving.Exit()
		a.registerAll()
		a.stopped(event)
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		assert.Equal(t, "running", a.Hosts()[1].State)
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestHostIsReplaced: another configuration gets another host, and the old one
// ends when its last job has. The new task is never placed on the old host.
func TestHostIsReplaced(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		old := a.agent()
		a.launch("runs")
		assert.Len(t, old.Take(1), 1)
		time.Sleep(time.Minute)
		a.redeploy(func(c *configuration.Configuration) {
			host := *c.Host
			host.LaunchTemplateVersion = "4"
			c.Host = &host
		})
		a.launch("new")
		a.launch("new too")
		require.Equal(t, 2, len(a.Hosts()), "hosts")
		assert.Equal(t, "4", a.Hosts()[1].Request.TemplateVersion)
		a.registerAll()
		assert.Equal(t, 2, a.started().Work())
		assert.Equal(t, "running", a.Hosts()[0].State, "it drains")
		old.Succeed("runs")
		a.stopped(old.Exit())
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		assert.Equal(t, "running", a.Hosts()[1].State)
		a.succeeded("runs", "new", "new too")
	})
}

// TestOutdatedHostWithoutATask: the task died, and the next job is for another
// configuration: the host is of no use to it.
func TestOutdatedHostWithoutATask(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		task := a.state().Task
		a.StopTask(task, "EssentialContainerExited", "killed")
		_, err := a.Ports(nil).States.RemoveTask(t.Context(), a.name(), task, true)
		require.NoError(t, err)
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.launch("new")
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		a.registerAll()
		assert.Equal(t, 2, len(a.Hosts()), "hosts")
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestKilledWhileDraining: the old agent cannot end its host, so its event
// does.
func TestKilledWhileDraining(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		old := a.state().Task
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.launch("new")
		a.registerAll()
		a.started().Work()
		a.stopped(a.StopTask(old, "EssentialContainerExited", "killed"))
		assert.Equal(t, "shutting-down", a.Hosts()[0].State)
		assert.Equal(t, "running", a.Hosts()[1].State)
	})
}

// TestUnknownHosts: a host that no runner waits for is terminated, one with a
// task is not.
func TestUnknownHosts(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		extra, err := a.Ports(nil).Hosts.Run(t.Context(), launch.HostRequest{Token: "by hand"})
		require.NoError(t, err)
		a.registered(a.Register(extra, a.name()))
		assert.Equal(t, "shutting-down", a.Hosts()[1].State)

		deleted, err := a.Ports(nil).Hosts.Run(t.Context(), launch.HostRequest{Token: "deleted"})
		require.NoError(t, err)
		a.registered(a.Register(deleted, "no-such-runner"))
		assert.Equal(t, "shutting-down", a.Hosts()[2].State)

		// A late event of a host whose task drains.
		early := a.Register(a.Hosts()[0].ID, a.name())
		early.Tasks = 0
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.launch("new")
		a.registered(early)
		assert.Equal(t, "running", a.Hosts()[0].State)
	})
}

// TestHostOfABrokenAttempt: the launcher died after RunInstances; its host
// registers, and the start goes on with it.
func TestHostOfABrokenAttempt(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		l := a.launcher(func(call string, done bool) error {
			if call == "States.RecordHost" {
				panic(errDead)
			}
			return nil
		})
		event := a.job("t")
		require.False(t, invoke(func() error { return l.Launch(t.Context(), event) }))
		time.Sleep(30 * time.Second)
		a.registered(a.Register(a.Hosts()[0].ID, a.name()))
		assert.Equal(t, 1, len(a.Hosts()), "hosts")
		assert.Equal(t, 1, a.started().Work())
	})
}
