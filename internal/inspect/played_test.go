package inspect_test

// fault is a kind of fault, as an account shows it, and the rule that has to be first.
type fault struct {
	kind, rule string
	account    account
}

func denied(action, why string) string {
	return "User: arn:aws:sts::111122223333:assumed-role/attini/attini-launcher/throttle-AGENT is not authorized to perform: " + action + " on resource: arn:aws:iam::111122223333:role/CapacityProvider/AGENT/RequestLimitExceeded " + why
}

// without is an account in which the runner's role lacks a permission.
func without(a account, action string) account {
	a.denied = []string{action}
	return a
}

const (
	resetting = "Rollback requested by user."
	noPolicy  = "because no identity-based policy allows the action"
)

func deployFaults() []fault {
	return []fault{
		{"D01", "macro-missing", account{uninstalled: true}},
		{"D02", "template-refused", stackSays("Transform 111122223333::AttiniDeploymentPlan failed with: Runner Build: unknown property Comands. " + resetting)},
		{"D02", "template-refused", stackSays("Transform 111122223333::AttiniDeploymentPlan failed without an error message.. " + resetting)},
		{"D03", "macro-failed", stackSays("Received malformed response from transform 111122223333::AttiniDeploymentPlan. " + resetting)},
		{"D03", "macro-failed", stackSays(denied("lambda:InvokeFunction", noPolicy))},
		{"D04", "template-too-large", stackSays("Transformation data limit exceeded")},
		{"D04", "template-too-large", stackSays("Template format error: Unresolved resource dependencies [A, B] in the Resources block of the template")},
		{"D05", "custom-resource-silent", resourceSays("CREATE_FAILED", "CloudFormation did not receive a response from your Custom Resource. Please check your logs for requestId [9d3c]. If you are using the Python cfn-response module, you may need to update your Lambda function code and redeploy.")},
		{"D06", "custom-resource-failed", resourceSays("CREATE_FAILED", "Received response status [FAILED] from custom resource. Message returned: MaxConcurrentJobs: must be 1-20 (RequestId: 1)")},
		{"D06", "custom-resource-failed", resourceSays("CREATE_FAILED", "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:attini-deployment-plan-setup")},
		{"D07", "name-taken", resourceSays("CREATE_FAILED", `Resource handler returned message: "attini-artifact-store already exists" (RequestToken: 1, HandlerErrorCode: AlreadyExists)`)},
		{"D08", "deployer-denied", resourceSays("CREATE_FAILED", `Resource handler returned message: "`+denied("sqs:createqueue", noPolicy)+` (Service: Sqs, Status Code: 403, Request ID: 1)" (RequestToken: 1, HandlerErrorCode: AccessDenied)`)},
		{"D09", "state-machine-refused", resourceSays("CREATE_FAILED", "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.")},
		{"D09", "state-machine-refused", resourceSays("CREATE_FAILED", "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The field 'Seconds' has to be an integer at /States/Wait/Seconds'")},
		{"D10", "deletion-blocked", resourceSays("DELETE_FAILED", "resource sg-1 has a dependent object (Service: AmazonEC2; Status Code: 400; Error Code: DependencyViolation; Request ID: 1)")},
	}
}

