package launch

import (
	"slices"

	"github.com/attini-go/runner/agent/protocol"
)

// stopRule says what a task's end means that took no job. fatal: another task would
// end the same way. container is the one that becomes the agent.
//
// The first rule that matches counts. Sentences that decide stand before those that
// only accompany them: "unable to pull secrets or registry auth" begins a lack of
// permission as well as a lack of network.
func (t TaskStatus) stopRule(container string) refusalRule {
	end := &Refusal{Code: t.StopCode, Message: t.StopReason}
	if rule, known := end.find(stopCodeRules()); known {
		return rule
	}
	for _, text := range t.stopTexts() {
		end.Message = text
		if rule, known := end.find(stopTextRules()); known {
			return rule
		}
	}
	for _, c := range t.Containers {
		if rule, known := exitRule(c); known && c.Name == container {
			return rule
		}
	}
	return refusalRule{
		action: retrySame, cause: protocol.CauseStartFailed,
		advice: "see the task's log, its image and its network; the words \"exec format error\" in the log mean that the image is for another processor",
	}
}

// lossCause is the error name by cause of jobs that ran on a task that stopped; ""
// for a reason that says nothing of the runner.
func (t TaskStatus) lossCause() string {
	for _, text := range t.stopTexts() {
		if rule, known := (&Refusal{Code: t.StopCode, Message: text}).find(append(stopCodeRules(), lossRules()...)); known {
			return rule.cause
		}
	}
	return ""
}

// stopTexts are ECS's reasons, the containers' first: they are nearer to the cause.
func (t TaskStatus) stopTexts() []string {
	var texts []string
	for _, c := range t.Containers {
		if c.Reason != "" {
			texts = append(texts, c.Reason)
		}
	}
	return append(texts, t.StopReason)
}

// stopCodeRules are for ends that are not the task's fault (ECS API reference, Task,
// "stopCode").
func stopCodeRules() []refusalRule {
	interrupted := func(advice string, codes ...string) refusalRule {
		return refusalRule{codes: codes, action: retrySame, cause: protocol.CauseInterrupted, advice: advice}
	}
	return []refusalRule{
		interrupted("give the step a Retry; AWS took back the capacity or repairs the machine", "SpotInterruption", "TerminationNotice", "InfrastructureHealth"),
		interrupted("give the step a Retry; StopTask in CloudTrail says what stopped the task", "UserInitiated"),
	}
}

// lossRules are for a task that has run.
func lossRules() []refusalRule {
	const (
		memory = "give the Runner more Memory, or fewer jobs at a time (MaxConcurrentJobs)"
		host   = "see the instance's state reason, and TerminateInstances in CloudTrail"
	)
	return []refusalRule{
		{says: []string{"OutOfMemoryError: *"}, action: fatal, cause: protocol.CauseOutOfMemory, advice: memory},
		{says: []string{"Host EC2 (instance *) terminated*"}, action: retrySame, cause: protocol.CauseHostUnavailable, advice: host},
		{says: []string{"ECS is performing maintenance *", "Your Spot Task was interrupted*"}, action: retrySame, cause: protocol.CauseInterrupted, advice: "give the step a Retry"},
	}
}

