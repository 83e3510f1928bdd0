package launch

import "github.com/attini-go/runner/agent/protocol"

// taskRules are for RunTask (ECS developer guide, "API failure reasons"; the
// API reference's errors of RunTask).
func taskRules() []refusalRule {
	const (
		quota   = "raise the account's quota of Fargate vCPUs or tasks in Service Quotas, or run fewer runners at a time"
		fit     = "give the Runner less Cpu or Memory, or its Ec2Configuration a larger InstanceType; leave 20-30% of the host's memory to its operating system"
		host    = "the runner's EC2 host has left the cluster or does not report to it; see its log in the Runner's EcsClientLogGroup"
		zones   = "it usually passes; give the step a Retry, or the Runner subnets in more availability zones"
		role    = "let the launcher's role run the task definition (ecs:RunTask) and pass the Runner's roles (iam:PassRole): where the installation has a RunnerRolePath, RoleArn and the execution role have to be below it"
		trust   = "let ecs-tasks.amazonaws.com assume the Runner's RoleArn and the task definition's roles, which have to exist; a new role takes a minute until ECS knows it"
		linked  = "create ECS's service-linked role: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"
		define  = "make the Runner's task definition fit its launch type: Fargate without Ec2Configuration, EC2 with it"
		cluster = "create the cluster, or give the Runner the EcsCluster of one that exists"
		sizes   = "give the Runner a Cpu and Memory that Fargate has together"
		subnets = "give the Runner Subnets that exist in this account, all of one VPC"
		groups  = "give the Runner SecurityGroups of its Subnets' VPC"
	)
	return append(denials(role), []refusalRule{
		{codes: []string{"ConflictException"}, action: retryNewToken, cause: protocol.CauseServiceUnavailable, advice: zones},
		{codes: throttles(), action: retrySame, cause: protocol.CauseThrottled, advice: zones},
		{says: []string{"Rate exceeded*", "Error retrieving * information for *(ErrorCode: RequestLimitExceeded)*"}, action: retrySame, cause: protocol.CauseThrottled, advice: zones},
		{codes: []string{"ServerException", "ServiceUnavailable*", "InternalServer*", "InternalFailure"}, action: retrySame, cause: protocol.CauseServiceUnavailable, advice: zones},
		{says: []string{"Internal error*"}, action: retrySame, cause: protocol.CauseServiceUnavailable, advice: zones},
		{says: []string{"Capacity is unavailable at this time*", "Tasks provisioning capacity limit exceeded*"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: zones},
		{codes: []string{"LimitExceededException"}, action: retrySame, cause: protocol.CauseQuotaExceeded, advice: quota},
		{says: []string{"You've reached the limit on the number of *"}, action: retrySame, cause: protocol.CauseQuotaExceeded, advice: quota},
		{says: []string{"The requested * configuration is above your limit*"}, action: fatal, cause: protocol.CauseQuotaExceeded, advice: "give the Runner less Cpu or Memory, or " + quota},

		{codes: []string{"RESOURCE:ENI"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: "the subnets or hosts have no free network interface; give the Runner subnets with free addresses or a larger InstanceType"},
		{codes: []string{"RESOURCE:GPU"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: "give the Runner an InstanceType with the GPUs that its task definition asks for"},
		{codes: []string{"RESOURCE:PORTS"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: "a port that the task definition maps is in use on the runner's EC2 host; map no host port"},
		{codes: []string{"RESOURCE:*"}, action: retrySame, cause: protocol.CauseCapacityUnavailable, advice: fit},
		{codes: []string{"AGENT", "NO ACTIVE INSTANCES", "EMPTY CAPACITY PROVIDER", "MISSING", "INACTIVE"}, action: retrySame, cause: protocol.CauseHostUnavailable, advice: host},
		{says: []string{"MemberOf placement constraint unsatisfied*", "No Container Instances were found in your cluster*"}, action: retrySame, cause: protocol.CauseHostUnavailable, advice: host},
		{codes: []string{"ATTRIBUTE"}, action: retrySame, cause: protocol.CauseInvalidConfiguration, advice: "the runner's EC2 host lacks what the task definition asks for (network mode, log driver, volumes, roles); give the Runner another Ami or task definition"},
		{codes: []string{"LOCATION"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "the runner's EC2 host is in another availability zone than the task's subnets; give the Runner Subnets of one zone"},

		{codes: []string{"ClusterNotFoundException"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: cluster},
		{says: []string{"The referenced cluster was inactive*", "The specified cluster is inactive*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: cluster},
		{says: []string{"ECS was unable to assume the role *", "Role is not valid*"}, action: retrySame, cause: protocol.CauseAccessDenied, advice: trust},
		{says: []string{"Unable to assume the service linked role*"}, action: fatal, cause: protocol.CauseAccessDenied, advice: linked},
		{codes: []string{"PlatformTaskDefinitionIncompatibilityException", "PlatformUnknownException"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: define},
		{says: []string{"The selected task definition is not compatible with *", "Task definition does not support launch_type *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: define},
		{says: []string{"TaskDefinition not found*", "Unable to describe task definition*", "Unable to find task definition*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "deploy the task definition that TaskDefinitionArn names, in this account and region"},
		{says: []string{"TaskDefinition is inactive*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "name an active revision in TaskDefinitionArn"},
		{says: []string{"Override for container named *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "name a container of the task definition in ContainerName"},
		{says: []string{"Invalid 'cpu' setting for task*", "No Fargate configuration exists for given values*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: sizes},
		{says: []string{"Network Configuration must be provided when networkMode 'awsvpc' is specified*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "deploy the stack again: the Runner's configuration then has the network mode that its task definition has now"},
		{says: []string{"Network Configuration is not valid for the given networkMode *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "deploy the stack again: the Runner's configuration then has the network mode that its task definition has now"},
		{says: []string{"Assign public IP is not supported for this launch type*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "give the Runner AssignPublicIp DISABLED, or no Ec2Configuration"},
		{says: []string{"Error retrieving subnet information for *", "The subnet ID '*' does not exist*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: subnets},
		{says: []string{"Error retrieving security group information for *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: groups},
		{codes: []string{"BlockedException"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "the account is blocked from ECS; ask AWS Support"},
	}...)
}

// hostRules are for RunInstances (EC2 API reference, "Error codes").
func hostRules() []refusalRule {
	const (
		zones   = "give the Runner Subnets in more availability zones, or FallbackInstanceTypes"
		passes  = "it usually passes; give the step a Retry"
		role    = "let the launcher's role run instances from the launch template (ec2:RunInstances) and pass the instance profile's role (iam:PassRole): where the installation has a RunnerRolePath, that role has to be below it"
		image   = "give the Runner an Ami that exists in this region and that this account may use"
		profile = "create the instance profile, or name another in InstanceProfileName; a new one takes a minute until EC2 knows it"
		machine = "give the Runner an Ami of its InstanceType's architecture (those that end in _arm64 are for Graviton)"
		groups  = "give the Runner SecurityGroups of its Subnets' VPC"
	)
	return append(denials(role), []refusalRule{
		{codes: []string{"IdempotentParameterMismatch", "IdempotentInstanceTerminated"}, action: retryNewToken, cause: protocol.CauseServiceUnavailable, advice: passes},
		{codes: []string{"InsufficientFreeAddressesInSubnet"}, action: tryNextSubnet, cause: protocol.CauseCapacityUnavailable, advice: "give the Runner Subnets with free addresses"},
		{codes: []string{"Insufficient*"}, action: tryNextSubnet, cause: protocol.CauseCapacityUnavailable, advice: zones},
		{codes: []string{"Unsupported"}, says: []string{"Your requested instance type (*) is not supported in your requested Availability Zone (*"}, action: tryNextSubnet, cause: protocol.CauseCapacityUnavailable, advice: zones},
		{codes: []string{"InvalidSubnetID.NotFound"}, action: tryNextSubnet, cause: protocol.CauseInvalidConfiguration, advice: "give the Runner Subnets that exist in this account"},
		{codes: throttles(), action: retrySame, cause: protocol.CauseThrottled, advice: passes},
		{codes: []string{"InternalError", "InternalFailure", "Unavailable", "ServiceUnavailable", "ServerInternal"}, action: retrySame, cause: protocol.CauseServiceUnavailable, advice: passes},
		{codes: []string{"VcpuLimitExceeded"}, action: tryNextType, cause: protocol.CauseQuotaExceeded, advice: "raise the account's quota of EC2 vCPUs in Service Quotas"},
		{codes: []string{"InstanceLimitExceeded"}, action: tryNextType, cause: protocol.CauseQuotaExceeded, advice: "raise the account's quota of EC2 instances in Service Quotas"},
		{codes: []string{"VolumeLimitExceeded"}, action: fatal, cause: protocol.CauseQuotaExceeded, advice: "raise the account's quota of EBS storage in Service Quotas"},
		{codes: []string{"PendingVerification"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "AWS is still verifying the account; try again in some hours"},
		{codes: []string{"Blocked"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "the account is blocked from EC2; ask AWS Support"},
		{codes: []string{"OptInRequired"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "subscribe to the Ami in the AWS Marketplace, or sign the account up for EC2 in this region"},
		{codes: []string{"InvalidParameterValue"}, says: []string{"Value (*) for parameter iamInstanceProfile.* is invalid*"}, action: retrySame, cause: protocol.CauseInvalidConfiguration, advice: profile},
		{
			codes: []string{"InvalidParameterValue"}, action: tryNextType, permanent: true, cause: protocol.CauseInvalidConfiguration, advice: machine,
			says: []string{"The architecture '*' of the specified instance type does not match the architecture '*' of the specified AMI*", "The requested instance type's architecture (*) does not match the architecture in the manifest for *"},
		},
		{codes: []string{"InvalidAMIID.*", "AuthFailure"}, action: fatal, cause: protocol.CauseImageNotFound, advice: image},
		{codes: []string{"UnsupportedOperation"}, says: []string{"You can't launch instances with IMDSv1 *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "deploy the stack again: its launch template then asks for IMDSv2"},
		{codes: []string{"InvalidKMSKey.*"}, action: fatal, cause: protocol.CauseAccessDenied, advice: "allow EC2 the KMS key of the Ami's encrypted volume, by the key's policy or a grant"},
		{codes: []string{"InvalidBlockDeviceMapping"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "give the Runner an Ami whose disk fits its launch template's; deploy the stack again after the Ami has changed"},
		{codes: []string{"InvalidLaunchTemplate*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: "deploy the stack again"},
		{codes: []string{"InvalidGroup.*"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: groups},
		{codes: []string{"InvalidParameter"}, says: []string{"Security group *"}, action: fatal, cause: protocol.CauseInvalidConfiguration, advice: groups},
		{codes: []string{"Unsupported"}, action: tryNextType, permanent: true, cause: protocol.CauseInvalidConfiguration, advice: "give the Runner an InstanceType and an Ami that go together"},
	}...)
}

// throttles are the codes of services that receive too many requests.
func throttles() []string {
	return []string{"Throttl*", "RequestThrottled*", "TooManyRequestsException", "RequestLimitExceeded"}
}

// denials are for calls that IAM does not allow. The kind of policy decides where the
// call can be allowed (IAM user guide, "Troubleshoot access denied error messages").
// own is the advice for the role's own policy.
func denials(own string) []refusalRule {
	const (
		organization = "no policy of this account can allow it; ask the administrator of the AWS organization"
		boundary     = "allow it in the permissions boundary of the launcher's role (PermissionsBoundary of the installation)"
		endpoint     = "allow it in the policy of the VPC endpoint that the launcher calls through"
	)
	denied := []string{"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}
	by := func(policy, advice string) refusalRule {
		return refusalRule{codes: denied, action: fatal, cause: protocol.CauseAccessDenied, advice: advice, says: []string{
			"*is not authorized to perform: *because no " + policy + " allows *", "*is not authorized to perform: *with an explicit deny in a " + policy + "*",
		}}
	}
	return []refusalRule{
		by("service control policy", organization),
		by("resource control policy", organization),
		by("permissions boundary", boundary),
		by("VPC endpoint policy", endpoint),
		{
			codes: denied, action: fatal, cause: protocol.CauseAccessDenied, advice: "remove the explicit deny that AWS names from that policy",
			says: []string{"*is not authorized to perform: *with an explicit deny in a*"},
		},
		{codes: denied, action: fatal, cause: protocol.CauseAccessDenied, advice: own},
	}
}