func launchFaults() []fault {
	return []fault{
		{"S01", "launch-denied", taskRefused("AccessDeniedException", denied("iam:PassRole", noPolicy))},
		{"S01", "launch-denied", taskRefused("AccessDeniedException", denied("ecs:RunTask", "with an explicit deny in a service control policy"))},
		{"S02", "role-not-assumable", taskRefused("ClientException", "ECS was unable to assume the role 'arn:aws:iam::111122223333:role/r' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.")},
		{"S02", "role-not-assumable", taskRefused("InvalidParameterException", "Unable to assume the service linked role. Please verify that the ECS service linked role exists.")},
		{"S03", "cluster-missing", taskRefused("ClusterNotFoundException", "Cluster not found.")},
		{"S03", "cluster-missing", taskRefused("InvalidParameterException", "The specified cluster is inactive. Specify an active cluster and try again.")},
		{"S04", "task-definition-unusable", taskRefused("InvalidParameterException", "Override for container named runner is not a container in the TaskDefinition.")},
		{"S04", "task-definition-unusable", taskRefused("ClientException", "TaskDefinition is inactive")},
		{"S05", "network-parameters", taskRefused("InvalidParameterException", "Error retrieving subnet information for [subnet-1]: The subnet ID 'subnet-1' does not exist (ErrorCode: InvalidSubnetID.NotFound)")},
		{"S05", "launch-throttled", taskRefused("InvalidParameterException", "Error retrieving subnet information for [subnet-1]: Request limit exceeded. (ErrorCode: RequestLimitExceeded)")},
		// What the account shows, while nothing has been said yet.
		{"S02", "role-not-assumable", waiting(account{visible: 1, untrusted: true})},
		{"S03", "cluster-missing", waiting(account{visible: 1, item: object{"taskId": current}, errors: map[string][2]string{"DescribeTasks": {"ClusterNotFoundException", "Cluster not found."}}})},
		{"S04", "task-definition-unusable", waiting(account{visible: 1, definition: object{"status": "INACTIVE"}})},
		{"S05", "network-parameters", waiting(account{visible: 1, subnets: []string{"none"}})},
		{"F11", "network-interface", waiting(account{visible: 1, subnets: []string{"0"}})},
		{"F01", "registry-unreachable", waiting(account{visible: 1, routes: natRoute("blackhole")})},

		{"S05", "network-parameters", waiting(account{visible: 1, egress: "gone"})},
		{"F01", "registry-unreachable", waiting(account{visible: 1, egress: "<ipProtocol>tcp</ipProtocol><fromPort>80</fromPort><toPort>80</toPort>"})},
		{"F03", "image-missing", waiting(account{visible: 1, errors: map[string][2]string{"DescribeImages": {"ImageNotFoundException", "The image with imageId {imageDigest:'null', imageTag:'1'} does not exist within the repository with name 'build' in the registry with id '111122223333'"}}})},
		{"F03", "image-missing", waiting(account{visible: 1, errors: map[string][2]string{"DescribeImages": {"RepositoryNotFoundException", "The repository with name 'build' does not exist in the registry with id '111122223333'"}}})},

		{"S06", "quota-reached", notRun("You’ve reached the limit on the number of vCPUs you can run concurrently")},
		{"S06", "quota-reached", notRun("The requested CPU configuration is above your limit.")},
		{"S07", "capacity-unavailable", notRun("Capacity is unavailable at this time. Please try again later or in a different availability zone.")},
		{"H01", "host-denied", hostRefused("UnauthorizedOperation", "You are not authorized to perform this operation. "+denied("ec2:RunInstances", "with an explicit deny in a service control policy")+" Encoded authorization failure message: ENCODED")},
		{"H02", "host-capacity", hostRefused("InsufficientInstanceCapacity", "We currently do not have sufficient m5.large capacity in the Availability Zone you requested (eu-west-1a). Our system will be working on provisioning additional capacity.")},
		{"H02", "host-capacity", hostRefused("Unsupported", "Your requested instance type (m7.large) is not supported in your requested Availability Zone (eu-west-1a).")},
		{"H03", "host-quota", hostRefused("VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit of 0 allows for the instance bucket that the specified instance type belongs to.")},
		{"H04", "ami-mismatch", hostRefused("InvalidParameterValue", "The architecture 'arm64' of the specified instance type does not match the architecture 'x86_64' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.")},
		{"H04", "ami-mismatch", hostRefused("UnsupportedOperation", "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account.")},
		{"H05", "instance-profile", hostRefused("InvalidParameterValue", "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name")},
		{"H06", "host-network", hostRefused("InsufficientFreeAddressesInSubnet", "There are not enough free addresses in subnet 'subnet-1' to satisfy the requested number of instances.")},
		{"H06", "host-network", hostRefused("InvalidParameter", "Security group sg-1 and subnet subnet-1 belong to different networks.")},
		{"H07", "host-ended", waiting(account{visible: 1, host: &instance{state: "terminated", code: "Client.InternalError", reason: "Client.InternalError: Client error on launch"}})},
		{"H07", "host-ended", ended("", "Host EC2 (instance i-1) terminated.")},
		{"H08", "host-unregistered", waiting(account{visible: 1, host: &instance{state: "running"}})},
		{"H09", "ecs-agent-disconnected", notRun("AGENT")},
		{"H09", "ecs-agent-disconnected", waiting(account{visible: 1, host: &instance{state: "running", registered: true}})},
		{"H10", "task-does-not-fit", notRun("RESOURCE:MEMORY")},
		{"H10", "task-does-not-fit", notRun("MemberOf placement constraint unsatisfied., AGENT")},
		{"H10", "task-does-not-fit", notRun("LOCATION")},
	}
}