// stopTextRules are for the reasons of tasks and containers (ECS developer guide,
// "Stopped tasks error messages"). ECS cuts long reasons off.
func stopTextRules() []refusalRule {
	const (
		execution = "allow it to the task definition's execution role: what AmazonECSTaskExecutionRolePolicy has, the secrets, and the repository's policy where it is another account's; without an execution role on EC2 it is the host's role. Where AWS names a boundary or a service control policy, allow it there"
		limit     = "copy the image to Amazon ECR, or pull it through ECR's cache: the registry counts the pulls of all who share the address"
		disk      = "give the task definition more EphemeralStorage, the host a larger volume, or the Runner a smaller image"
		machine   = "build the image for the task's processor (docker buildx build --platform), or change RuntimePlatform or InstanceType"
		layers    = "push the image again with one kind of compression for all of its layers"
		missing   = "push the image, or name one that the registry has, by its tag or digest"
		secrets   = "name secrets and parameters that exist in this region, with the JSON key that they have"
		logs      = "create the log group that the task definition names, in its region, or deploy the stack again; let the task definition's execution role, or on EC2 without one the host's role, write to it (logs:CreateLogStream, logs:PutLogEvents)"
		shell     = "use an image that has the program, and /bin/sh for the agent; nothing may be mounted over it"
		addresses = "give the Runner subnets with free addresses, or more network interfaces in Service Quotas"
	)
	network := func(action retryAction, says ...string) refusalRule {
		return refusalRule{says: says, action: action, cause: protocol.CauseNetworkUnreachable, advice: networkAdvice}
	}
	rule := func(action retryAction, cause, advice string, says ...string) refusalRule {
		return refusalRule{says: says, action: action, cause: cause, advice: advice}
	}
	return slices.Concat(lossRules(), []refusalRule{
		rule(fatal, protocol.CauseImageNotFound, missing, "*Check whether the image exists*", "*failed to resolve ref *: not found*", "*manifest for * not found*", "*API error (404): repository * not found*"),
		rule(fatal, protocol.CauseAccessDenied, execution, "*is not authorized to perform: *", "*: 403 Forbidden*", "*401 Unauthorized*", "*pull access denied for *", "*Access to KMS is not allowed*", "*Check that the role has the permissions *"),
		rule(retrySame, protocol.CauseThrottled, limit, "*toomanyrequests: Rate exceeded*"),
		rule(fatal, protocol.CauseThrottled, limit, "*429 Too Many Requests*", "*toomanyrequests: *"),
		rule(fatal, protocol.CauseDiskFull, disk, "*no space left on device*"),
		rule(fatal, protocol.CauseImageUnusable, machine, "*does not contain descriptor matching platform *", "*no matching manifest for *", "*exec format error*"),
		rule(fatal, protocol.CauseImageUnusable, layers, "*number of layers and diffIDs don't match*"),
		rule(fatal, protocol.CauseInvalidConfiguration, logs, "*The specified log group does not exist*"),
		rule(fatal, protocol.CauseInvalidConfiguration, secrets, "*Secrets Manager can't find the specified secret*", "*invalid ssm parameters: *"),
		rule(retrySame, protocol.CauseStartTimeout, "use a smaller image, or one that is nearer; give the step a longer HeartbeatSeconds", "*ContainerRuntimeTimeoutError: *", "*DockerTimeoutError: *"),
		// The layers come from S3; this may be a transfer that broke off.
		network(retrySame, "*failed to copy: *"),
		network(fatal, "*dial tcp *", "*dial udp *", "*i/o timeout*", "*TLS handshake timeout*", "*connection timed out*", "*Client.Timeout exceeded*", "*request canceled*", "*context canceled*",
			"*context deadline exceeded*", "*signal: killed*", "*There is a connection issue *", "*Check your * network configuration*", "*Check your network configuration*"),
		rule(fatal, protocol.CauseInvalidConfiguration, secrets, "*failed to fetch secret *", "*Fetching secret data from *"),
		rule(fatal, protocol.CauseInvalidConfiguration, logs, "*failed to validate logger args: *", "*failed to initialize logging driver*"),
		network(retrySame, "*Timeout waiting for network interface provisioning to complete*"),
		rule(fatal, protocol.CauseCapacityUnavailable, addresses, "*Unexpected EC2 error while attempting to Create Network Interface *", "*Unable to attach network interface to unused device index*"),
		rule(fatal, protocol.CauseImageUnusable, shell, "*unable to start container process*", "*executable file not found in $PATH*", "*exec: *: no such file or directory*", "*exec: *: permission denied*"),
		rule(retrySame, protocol.CauseHostUnavailable, hostAdvice, "*NO ACTIVE INSTANCES*", "*EMPTY CAPACITY PROVIDER*", "*MemberOf placement constraint unsatisfied*", "*TaskFailedToStart: AGENT*"),
		rule(retrySame, protocol.CauseCapacityUnavailable, "give the Runner less Cpu or Memory, or its Ec2Configuration a larger InstanceType", "*TaskFailedToStart: RESOURCE:*", "Capacity is unavailable at this time*"),
		rule(retrySame, protocol.CauseServiceUnavailable, "it usually passes; give the step a Retry", "InternalError: *"),
	})
}

