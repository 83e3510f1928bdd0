package launch_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// handling gives a job's plan the error names by cause that it handles.
func (a *account) handling(names ...string) func(event map[string]any) {
	return func(event map[string]any) {
		event["RunnerConfig"].(map[string]any)["ErrorNames"] = protocol.JoinErrorNames(names)
	}
}

// ending is what AWS says, and what becomes of it. The texts are those that AWS
// documents or that were seen in an account.
type ending struct {
	code, text string // a refusal's exception, or a task's stop code; and the words
	// exit and reason are the container's; ended: it has an exit code.
	exit      int
	ended     bool
	reason    string
	cause     string
	permanent bool
	advice    string
}

const (
	pull     = "CannotPullContainerError: "
	registry = "ResourceInitializationError: unable to pull secrets or registry auth: "
	resolve  = pull + "pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/team/throttle-i-o-timeout:7: "
	retrieve = registry + "execution resource retrieval failed: unable to retrieve "
	failed   = "TaskFailedToStart"
	exited   = "EssentialContainerExited"
	runtime  = "CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: "
	session  = "AccessDeniedException: User: arn:aws:sts::111122223333:assumed-role/timeout/0a1 is not authorized to perform: "
)

// stops are the ends of tasks that took no job, by the names of the faults.
func stops() map[string]ending {
	essential := func(reason string, exit int, cause string, permanent bool, advice string) ending {
		return ending{code: exited, text: "Essential container in task exited", ended: true, exit: exit, reason: reason, cause: cause, permanent: permanent, advice: advice}
	}
	start := func(text, cause string, permanent bool, advice string) ending {
		return ending{code: failed, text: text, cause: cause, permanent: permanent, advice: advice}
	}
	const (
		network, denied, image, unusable = protocol.CauseNetworkUnreachable, protocol.CauseAccessDenied, protocol.CauseImageNotFound, protocol.CauseImageUnusable
		invalid                          = protocol.CauseInvalidConfiguration
	)
	return map[string]ending{
		"F01 no route": start(retrieve+"ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": "+
			"dial tcp 10.0.0.1:443: i/o timeout. Please check your task network configuration.", network, true, "NAT gateway, or VPC endpoints"),
		"F01 secrets":         start(retrieve+"secrets from ssm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded", network, true, "VPC endpoints"),
		"F01 new words":       start("The task cannot pull registry authentication from Amazon ECR. There is a connection issue between the task and Amazon ECR. Check your task network configuration.", network, true, "AssignPublicIp ENABLED"),
		"F02 registry":        start(retrieve+"ecr registry auth: service call has been retried 1 time(s): "+session+"ecr:GetAuthorizationToken on resource: * because no identity-based policy allows the ecr:GetAuthorizationToken action", denied, true, "execution role"),
		"F02 secret":          start(retrieve+"secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:a from secrets manager: "+session+"secretsmanager:GetSecretValue on resource: a because no identity-based policy allows the secretsmanager:GetSecretValue action", denied, true, "the secrets"),
		"F03 tag":             start(resolve+"not found", image, true, "push the image"),
		"F03 digest":          start(pull+"pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/a@sha256:0a1: not found", image, true, "tag or digest"),
		"F03 on EC2":          start(pull+"Error response from daemon: manifest for team/image:7 not found", image, true, "push the image"),
		"F03 repository":      start(pull+"API error (404): repository team/image not found", image, true, "push the image"),
		"F03 new words":       start("The task can’t pull the image. Check whether the image exists. "+pull+"denied: requested access to the resource is denied", image, true, "push the image"),
		"F04 forbidden":       start(resolve+"unexpected status from HEAD request to https://111122223333.dkr.ecr.eu-west-1.amazonaws.com/v2/a/manifests/7: 403 Forbidden", denied, true, "repository's policy"),
		"F04 new words":       start("The task can’t pull the image. Check that the role has the permissions to pull images from the registry. denied: User: arn:aws:sts::1:assumed-role/a/b is not authorized to perform: ecr:BatchGetImage on resource: r", denied, true, "execution role"),
		"F04 private":         start(pull+"Error response from daemon: pull access denied for team/image, repository does not exist or may require 'docker login'", denied, true, "execution role"),
		"F05 layers":          start(pull+"ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get \"https://prod.s3.amazonaws.com/a\": dial tcp 52.0.0.1:443: i/o timeout", network, false, "s3"),
		"F05 new words":       start("The task cannot pull ‘a’ from the Amazon ECR repository ‘b’. There is a connection issue between the task and Amazon ECR.", network, true, "s3"),
		"F05 on EC2":          start(pull+"net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers) Check your network configuration.", network, true, "NAT gateway"),
		"F05 mixed layers":    start(pull+"ref pull has been retried 1 time(s): number of layers and diffIDs don't match: 5 != 4", unusable, true, "compression"),
		"F06 Docker Hub":      start(resolve+"unexpected status: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit", protocol.CauseThrottled, true, "ECR"),
		"F06 ECR Public":      start(resolve+"toomanyrequests: Rate exceeded", protocol.CauseThrottled, false, "ECR"),
		"F07 on EC2":          start(pull+"no matching manifest for linux/arm64 in the manifest list entries", unusable, true, "--platform"),
		"F08 Fargate":         start(pull+"ref pull has been retried 1 time(s): failed to extract layer sha256:0a1: write /var/lib/containerd/a: no space left on device: unknown", protocol.CauseDiskFull, true, "EphemeralStorage"),
		"F08 on EC2":          start(pull+"failed to register layer: write /usr/lib/a: no space left on device", protocol.CauseDiskFull, true, "larger volume"),
		"F09 KMS":             start(registry+"failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:a from secrets manager: AccessDeniedException: Access to KMS is not allowed", denied, true, "execution role"),
		"F09 secret":          start(registry+"failed to fetch secret arn:aws:secretsmanager:eu-west-1:1:secret:a from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.", invalid, true, "name secrets"),
		"F09 parameter":       start("Fetching secret data from SSM Parameter Store in eu-west-1: the parameter is missing", invalid, true, "name secrets"),
		"F10 credentials":     start("CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: NoCredentialProviders: no valid providers in chain", invalid, true, "logs:CreateLogStream"),
		"F10 driver":          start("CannotStartContainerError: Error response from daemon: failed to initialize logging driver: a", invalid, true, "log group"),
		"F10 no way":          start("The task cannot find the Amazon CloudWatch log group defined in the task definition. There is a connection issue between the task and Amazon CloudWatch. Check your network configuration.", network, true, "logs"),
		"F11 time-out":        start("Timeout waiting for network interface provisioning to complete.", network, false, "AssignPublicIp"),
		"F11 addresses":       start("Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-0a1': InsufficientFreeAddressesInSubnet", protocol.CauseCapacityUnavailable, true, "free addresses"),
		"F11 internal":        start("InternalError: the service could not do it", protocol.CauseServiceUnavailable, false, "Retry"),
		"F11 on EC2":          start("Unable to attach network interface to unused device index", protocol.CauseCapacityUnavailable, true, "network interfaces"),
		"F12":                 start("ContainerRuntimeTimeoutError: Could not transition to created; timed out after waiting 4m0s", protocol.CauseStartTimeout, false, "smaller image"),
		"F13 Spot":            {code: "SpotInterruption", text: "Your Spot Task was interrupted.", cause: protocol.CauseInterrupted, advice: "Retry"},
		"F13 retirement":      {code: "TerminationNotice", cause: protocol.CauseInterrupted, advice: "Retry"},
		"F13 a person":        {code: "UserInitiated", text: "Task stopped by user", cause: protocol.CauseInterrupted, advice: "CloudTrail"},
		"C01 no shell":        essential(runtime+"exec: \"/bin/sh\": stat /bin/sh: no such file or directory", 1, unusable, true, "/bin/sh"),
		"C01 cut off":         {code: failed, text: runtime + "exec: \"/bin/s...", cause: unusable, permanent: true, advice: "/bin/sh"},
		"C02 entry point":     essential("", 0, unusable, true, "ENTRYPOINT []"),
		"C02 the other way":   essential(runtime+"exec: \"-url\": executable file not found in $PATH", 127, unusable, true, "image"),
		"C03 only in the log": essential("", 1, protocol.CauseStartFailed, false, "exec format error"),
		"C04":                 essential("OutOfMemoryError: Container killed due to memory usage", 137, protocol.CauseOutOfMemory, true, "more Memory"),
		"C04 on Fargate":      essential("OutOfMemoryError: container killed due to memory usage", 137, protocol.CauseOutOfMemory, true, "more Memory"),
		"C04 without words":   essential("", 137, protocol.CauseOutOfMemory, false, "more Memory"),
		"C05 wrong sum":       essential("", 65, protocol.CauseAgentFailed, true, "SHA-256"),
		"C05 no download":     essential("", 69, network, false, "agent into the image"),
		"C05 libc":            essential("", 70, protocol.CauseAgentFailed, true, "image"),
		"C05 machine":         essential("", 71, protocol.CauseAgentFailed, true, "image"),
		"C05 no tool":         essential("", 72, protocol.CauseAgentFailed, true, "image"),
		"C05 no directory":    essential("", 73, protocol.CauseAgentFailed, true, "image"),
		"C06 not executable":  essential("", 126, unusable, true, "/bin/sh"),
		"C06 not found":       essential("", 127, unusable, true, "/bin/sh"),
		"C06 no known end":    essential("", 139, protocol.CauseStartFailed, false, "log"),
		"C07 agent":           essential("", 1, protocol.CauseStartFailed, false, "the task's log"),
		"H07 host gone":       {code: failed, text: "Host EC2 (instance i-0a1) terminated.", cause: protocol.CauseHostUnavailable, advice: "CloudTrail"},
	}
}

