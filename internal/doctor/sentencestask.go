package doctor

// taskSentences are about tasks that stopped before a job ran (ECS developer guide,
// "Stopped tasks error messages"). ECS cuts long reasons off.
func taskSentences() []sentence {
	const (
		task    = "aws ecs describe-tasks --cluster {cluster} --tasks {task} --region {region}"
		define  = "aws ecs describe-task-definition --task-definition {definition} --region {region}"
		network = "give the task a way to AWS: AssignPublicIp ENABLED in a public subnet; in a private one a NAT gateway, or endpoints for ecr.api, ecr.dkr, logs, sqs, states and, as gateways, s3 and dynamodb; port 443 open in the security groups"
	)
	return []sentence{
		{
			rule: "pull-denied", says: []string{"403 Forbidden", "401 Unauthorized", "pull access denied for", "Check that the role has the permissions to pull images", "is not authorized to perform: ecr:BatchGetImage", "is not authorized to perform: ecr:GetDownloadUrlForLayer"},
			cause: "the registry does not let the role pull the image", advice: "allow the execution role (without one, the host's) the repository, and the role in the repository's policy where it is another account's; give a private registry repositoryCredentials", next: define,
		},
		{
			rule: "secret-missing", says: []string{"Access to KMS is not allowed", "Secrets Manager can't find the specified secret", "invalid ssm parameters", "Fetching secret data from SSM Parameter Store"},
			cause: "a secret or parameter of the task definition does not exist, or its key refuses the execution role", advice: "name secrets and parameters of this region, with their JSON key, and allow the execution role kms:Decrypt", next: define,
		},
		{
			rule: "log-group-missing", says: []string{"The specified log group does not exist", "cannot find the Amazon CloudWatch log group", "failed to validate logger args", "failed to initialize logging driver"},
			cause: "the log group of the task definition is missing or not reachable", advice: "deploy the stack again, or create the log group in the region that the task definition names", next: "aws logs describe-log-groups --region {region}",
		},
		{
			rule: "execution-role-denied", says: []string{
				"unable to pull secrets or registry auth*is not authorized to perform: ", "is not authorized to perform: ecr:", "is not authorized to perform: secretsmanager:", "ResourceInitializationError*is not authorized to perform: ssm:",
				"is not authorized to perform: ssm:GetParameters ", "is not authorized to perform: logs:CreateLog",
			},
			cause: "the task's execution role lacks a permission", advice: "give it AmazonECSTaskExecutionRolePolicy, and the secrets that the task definition names", next: define,
		},
		{
			rule: "registry-limit", says: []string{"toomanyrequests", "429 Too Many Requests"},
			cause: "the registry limits pulls from this address", advice: "copy the image to Amazon ECR, or pull it through ECR's cache", next: define,
		},
		{
			rule: "image-missing", says: []string{"failed to resolve ref *: not found", "manifest for *not found", "API error (404): repository *not found", "Check whether the image exists", "repository does not exist"},
			cause: "the registry does not have the image or its tag", advice: "push the image, or name one that the registry has, in this region", next: define,
		},
		{
			rule: "disk-full", says: []string{"no space left on device"},
			cause: "the image and its layers do not fit on the disk", advice: "give the task more ephemeral storage, the host a larger volume, or use a smaller image", next: task,
		},
		{
			rule: "image-platform", says: []string{"does not contain descriptor matching platform", "no matching manifest for", "exec format error"},
			cause: "the image is for another processor", advice: "build it for the task's processor (docker buildx build --platform), or change RuntimePlatform or InstanceType", next: define,
		},
		{
			rule: "layers-mixed", says: []string{"number of layers and diffIDs don't match"},
			cause: "the image mixes compressions of its layers", advice: "push it again with one compression", next: define,
		},
		{
			rule: "layers-unreachable", says: []string{"failed to copy: ", "The task cannot pull '*There is a connection issue", "request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)*Check your network", "ref pull has been retried"},
			cause: "the task reaches the registry but not the image's layers, which are in S3", advice: "add the S3 gateway endpoint to the subnets' route tables and allow the region's layer bucket in its policy; public registries need a NAT gateway", next: "aws ec2 describe-vpc-endpoints --region {region}",
		},
		{
			rule: "registry-unreachable", says: []string{
				"unable to pull secrets or registry auth*dial tcp", "unable to pull secrets or registry auth*i/o timeout", "unable to pull secrets or registry auth*context deadline exceeded", "unable to pull secrets or registry auth*request canceled",
				"cannot pull registry authentication", "There is a connection issue between the task and", "unable to pull secrets or registry auth", "failed to resolve ref *dial tcp", "failed to do request: *dial tcp",
				"CannotPullContainerError*i/o timeout", "CannotPullContainerError*Client.Timeout exceeded", "Check your task network configuration",
			},
			cause: "the task has no way to the registry, or to its secrets", advice: network, next: "aws ec2 describe-route-tables --region {region}",
		},
		{
			rule: "start-slow", kind: KindCause, says: []string{"ContainerRuntimeTimeoutError", "DockerTimeoutError", "Could not transition to "},
			cause: "the container did not start in time", advice: "use a smaller image or one in this region; give the step a longer HeartbeatSeconds", next: task,
		},
		{
			rule: "task-interrupted", says: []string{"SpotInterruption", "TerminationNotice", "InfrastructureHealth", "Your Spot Task was interrupted", "ECS is performing maintenance on the underlying infrastructure", "UserInitiated", "Task stopped by user"},
			cause: "AWS, a person or the launcher stopped the task", advice: "give the step a Retry; the reason or StopTask in CloudTrail says what stopped it", next: "aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=StopTask --region {region}",
		},
	}
}

