package launch_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// TestRefusedThenAccepted: RunTask refuses three times and then works. The lock
// is free for the next start.
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
		a.stopped(a.started().StopIdle())
		a.launch("second")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("first", "second")
	})
}

// TestNeverAccepted: RunTask never works. Every waiting step fails with the
// reason and the advice, the messages are deleted, and the lock is free, so that
// the next job tries again.
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
		a.redeploy(func(c *configuration.Configuration) { c.Task.CPU = 99 * 256 })
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

// TestNotEvenTheStep: when the step cannot be failed, the function fails.
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

// TestTokenOfAnEndedHost: a start that is taken over repeats the token of the one
// before, whose host may have ended. Then another is asked for, at once.
func TestTokenOfAnEndedHost(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		var used []string
		a.RefuseHost = func(_ int, request launch.HostRequest) error {
			if used = append(used, request.Token); len(used) == 1 {
				return &launch.Refusal{Code: "IdempotentInstanceTerminated", Message: "the instance has ended"}
			}
			return nil
		}
		began := time.Now()
		a.launch("t")
		assert.Zero(t, time.Since(began))
		require.Len(t, used, 2)
		assert.NotEqual(t, used[0], used[1])
		a.registerAll()
		assert.Equal(t, 1, a.started().Work())
	})
}

// TestNewRole: ECS does not know a role yet that the runner's stack has just
// made.
func TestNewRole(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		made := time.Now()
		a.RefuseTask = func(int, launch.TaskRequest) error {
			if time.Since(made) < time.Minute {
				return &launch.Refusal{Code: "ClientException", Message: "ECS was unable to assume the role '" + passedRole + "' that was provided for this task."}
			}
			return nil
		}
		a.launch("t")
		assert.Equal(t, 1, a.started().Work())
		a.succeeded("t")
	})
}

// Refusals in AWS's words. The names in them are as misleading as names can be.
const (
	sessionRole   = "arn:aws:sts::111122223333:assumed-role/throttle-LauncherRole/attini-action"
	passedRole    = "arn:aws:iam::111122223333:role/teams/subnet-capacity-is-unavailable"
	notAuthorized = "User: " + sessionRole + " is not authorized to perform: iam:PassRole on resource: " + passedRole + " because "
)