// networkAdvice is for a task that cannot reach a service.
const networkAdvice = "give the task a way to AWS: in a public subnet AssignPublicIp ENABLED; in a private one a route to a NAT gateway, or VPC endpoints for ecr.api, ecr.dkr, logs, sqs, states and, as gateways, s3 and dynamodb; " +
	"its security group must allow port 443 out, the endpoints' groups port 443 in"

// hostAdvice is for a host that does not register, or does not report.
const hostAdvice = "check that its Ami has the ECS agent enabled, that its subnet reaches ECS and CloudWatch Logs (a NAT gateway, VPC endpoints, or a public address), and that its instance profile may register it and write its log (logs:CreateLogStream, logs:PutLogEvents)"

// exitRule is for a container that ended before it took a job, by its exit code.
func exitRule(c ContainerStatus) (refusalRule, bool) {
	if !c.Ended {
		return refusalRule{}, false
	}
	rule := func(action retryAction, cause, advice string) (refusalRule, bool) {
		return refusalRule{action: action, cause: cause, advice: advice}, true
	}
	switch c.ExitCode {
	case 0:
		return rule(fatal, protocol.CauseImageUnusable, "the image's entry point takes the runner's command as its arguments: give the task definition the EntryPoint [\"/bin/sh\", \"-c\", \"exec \\\"$0\\\" \\\"$@\\\"\"], or the image ENTRYPOINT []")
	case 65:
		return rule(fatal, protocol.CauseAgentFailed, "publish the release whose SHA-256 the installation has, or install again with the release's SHA-256")
	case 69:
		return rule(retrySame, protocol.CauseNetworkUnreachable, networkAdvice+"; or put the agent into the image")
	case 70, 71, 72, 73:
		return rule(fatal, protocol.CauseAgentFailed, "use an image that has the agent, or what the reason above says is missing")
	case 126, 127:
		return rule(fatal, protocol.CauseImageUnusable, "use an image that has /bin/sh, whose user may execute it")
	case 137:
		return rule(retrySame, protocol.CauseOutOfMemory, "something killed the container, mostly the kernel for lack of memory: give the Runner more Memory")
	}
	return refusalRule{}, false
}

// hostEndRule says what the end of a host means that has not registered (EC2 API
// reference, StateReason); "" is a host that still runs.
func hostEndRule(reason string) refusalRule {
	rule, known := (&Refusal{Message: reason}).find([]refusalRule{
		{says: []string{"*Client.InternalError: *"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "allow EC2 the KMS key of the Ami's encrypted volume, by the key's policy or a grant"},
		{says: []string{"*Client.VolumeLimitExceeded: *"}, action: fatal, cause: protocol.CauseQuotaExceeded, advice: "raise the account's quota of EBS storage in Service Quotas"},
		{says: []string{"*Server.InsufficientInstanceCapacity: *"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: "give the Runner Subnets in more availability zones, or FallbackInstanceTypes"},
		{says: []string{"*Server.SpotInstanceTermination: *"}, action: retrySame, cause: protocol.CauseInterrupted, advice: "give the step a Retry"},
		{says: []string{"*Client.UserInitiatedShutdown: *", "*Client.InstanceInitiatedShutdown: *"}, action: retrySame, cause: protocol.CauseHostUnavailable, advice: "see what ended the instance: TerminateInstances in CloudTrail, or its user data"},
	})
	if known {
		return rule
	}
	return refusalRule{action: retrySame, cause: protocol.CauseHostUnavailable, advice: hostAdvice}
}