func taskFaults() []fault {
	return []fault{
		{"F01", "registry-unreachable", notStarted(`ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post "https://api.ecr.eu-west-1.amazonaws.com/": dial tcp 10.0.0.1:443: i/o timeout. Please check your task network configuration.`)},
		{"F01", "registry-unreachable", notStarted("The task cannot pull registry authentication from Amazon ECR. There is a connection issue between the task and Amazon ECR. Check your task network configuration.")},
		{"F01", "registry-unreachable", notStarted("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 5 time(s): RequestCanceled: request context canceled caused by: context deadline exceeded")},
		{"F02", "execution-role-denied", notStarted("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 1 time(s): AccessDeniedException: " + denied("ecr:GetAuthorizationToken", noPolicy))},
		{"F02", "execution-role-denied", notStarted("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:x from secrets manager: AccessDeniedException: " + denied("secretsmanager:GetSecretValue", noPolicy))},
		{"F03", "image-missing", notStarted("CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/library/nothing:1@sha256:ab: not found")},
		{"F03", "image-missing", containerSaid("CannotPullContainerError: Error response from daemon: manifest for nothing:1 not found: manifest unknown")},
		{"F03", "image-missing", notStarted("The task can’t pull the image. Check whether the image exists. Error response from daemon: denied: requested access to the resource is denied")},
		{"F04", "pull-denied", notStarted("CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref 111122223333.dkr.ecr.eu-west-1.amazonaws.com/build:1: unexpected status from HEAD request to https://x: 403 Forbidden")},
		{"F04", "pull-denied", containerSaid("CannotPullContainerError: Error response from daemon: pull access denied for build, repository does not exist or may require 'docker login'")},
		{"F05", "layers-unreachable", notStarted(`CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: Get "https://prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com/x": dial tcp 1.2.3.4:443: i/o timeout`)},
		{"F05", "layers-mixed", notStarted("CannotPullContainerError: ref pull has been retried 1 time(s): number of layers and diffIDs don't match: 3 != 4")},
		{"F06", "registry-limit", notStarted("CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://registry-1.docker.io/v2/x: 429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit")},
		{"F07", "image-platform", notStarted("CannotPullContainerError: pull image manifest has been retried 1 time(s): image Manifest does not contain descriptor matching platform 'linux/arm64'")},
		{"F08", "disk-full", notStarted("CannotPullContainerError: ref pull has been retried 1 time(s): failed to extract layer sha256:ab: write /x: no space left on device: unknown")},
		{"F09", "secret-missing", notStarted("ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:111122223333:secret:x from secrets manager: ResourceNotFoundException: Secrets Manager can't find the specified secret.")},
		{"F10", "log-group-missing", notStarted("ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.: exit status 1")},
		{"F11", "network-interface", notStarted("Unexpected EC2 error while attempting to Create Network Interface with public IP assignment enabled in subnet 'subnet-1': InsufficientFreeAddressesInSubnet")},
		{"F11", "network-interface", notStarted("Timeout waiting for network interface provisioning to complete.")},
		{"F12", "start-slow", started("PENDING", account{visible: 1})},
		{"F12", "start-slow", containerSaid("DockerTimeoutError: Could not transition to created; timed out after waiting 4m0s")},
		{"F13", "task-interrupted", ended("SpotInterruption", "Your Spot Task was interrupted.")},
		{"F13", "task-interrupted", ended("UserInitiated", "Task stopped by user")},
		{"C01", "program-missing", containerSaid(`CannotStartContainerError: ResourceInitializationError: failed to create new container runtime task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/sh": stat /bin/sh: no such file or directory`)},
		{"C02", "entry-point", exited(0)},
		{"C03", "image-platform", printed(255, "exec /bin/sh: exec format error")},
		{"C04", "out-of-memory", containerSaid("OutOfMemoryError: Container killed due to memory usage")},
		{"C04", "out-of-memory", exited(137)},
		{"C05", "bootstrap-failed", exited(69)},
		{"C05", "bootstrap-failed", exited(72)},
		{"C06", "filesystem", exited(126)},
		{"C06", "filesystem", printed(1, "mkdir /tmp/attini: Read-only file system")},
		{"C07", "startup-failed", planSays("Startup tasks failed", "Startup script finished with exit code = 3, command 1 of 2: npm ci")},
	}
}

