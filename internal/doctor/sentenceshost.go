package doctor

// hostSentences are about EC2 (EC2 API reference, "Error codes" and StateReason) and the
// host's ECS agent.
func hostSentences() []sentence {
	const (
		instance = "aws ec2 describe-instances --instance-ids {host} --region {region}"
		console  = "aws ec2 get-console-output --latest --instance-id {host} --region {region}"
	)
	return []sentence{
		{
			// It quotes an error of EC2, so it stands before those.
			rule: "network-interface", says: []string{"Unexpected EC2 error while attempting to Create Network Interface", "Timeout waiting for network interface provisioning", "Unable to attach network interface to unused device index"},
			cause: "ECS could not attach a network interface", advice: "give the Runner subnets with free addresses; check the quota of network interfaces, and service control policies for ec2:CreateNetworkInterface", next: "aws ec2 describe-subnets --region {region}",
		},
		{
			rule: "host-unregistered", says: []string{
				"Error registering", "NoCredentialProviders: ", "is not authorized to perform: ecs:RegisterContainerInstance", "Instance registration attempt with invalid attribute", "Error connecting to ACS", "did not register",
			},
			cause: "the EC2 host did not join the cluster", advice: "use an Ami with the ECS agent, a subnet that reaches ecs, ecs-agent and ecs-telemetry, and an instance profile whose role has AmazonEC2ContainerServiceforEC2Role", next: console,
		},
		{
			rule: "host-denied", says: []string{"UnauthorizedOperation", "is not authorized to perform: ec2:RunInstances", "is not authorized to perform: ec2:CreateTags"},
			cause: "the launcher may not start the EC2 host", advice: "allow its role ec2:RunInstances with the launch template, and iam:PassRole for the profile's role; a service control policy can ask for tags, IMDSv2 or encryption", next: "aws sts decode-authorization-message --encoded-message MESSAGE",
		},
		{
			rule: "host-capacity", says: []string{"InsufficientInstanceCapacity", "Unsupported: Your requested instance type", "is not supported in your requested Availability Zone", "InsufficientHostCapacity"},
			cause: "EC2 has no such instance in the zone", advice: "give the Runner Subnets in a zone that the sentence names, or another InstanceType", next: "aws ec2 describe-instance-type-offerings --location-type availability-zone --region {region}",
		},
		{
			rule: "host-quota", says: []string{"VcpuLimitExceeded", "InstanceLimitExceeded", "VolumeLimitExceeded", "PendingVerification", "OptInRequired", "Blocked: "},
			cause: "a quota or the state of the account does not allow the host", advice: "raise the quota in Service Quotas; OptInRequired asks for a subscription to the Ami or the region", next: "aws service-quotas list-service-quotas --service-code ec2 --region {region}",
		},
		{
			rule: "ami-mismatch", says: []string{
				"InvalidAMIID.", "AuthFailure", "of the specified instance type does not match the architecture", "does not match the architecture in the manifest", "InvalidBlockDeviceMapping", "can't launch instances with IMDSv1",
			},
			cause: "the Ami does not exist, or does not fit the InstanceType or the account's settings", advice: "give the Runner an Ami of its InstanceType's architecture that this account may use; for IMDSv1, deploy the stack again", next: "aws ec2 describe-images --region {region} --image-ids AMI",
		},
		{
			rule: "instance-profile", says: []string{"Invalid IAM Instance Profile", "for parameter iamInstanceProfile."},
			cause: "EC2 does not know the instance profile", advice: "create it, or name another in InstanceProfileName; a new one takes a minute", next: "aws iam get-instance-profile --instance-profile-name PROFILE",
		},
		{
			rule: "host-network", says: []string{
				"InsufficientFreeAddressesInSubnet", "InvalidSubnetID.NotFound: The subnet", "InvalidGroup.NotFound: The security group", "belong to different networks", "InvalidLaunchTemplateId.", "IdempotentParameterMismatch", "IdempotentInstanceTerminated",
			},
			cause: "the host's subnet, security group or launch template cannot be used", advice: "give the Runner Subnets with free addresses and SecurityGroups of one VPC, and deploy again", next: "aws ec2 describe-subnets --region {region}",
		},
		{
			rule: "host-ended", says: []string{
				"Client.InternalError", "Client.VolumeLimitExceeded", "Client.UserInitiatedShutdown", "Client.InstanceInitiatedShutdown", "Server.SpotInstanceTermination", "Server.InternalError", "Host EC2 (instance *) terminated", "InvalidInstanceID.NotFound",
			},
			cause: "the EC2 host ended", advice: "Client.InternalError is the KMS key of the volume; otherwise TerminateInstances in CloudTrail says what ended it", next: instance,
		},
	}
}
