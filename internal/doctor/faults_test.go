package doctor_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/doctor"
)

// fault is a fault as an account shows it.
type fault struct {
	// id is the kind of fault; several cases can have one.
	id, rule string
	observed doctor.Observations
}

func now() time.Time { return time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC) }

const (
	taskARN   = "arn:aws:ecs:eu-west-1:111122223333:task/attini-default/0123456789abcdef0123456789abcdef"
	resetting = "Rollback requested by user."
)

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

func containerSaid(reason string, exit int) doctor.Observations {
	c := doctor.Container{Name: "runner", Reason: reason}
	if exit >= 0 {
		c.Exit = &exit
	}
	return stopped(doctor.Task{StopCode: "EssentialContainerExited", StopReason: "Essential container in task exited", Containers: []doctor.Container{c}})
}

// waitingFor is a step that waits for a runner since five minutes.
func waitingFor(r doctor.Runner) doctor.Observations {
	r.Name = "Build"
	return doctor.Observations{
		Now: now(), Stack: "shop", Runners: []doctor.Runner{r},
		Execution: doctor.Execution{ARN: "arn:aws:states:eu-west-1:111122223333:execution:plan:1", Status: "RUNNING", Waiting: []doctor.Step{{Name: "Test", Runner: "Build", Since: now().Add(-5 * time.Minute)}}},
	}
}

func hostSaid(code, text string) doctor.Observations {
	return launcherSays("Ec2StartFailedError", code+": "+text)
}