// TestRefusals: which refusals are tried again, and what people are told.
func TestRefusals(t *testing.T) {
	t.Parallel()
	failure := func(reasons ...string) *launch.Refusal {
		refusal := &launch.Refusal{}
		for _, reason := range reasons {
			refusal.Failures = append(refusal.Failures, launch.RunFailure{Reason: reason})
		}
		return refusal
	}
	exception := func(code, message string) *launch.Refusal { return &launch.Refusal{Code: code, Message: message} }
	denied := func(why string) *launch.Refusal { return exception("AccessDeniedException", notAuthorized+why) }
	const assume = "ECS was unable to assume the role '" + passedRole + "' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role."
	cases := map[string]struct {
		refusal *launch.Refusal
		again   bool
		advice  string
	}{
		"no ENI":                {failure("RESOURCE:ENI"), true, "no free network interface"},
		"no memory":             {failure("RESOURCE:MEMORY"), true, "larger InstanceType"},
		"no cpu":                {failure("RESOURCE:CPU"), true, "less Cpu or Memory"},
		"no GPU":                {failure("RESOURCE:GPU"), true, "GPUs"},
		"no port":               {failure("RESOURCE:PORTS"), true, "map no host port"},
		"agent":                 {failure("AGENT"), true, "does not report to it"},
		"attribute":             {failure("ATTRIBUTE"), true, "lacks what the task definition asks for"},
		"location":              {failure("LOCATION"), false, "another availability zone"},
		"no instances":          {failure("NO ACTIVE INSTANCES"), true, "has left the cluster"},
		"no hosts":              {failure("EMPTY CAPACITY PROVIDER"), true, "has left the cluster"},
		"constraint":            {failure("MemberOf placement constraint unsatisfied.", "AGENT"), true, "has left the cluster"},
		"a host that has left":  {failure("INACTIVE"), true, "has left the cluster"},
		"capacity":              {failure("Capacity is unavailable at this time. Please try again later or in a different availability zone."), true, "more availability zones"},
		"quota":                 {failure("You've reached the limit on the number of vCPUs you can run concurrently"), true, "Service Quotas"},
		"quota, typeset":        {failure("You\u2019ve reached the limit on the number of tasks you can run concurrently"), true, "Service Quotas"},
		"quota of one task":     {failure("The requested MEMORY configuration is above your limit."), false, "Service Quotas"},
		"throttled":             {exception("ThrottlingException", "Rate exceeded"), true, "it usually passes"},
		"server":                {exception("ServerException", "Service Unavailable."), true, "it usually passes"},
		"empty cluster":         {exception("InvalidParameterException", "No Container Instances were found in your cluster."), true, "has left the cluster"},
		"no cluster":            {exception("ClusterNotFoundException", "Cluster not found."), false, "create the cluster"},
		"inactive cluster":      {exception("ClientException", "The referenced cluster was inactive."), false, "create the cluster"},
		"deleted cluster":       {exception("InvalidParameterException", "The specified cluster is inactive. Specify an active cluster and try again."), false, "create the cluster"},
		"may not pass":          {denied("no identity-based policy allows the iam:PassRole action"), false, "RunnerRolePath"},
		"may not run":           {exception("AccessDeniedException", "User: "+sessionRole+" is not authorized to perform: ecs:RunTask on resource: arn:aws:ecs:eu-west-1:111122223333:task-definition/memory:1"), false, "ecs:RunTask"},
		"boundary":              {denied("no permissions boundary allows the iam:PassRole action"), false, "PermissionsBoundary"},
		"organization":          {denied("no service control policy allows the iam:PassRole action"), false, "administrator of the AWS organization"},
		"endpoint":              {denied("no VPC endpoint policy allows the iam:PassRole action"), false, "VPC endpoint"},
		"explicit deny":         {exception("AccessDeniedException", "User: "+sessionRole+" is not authorized to perform: ecs:RunTask on resource: "+passedRole+" with an explicit deny in an identity-based policy"), false, "explicit deny"},
		"organization's deny":   {exception("AccessDeniedException", "User: "+sessionRole+" is not authorized to perform: ecs:RunTask on resource: "+passedRole+" with an explicit deny in a service control policy"), false, "administrator of the AWS organization"},
		"a role too new":        {exception("ClientException", assume), true, "ecs-tasks.amazonaws.com"},
		"no role":               {exception("ClientException", "Role is not valid"), true, "RoleArn"},
		"service-linked role":   {exception("InvalidParameterException", "Unable to assume the service linked role. Please verify that the ECS service linked role exists."), false, "create-service-linked-role"},
		"incompatible":          {exception("InvalidParameterException", "The selected task definition is not compatible with the selected compute strategy"), false, "fit its launch type"},
		"unknown container":     {exception("InvalidParameterException", "Override for container named subnet is not a container in the TaskDefinition."), false, "ContainerName"},
		"size":                  {exception("ClientException", "No Fargate configuration exists for given values."), false, "Cpu and Memory"},
		"awsvpc":                {exception("InvalidParameterException", "Network Configuration must be provided when networkMode 'awsvpc' is specified."), false, "network mode"},
		"public address":        {exception("InvalidParameterException", "Assign public IP is not supported for this launch type."), false, "AssignPublicIp"},
		"subnet":                {exception("InvalidParameterException", "Error retrieving subnet information for [subnet-0a1]: The subnet ID 'subnet-0a1' does not exist (ErrorCode: InvalidSubnetID.NotFound)"), false, "Subnets"},
		"group":                 {exception("InvalidParameterException", "Error retrieving security group information for [sg-0a1]: none (ErrorCode: InvalidGroup.NotFound)"), false, "SecurityGroups"},
		"subnet, EC2 throttled": {exception("InvalidParameterException", "Error retrieving subnet information for [subnet-0a1]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)"), true, "it usually passes"},
		"blocked":               {exception("BlockedException", "blocked"), false, "AWS Support"},
		"anything else":         {exception("NewException", "RESOURCE: throttle, capacity is unavailable, subnet"), false, "see the reason above"},
		"anything new":          {failure("NEW:REASON"), false, "see the reason above"},
		"nothing":               {&launch.Refusal{}, false, "see the reason above"},
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