// TestStops: a task that takes no job ends for a reason. A plan can catch it by its
// cause; a plan that does not gets the stop code as before. What would end the same
// way again is started once.
func TestStops(t *testing.T) {
	t.Parallel()
	for name, f := range stops() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("new", a.handling(protocol.Causes()...))))
				a.launch("old")
				starts := 0
				for !a.Step("new").Closed() && starts < 5 {
					tasks := a.Tasks()
					starts = len(tasks)
					event := a.StopTask(tasks[starts-1].ARN, f.code, f.text)
					event.Containers = []launch.ContainerStatus{
						{Name: "sidecar", Ended: true, ExitCode: 0},
						{Name: "Container", Ended: f.ended, ExitCode: f.exit, Reason: f.reason},
					}
					a.stopped(event)
				}
				a.failed("new", f.cause, f.cause+": the runner's task ended before it took a job", f.text, "What to do: ", f.advice)
				a.failed("old", stopName(f.code), f.cause+": ")
				assert.Equal(t, map[bool]int{true: 1, false: 3}[f.permanent], starts, "starts")
			})
		})
	}
}

// stopName is a stop code as plans know it.
func stopName(code string) string {
	return map[string]string{
		failed: "TASK_FAILED_TO_START", exited: "ESSENTIAL_CONTAINER_EXITED", "SpotInterruption": "SPOT_INTERRUPTION",
		"TerminationNotice": "TERMINATION_NOTICE", "UserInitiated": "USER_INITIATED",
	}[code]
}