func stateFaults() []fault {
	return []fault{
		{"Q01", "queue-unusable", planSays("TaskFailedToStart", `start the runner of step "Test": not allowed to call sqs:SendMessage; grant it to the function's role. What to do: give the step a Retry`)},
		{"Q01", "queue-unusable", waiting(account{errors: map[string][2]string{"GetQueueAttributes shop-Build.fifo": {"AWS.SimpleQueueService.NonExistentQueue", "The specified queue does not exist."}}})},
		{"Q02", "job-not-taken", waiting(account{visible: 1, item: object{"startFailures": 2}})},
		{"Q02", "job-not-taken", started("RUNNING", account{visible: 1})},
		{"Q02", "job-not-taken", waiting(account{held: 1})},
		{"Q03", "dead-letters", waiting(account{dead: 2})},
		{"Q04", "configuration-missing", waiting(account{deleted: true})},
		{"Q04", "configuration-missing", planSays("RunnerConfigError", `Runner "Build" has no configuration v1-12`)},
		{"Q05", "state-stale", waiting(account{visible: 1, item: object{"taskId": current, "taskCluster": "attini-default"}})},
		{"T02", "result-refused", planSays("States.DataLimitExceeded", "The state/task 'attini-action' returned a result with a size exceeding the maximum number of bytes service limit.")},
		{"T03", "role-lacks-permissions", without(planSays("States.Timeout", ""), "states:SendTaskHeartbeat")},
	}
}

func planFaults() []fault {
	return []fault{
		{"P01", "launcher-denied", planSays("Lambda.AWSLambdaException", denied("lambda:InvokeFunction", noPolicy)+" (Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException; Request ID: 1)")},
		{"P01", "launcher-denied", planSays("Lambda.ResourceNotFoundException", "Function not found: arn:aws:lambda:eu-west-1:111122223333:function:attini-action:$LATEST (Service: AWSLambda; Status Code: 404)")},
		{"P02", "launcher-throttled", planSays("Lambda.TooManyRequestsException", "Rate Exceeded. (Service: AWSLambda; Status Code: 429; Error Code: TooManyRequestsException)")},
		{"P02", "function-stopped", account{execution: "SUCCEEDED", reserved: new(int)}},
		{"P03", "launcher-failed", planSays("Lambda.Unknown", "RequestId: 1 Error: Task timed out after 300.00 seconds")},
		{"P03", "launcher-failed", planSays("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed")},
		{"P04", "no-sign-of-life", planSays("States.Timeout", "")},
		{"P05", "plan-not-started", account{}},
		{"P05", "events-lost", account{lost: 2}},
		{"P06", "deployment-superseded", waiting(account{superseded: true, held: 1})},
		{"P07", "step-functions-limit", planSays("States.Runtime", `An error occurred while executing the state 'A' (entered at the event id #7). The JSONPath '$.x' specified for the field 'Variable' could not be found in the input '{"password":"hunter2"}'`)},
		{"P08", "waits-its-turn", started("RUNNING", account{visible: 3, claims: []string{"Other"}, item: object{"maxConcurrentJobs": 1}})},
		{"P08", "waits-its-turn", started("RUNNING", account{held: 3, claims: []string{"Other"}, item: object{"isolation": "job"}})},
		{"P08", "waits-for-others", account{execution: "RUNNING", history: []object{{"type": "ExecutionStarted"}, {"type": "WaitStateEntered", "stateEnteredEventDetails": object{"name": "Approve"}}}}},
	}
}