// startSentences are about RunTask (ECS developer guide, "API failure reasons").
func startSentences() []sentence {
	const cluster = "aws ecs describe-clusters --clusters {cluster} --region {region}"
	return []sentence{
		{
			rule: "role-not-assumable", says: []string{"ECS was unable to assume the role", "Role is not valid", "Unable to assume the service linked role"},
			cause: "ECS cannot assume a role of the task", advice: "let ecs-tasks.amazonaws.com assume the role; a new one takes a minute. If the service-linked role is missing, create it", next: "aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com",
		},
		{
			rule: "cluster-missing", says: []string{"ClusterNotFoundException", "cluster was inactive", "specified cluster is inactive", "No Container Instances were found in your cluster"},
			cause: "the runner's cluster does not exist, is deleted or has no host", advice: "create the cluster, or name one that exists in EcsCluster", next: cluster,
		},
		{
			rule: "task-definition-unusable", says: []string{
				"TaskDefinition is inactive", "TaskDefinition not found", "Unable to describe task definition", "PlatformTaskDefinitionIncompatibilityException", "Task definition does not support launch_type",
				"selected task definition is not compatible with", "Override for container named", "Invalid 'cpu' setting for task", "No Fargate configuration exists for given values", "Container Overrides length must be at most",
			},
			cause: "the task definition does not exist, or does not fit the Runner", advice: "name an active revision, one of its containers in ContainerName, and a Cpu and Memory that Fargate has together", next: "aws ecs describe-task-definition --task-definition {definition} --region {region}",
		},
		{
			rule: "launch-throttled", says: []string{"RequestLimitExceeded", "ThrottlingException: Rate exceeded"},
			cause: "AWS throttles the account's calls", advice: "it passes; give the step a Retry, and start fewer runners at a time", next: "aws service-quotas list-service-quotas --service-code fargate --region {region}",
		},
		{
			rule: "network-parameters", says: []string{"Error retrieving subnet information for", "Error retrieving security group information for", "Network Configuration must be provided when networkMode", "Assign public IP is not supported for this launch type"},
			cause: "the Runner's subnets or security groups do not exist, or do not fit its launch type", advice: "give the Runner Subnets and SecurityGroups of one VPC of this account, and deploy again", next: "aws ec2 describe-subnets --region {region}",
		},
		{
			rule: "quota-reached", says: []string{"You've reached the limit on the number of", "configuration is above your limit", "Tasks provisioning capacity limit exceeded"},
			cause: "a quota of the account is reached", advice: "raise it in Service Quotas, or run fewer runners at a time (MaxConcurrentJobs on one Runner instead)", next: "aws service-quotas list-service-quotas --service-code fargate --region {region}",
		},
		{
			rule: "capacity-unavailable", says: []string{"Capacity is unavailable at this time", "ServerException", "Internal error."},
			cause: "Fargate has no capacity in the subnets' zones", advice: "give the Runner subnets in more availability zones, and the step a Retry; \"Internal error.\" is mostly a zone without Fargate", next: "aws ec2 describe-subnets --region {region}",
		},
		{
			rule: "task-does-not-fit", says: []string{"RESOURCE:", "ATTRIBUTE", "LOCATION", "MemberOf placement constraint unsatisfied"},
			cause: "the task does not fit on its EC2 host", advice: "give the Runner less Cpu or Memory or a larger InstanceType; leave 20-30% to the host; LOCATION needs Subnets of one zone", next: "aws ecs list-container-instances --cluster {cluster} --region {region}",
		},
		{
			rule: "ecs-agent-disconnected", says: []string{"AGENT", "NO ACTIVE INSTANCES", "EMPTY CAPACITY PROVIDER"},
			cause: "the host's ECS agent is not connected", advice: "give its subnet a way to ecs, ecs-agent and ecs-telemetry; check the host's memory and disk", next: "aws ecs list-container-instances --cluster {cluster} --region {region}",
		},
	}
}

// containerSentences are about what ran in the container.
func containerSentences() []sentence {
	const task = "aws ecs describe-tasks --cluster {cluster} --tasks {task} --region {region}"
	return []sentence{
		{
			rule: "out-of-memory", says: []string{"OutOfMemoryError"},
			cause: "the container had too little memory", advice: "give the Runner more Memory, or a smaller MaxConcurrentJobs", next: task,
		},
		{
			rule: "filesystem", says: []string{"permission denied", "Read-only file system", "error creating device nodes"},
			cause: "the container may not execute or write a file", advice: "give the user of the image the right to execute it, and a writable volume for TMPDIR where the root file system is read-only", next: task,
		},
		{
			rule: "program-missing", says: []string{"executable file not found in $PATH", "exec: *no such file or directory", "unable to start container process"},
			cause: "the image has not the program that the container starts", advice: "use an image with /bin/sh; mount nothing over it", next: task,
		},
		{
			rule: "bootstrap-failed", says: []string{"attini-bootstrap: "},
			cause: "the agent could not be started in the container", advice: "do what its sentence names; or put the agent into the image", next: task,
		},
		{
			rule: "startup-failed", says: []string{"Startup tasks failed", "Startup script finished with exit code", "Startup script timed out", "169.254.170.2"},
			cause: "the startup commands failed, or the agent could not start", advice: "read the container's log; mend the Runner's StartupCommands", next: "runnerctl logs {stack}",
		},
	}
}