// TestPermanentEndWithoutEvent: the launcher finds the task stopped itself.
func TestPermanentEndWithoutEvent(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("first")
		a.StopTask(a.Tasks()[0].ARN, failed, resolve+"not found")
		time.Sleep(time.Minute)
		require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("second", a.handling(protocol.CauseImageNotFound))))
		a.failed("first", "TASK_FAILED_TO_START", "push the image")
		a.failed("second", protocol.CauseImageNotFound, "push the image")
		assert.Len(t, a.Tasks(), 1)
	})
}

// TestLostJobs: the cause of a task's end also names the failure of the jobs that ran.
func TestLostJobs(t *testing.T) {
	t.Parallel()
	for cause, f := range map[string]ending{
		protocol.CauseOutOfMemory:     {code: exited, text: "Essential container in task exited", reason: "OutOfMemoryError: container killed due to memory usage"},
		protocol.CauseInterrupted:     {code: "SpotInterruption", text: "Your Spot Task was interrupted."},
		protocol.CauseHostUnavailable: {code: failed, text: "Host EC2 (instance i-0a1) terminated."},
		"":                            {code: exited, text: "Essential container in task exited"},
	} {
		inAccount(t, onFargate(), func(t *testing.T, a *account) {
			require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("new", a.handling(protocol.Causes()...))))
			a.launch("old")
			require.Len(t, a.started().Take(2), 2)
			event := a.StopTask(a.Tasks()[0].ARN, f.code, f.text)
			event.Containers = []launch.ContainerStatus{{Name: "Container", Ended: true, ExitCode: 137, Reason: f.reason}}
			a.stopped(event)
			if cause == "" {
				a.failed("new", "RuntimeError")
				return
			}
			a.failed("new", cause, cause+": the runner's task stopped while the job ran")
			a.failed("old", "RuntimeError", cause+": ")
		})
	}
}

// TestHostEnds: EC2 ends a host before it has registered.
func TestHostEnds(t *testing.T) {
	t.Parallel()
	for reason, want := range map[string]ending{
		"Client.InternalError: Client error on launch":                  {cause: protocol.CauseAccessDenied, permanent: true, advice: "KMS"},
		"Client.VolumeLimitExceeded: Volume limit exceeded":             {cause: protocol.CauseQuotaExceeded, permanent: true, advice: "EBS"},
		"Server.SpotInstanceTermination: Spot instance termination":     {cause: protocol.CauseInterrupted, advice: "Retry"},
		"Client.UserInitiatedShutdown: User initiated shutdown":         {cause: protocol.CauseHostUnavailable, advice: "CloudTrail"},
		"Client.InstanceInitiatedShutdown: Instance initiated shutdown": {cause: protocol.CauseHostUnavailable, advice: "user data"},
	} {
		t.Run(reason, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("new", a.handling(protocol.Causes()...))))
				for n := 0; !a.Step("new").Closed() && n < 5; n++ {
					hosts := a.Hosts()
					a.EndHost(hosts[len(hosts)-1].ID, reason)
					time.Sleep(time.Minute)
					token := strings.Repeat("x", n+1)
					a.launch(token)
				}
				a.failed("new", want.cause, want.advice)
				assert.Equal(t, map[bool]int{true: 1, false: 3}[want.permanent], len(a.Hosts()), "hosts")
			})
		})
	}
}