func faults() []fault {
	running := &doctor.Task{ARN: taskARN, Status: "RUNNING", Connected: true}
	denied := func(action, why string) string {
		return "User: arn:aws:sts::111122223333:assumed-role/attini/attini-launcher/throttle-AGENT is not authorized to perform: " + action + " on resource: arn:aws:iam::111122223333:role/CapacityProvider/AGENT/RequestLimitExceeded " + why
	}
	noPolicy := "because no identity-based policy allows the action"
	return []fault{
		{"D01", "macro-missing", stackSays("No transform named 111122223333::AttiniDeploymentPlan found.")},
		{"D01", "capabilities-missing", saying(doctor.SourceStack, "InsufficientCapabilitiesException", "Requires capabilities : [CAPABILITY_AUTO_EXPAND]")},
		{"D01", "macro-missing", doctor.Observations{Now: now(), Installation: doctor.Installation{Checked: true}}},
		{"D02", "template-refused", stackSays("Transform 111122223333::AttiniDeploymentPlan failed with: Runner Build: unknown property Comands. " + resetting)},
		{"D02", "template-refused", stackSays("Transform 111122223333::AttiniDeploymentPlan failed without an error message.. " + resetting)},
		{"D03", "macro-failed", stackSays("Received malformed response from transform 111122223333::AttiniDeploymentPlan. " + resetting)},
		{"D03", "macro-failed", stackSays(denied("lambda:InvokeFunction", noPolicy))},
		{"D04", "template-too-large", stackSays("Transformation data limit exceeded")},
		{"D04", "template-too-large", stackSays("Template format error: Unresolved resource dependencies [A, B] in the Resources block of the template")},
		{"D05", "custom-resource-silent", stackSays("CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [9d3c]. If you are using the Python cfn-response module, you may need to update your Lambda function code and redeploy.")},
		{"D06", "custom-resource-failed", stackSays("Received response status [FAILED] from custom resource. Message returned: MaxConcurrentJobs: must be 1-20 (RequestId: 1)")},
		{"D06", "custom-resource-failed", stackSays("Function not found: arn:aws:lambda:eu-west-1:111122223333:function:attini-deployment-plan-setup")},
		{"D07", "name-taken", stackSays(`Resource handler returned message: "attini-artifact-store already exists" (RequestToken: 1, HandlerErrorCode: AlreadyExists)`)},
		{"D07", "name-taken", stackSays("Stack:arn:aws:cloudformation:eu-west-1:111122223333:stack/shop/1 is in ROLLBACK_COMPLETE state and can not be updated.")},
		{"D08", "deployer-denied", stackSays(`Resource handler returned message: "` + denied("sqs:createqueue", noPolicy) + ` (Service: Sqs, Status Code: 403, Request ID: 1)" (RequestToken: 1, HandlerErrorCode: AccessDenied)`)},
		{"D09", "state-machine-refused", stackSays("Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.")},
		{"D09", "state-machine-refused", stackSays("Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Seconds' has to be an integer at /States/Wait/Seconds'")},
		{"D10", "deletion-blocked", stackSays("resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: 1)")},

		{"S01", "launch-denied", launcherSays("TaskFailedToStart", "AccessDeniedException: "+denied("iam:PassRole", noPolicy))},
		{"S01", "launch-denied", launcherSays("TaskFailedToStart", "AccessDeniedException: "+denied("ecs:RunTask", "with an explicit deny in a service control policy"))},
		{"S02", "role-not-assumable", launcherSays("TaskFailedToStart", "ClientException: ECS was unable to assume the role 'arn:aws:iam::111122223333:role/r' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.")},
		{"S02", "role-not-assumable", launcherSays("TaskFailedToStart", "InvalidParameterException: Unable to assume the service linked role. Please verify that the ECS service linked role exists.")},
		{"S03", "cluster-missing", launcherSays("TaskFailedToStart", "ClusterNotFoundException: Cluster not found.")},
		{"S03", "cluster-missing", launcherSays("TaskFailedToStart", "InvalidParameterException: The specified cluster is inactive. Specify an active cluster and try again.")},
		{"S04", "task-definition-unusable", launcherSays("TaskFailedToStart", "InvalidParameterException: Override for container named runner is not a container in the TaskDefinition.")},
		{"S04", "task-definition-unusable", launcherSays("TaskFailedToStart", "ClientException: TaskDefinition is inactive")},
		{"S05", "network-parameters", launcherSays("TaskFailedToStart", "InvalidParameterException: Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)")},
		{"S05", "launch-throttled", launcherSays("TaskFailedToStart", "InvalidParameterException: Error retrieving subnet information for [subnet-1]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)")},
		{"S06", "quota-reached", launcherSays("TaskFailedToStart", "You’ve reached the limit on the number of vCPUs you can run concurrently")},
		{"S06", "quota-reached", launcherSays("TaskFailedToStart", "The requested CPU configuration is above your limit.")},
		{"S07", "capacity-unavailable", launcherSays("TaskFailedToStart", "Capacity is unavailable at this time. Please try again later or in a different availability zone.")},

		{"F01", "registry-unreachable", failedToStart(`ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 10.0.0.1:443: i/o timeout. Please check your task network configuration.`)},
		{"F01", "registry-unreachable", failedToStart("The task cannot pull registry authentication from Amazon ECR. There is a connection issue between the task and Amazon ECR. Check your task network configuration.")},
		{"F01", "registry-unreachable", failedToStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded")},
		{"F02", "execution-role-denied", failedToStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: " + denied("ecr:GetAuthorizationToken", noPolicy))},
		{"F02", "execution-role-denied", failedToStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:x from secrets manager: AccessDeniedException: " + denied("secretsmanager:GetSecretValue", noPolicy))},
		{"F03", "image-missing", failedToStart("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/library/nothing:1@sha256:ab: not found")},
		{"F03", "image-missing", containerSaid("CannotPullContainerError: Error response from daemon: manifest for nothing:1 not found: manifest unknown", -1)},
		{"F03", "image-missing", failedToStart("The task can’t pull the image. Check whether the image exists. Error response from daemon: denied: requested access to the resource is denied")},
		{"F04", "pull-denied", failedToStart("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/build:1: unexpected status from HEAD request to https://x: 403 Forbidden")},
		{"F04", "pull-denied", containerSaid("CannotPullContainerError: Error response from daemon: pull access denied for build, repository does not exist or may require 'docker login'", -1)},
		{"F05", "layers-unreachable", failedToStart(`CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x": dial tcp 1.2.3.4:443: i/o timeout`)},
		{"F05", "layers-mixed", failedToStart("CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and diffIDs don't match: 3 != 4")},
		{"F06", "registry-limit", failedToStart("CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/x: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit")},
		{"F07", "image-platform", failedToStart("CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64'")},
		{"F08", "disk-full", failedToStart("CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer sha256:ab: write /x: no space left on device: unknown")},
		{"F09", "secret-missing", failedToStart("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:x from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.")},
		{"F10", "log-group-missing", failedToStart("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.: exit status 1")},
		{"F11", "network-interface", failedToStart("Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet")},
		{"F11", "network-interface", failedToStart("Timeout waiting for network interface provisioning to complete.")},
		{"F12", "start-slow", waitingFor(doctor.Runner{Task: &doctor.Task{ARN: taskARN, Status: "PENDING", CreatedAt: now().Add(-4 * time.Minute), PullStarted: now().Add(-3 * time.Minute)}})},
		{"F12", "start-slow", containerSaid("DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s", -1)},
		{"F13", "task-interrupted", stopped(doctor.Task{StopCode: "SpotInterruption", StopReason: "Your Spot Task was interrupted."})},
		{"F13", "task-interrupted", stopped(doctor.Task{StopCode: "UserInitiated", StopReason: "Task stopped by user"})},

		{"H01", "host-denied", hostSaid("UnauthorizedOperation", "You are not authorized to perform this operation. "+denied("ec2:RunInstances", "with an explicit deny in a service control policy")+" Encoded authorization failure message: ENCODED")},
		{"H02", "host-capacity", hostSaid("InsufficientInstanceCapacity", "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a). Our system will be working on provisioning additional capacity.")},
		{"H02", "host-capacity", hostSaid("Unsupported", "Your requested instance type (m7.large) is not supported in your requested Availability Zone (eu-west-1a).")},
		{"H03", "host-quota", hostSaid("VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to.")},
		{"H04", "ami-mismatch", hostSaid("InvalidParameterValue", "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.")},
		{"H04", "ami-mismatch", hostSaid("UnsupportedOperation", "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account.")},
		{"H05", "instance-profile", hostSaid("InvalidParameterValue", "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")},
		{"H06", "host-network", hostSaid("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet 'subnet-1' to satisfy the requested number of instances.")},
		{"H06", "host-network", hostSaid("InvalidParameter", "Security group sg-1 and subnet subnet-1 belong to different networks.")},
		{"H07", "host-ended", waitingFor(doctor.Runner{Host: &doctor.Host{ID: "i-1", State: "terminated", ReasonCode: "Client.InternalError", Reason: "Client.InternalError: Client error on launch"}})},
		{"H07", "host-ended", stopped(doctor.Task{StopReason: "Host EC2 (instance i-1) terminated."})},
		{"H08", "host-unregistered", waitingFor(doctor.Runner{OnHost: true, Cluster: "attini-default", Host: &doctor.Host{ID: "i-1", State: "running", BootedAt: now().Add(-280 * time.Second)}})},
		{"H08", "host-unregistered", saying(doctor.SourceLog, "", "Error registering container instance: RequestError: send request failed caused by: Post https://ecs.eu-west-1.amazonaws.com/: net/http: request canceled while waiting for connection")},
		{"H09", "ecs-agent-disconnected", launcherSays("TaskFailedToStart", "AGENT")},
		{"H09", "ecs-agent-disconnected", waitingFor(doctor.Runner{Host: &doctor.Host{ID: "i-1", State: "running", Registered: true, BootedAt: now()}})},
		{"H10", "task-does-not-fit", launcherSays("TaskFailedToStart", "RESOURCE:MEMORY")},
		{"H10", "task-does-not-fit", launcherSays("TaskFailedToStart", "MemberOf placement constraint unsatisfied., AGENT")},
		{"H10", "task-does-not-fit", launcherSays("TaskFailedToStart", "LOCATION")},

		{"C01", "program-missing", containerSaid(`CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory`, -1)},
		{"C02", "entry-point", containerSaid("", 0)},
		{"C03", "image-platform", saying(doctor.SourceLog, "", "exec /bin/sh: exec format error")},
		{"C04", "out-of-memory", containerSaid("OutOfMemoryError: Container killed due to memory usage", 137)},
		{"C04", "out-of-memory", containerSaid("", 137)},
		{"C05", "bootstrap-failed", containerSaid("", 69)},
		{"C05", "bootstrap-failed", containerSaid("", 72)},
		{"C06", "filesystem", containerSaid("", 126)},
		{"C06", "filesystem", saying(doctor.SourceLog, "", "mkdir /tmp/attini: Read-only file system")},
		{"C07", "startup-failed", planSays("Startup tasks failed", "Startup script finished with exit code = 3, command 1 of 2: npm ci")},

		{"Q01", "queue-unusable", launcherSays("RunnerConfigError", "AWS.SimpleQueueService.NonExistentQueue: The specified queue does not exist.")},
		{"Q01", "queue-unusable", waitingFor(doctor.Runner{Queue: &doctor.Queue{Missing: true}})},
		{"Q02", "job-not-taken", waitingFor(doctor.Runner{Queue: &doctor.Queue{Visible: 1}, StartFailures: 2})},
		{"Q02", "job-not-taken", waitingFor(doctor.Runner{Queue: &doctor.Queue{Visible: 1}, Task: running, MaxConcurrentJobs: 5})},
		{"Q02", "job-not-taken", waitingFor(doctor.Runner{Queue: &doctor.Queue{InFlight: 1}})},
		{"Q03", "dead-letters", waitingFor(doctor.Runner{Queue: &doctor.Queue{DeadLetters: 2}})},
		{"Q04", "configuration-missing", waitingFor(doctor.Runner{Missing: true})},
		{"Q04", "configuration-missing", planSays("RunnerConfigError", `Runner "Build" has no configuration v1-12`)},
		{"Q05", "state-stale", waitingFor(doctor.Runner{Task: &doctor.Task{ARN: taskARN, Gone: true}})},

		{"T01", "step-already-ended", saying(doctor.SourceLog, "TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")},
		{"T02", "result-refused", planSays("States.DataLimitExceeded", "The state/task 'attini-action' returned a result with a size exceeding the maximum number of bytes service limit.")},
		{"T03", "report-denied", saying(doctor.SourceLog, "AccessDeniedException", denied("states:SendTaskHeartbeat", noPolicy))},

		{"P01", "launcher-denied", planSays("Lambda.AWSLambdaException", denied("lambda:InvokeFunction", noPolicy)+" (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: 1)")},
		{"P01", "launcher-denied", planSays("Lambda.ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:attini-action:$LATEST (Service: AWSLambda; Status Code: 404)")},
		{"P02", "launcher-throttled", planSays("Lambda.TooManyRequestsException", "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException)")},
		{"P02", "function-stopped", doctor.Observations{Now: now(), Installation: doctor.Installation{Checked: true, Macro: true, Functions: []doctor.Function{{Name: "attini-action", State: "Active", Stopped: true}}}}},
		{"P03", "launcher-failed", planSays("Lambda.Unknown", "RequestId: 1 Error: Task timed out after 300.00 seconds")},
		{"P03", "launcher-failed", planSays("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed")},
		{"P04", "no-sign-of-life", planSays("States.Timeout", "")},
		{"P05", "plan-not-started", doctor.Observations{Now: now(), Execution: doctor.Execution{Expected: true}}},
		{"P05", "events-lost", doctor.Observations{Now: now(), Execution: doctor.Execution{Expected: true}, Installation: doctor.Installation{Checked: true, Macro: true, LostEvents: 2}}},
		{"P06", "deployment-superseded", doctor.Observations{Now: now(), Execution: doctor.Execution{Status: "RUNNING", Superseded: true}}},
		{"P07", "step-functions-limit", planSays("States.Runtime", `An error occurred while executing the state 'A' (entered at the event id #7). The JSONPath '$.x' specified for the field 'Variable' could not be found in the input '{"password":"hunter2"}'`)},
		{"P08", "waits-its-turn", waitingFor(doctor.Runner{Queue: &doctor.Queue{Visible: 3}, Task: running, MaxConcurrentJobs: 1, Claims: []doctor.Claim{{Step: "Other"}}})},
		{"P08", "waits-its-turn", waitingFor(doctor.Runner{Queue: &doctor.Queue{InFlight: 3}, Task: running, MaxConcurrentJobs: 5, Isolated: true, Claims: []doctor.Claim{{Step: "Other"}}})},
		{"P08", "waits-for-others", doctor.Observations{Now: now(), Execution: doctor.Execution{Status: "RUNNING", Waiting: []doctor.Step{{Name: "Approve", Since: now().Add(-time.Hour)}}}}},
	}
}

// TestEveryFaultIsFound plays the faults in AWS's words. The right cause comes first,
// with evidence, advice and a command, and no chosen name misleads.
func TestEveryFaultIsFound(t *testing.T) {
	t.Parallel()
	kinds := map[string]bool{}
	for _, f := range faults() {
		kinds[f.id] = true
		t.Run(f.id+"/"+f.rule, func(t *testing.T) {
			t.Parallel()
			found := doctor.Diagnose(f.observed)
			require.NotEmpty(t, found)
			first := found[0]
			assert.Equal(t, f.rule, first.Rule, "%v", first)
			assert.NotEmpty(t, first.Evidence)
			assert.NotEmpty(t, first.Cause)
			assert.NotEmpty(t, first.Advice)
			assert.NotEmpty(t, first.Next)
		})
	}
	assert.Len(t, kinds, 63, "every kind of fault")
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

// TestInputsAreNotShown: Step Functions quotes a state's whole input.
func TestInputsAreNotShown(t *testing.T) {
	t.Parallel()
	for _, f := range faults() {
		for _, found := range doctor.Diagnose(f.observed) {
			for _, evidence := range found.Evidence {
				assert.NotContains(t, evidence, "hunter2")
				assert.NotContains(t, evidence, "ENCODED")
				assert.NotContains(t, evidence, "What to do")
			}
		}
	}
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
