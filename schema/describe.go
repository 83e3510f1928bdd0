package schema

// This file is the one description of a Runner. A new documented property is
// one entry here and one field in runner.go; a test fails until both are
// there.

// resourceDescription describes the whole resource: the attributes that every
// resource of a template has, and Properties.
func resourceDescription() property {
	return property{
		kind: object, writtenOut: true,
		description: "A warm runner for the shell jobs of a deployment plan.",
		of: []property{
			{
				name: "Type", kind: text, required: true, writtenOut: true, allowed: []string{RunnerType},
				description: "The resource's type.",
			},
			{
				name: propertiesKey, kind: object, writtenOut: true, of: runnerProperties(),
				exclusive:   [][2]string{{"Image", "TaskDefinitionArn"}},
				description: "The Runner's properties. Without them, every default applies.",
			},
			{
				name: "Condition", kind: text, writtenOut: true,
				description: "The condition under which the Runner is created.",
				pattern:     `^[A-Za-z0-9]+$`, shape: "the name of a condition, which has letters and digits only",
			},
			{
				name: "DependsOn", kind: nameOrList, writtenOut: true, emptyList: true,
				description: "The resources that are created before the Runner.",
				pattern:     `^[A-Za-z0-9]+$`, shape: "the name of a resource, which has letters and digits only",
			},
			{
				name: "Metadata", kind: anyObject,
				description: "Data about the resource, for other tools.",
			},
			{
				name: "DeletionPolicy", kind: text, allowed: []string{"Delete", "Retain", "RetainExceptOnCreate"},
				description: "What happens to the Runner when it leaves the stack.",
			},
			{
				name: "UpdateReplacePolicy", kind: text, allowed: []string{"Delete", "Retain"},
				description: "What happens to the Runner when another replaces it.",
			},
		},
	}
}

// runnerProperties describes Attini::Deploy::Runner. The documentation gives
// no ranges for Memory and Cpu; these are the ones that the launcher has
// always enforced.
func runnerProperties() []property {
	return []property{
		{
			name: "TaskDefinitionArn", kind: text,
			description: "ECS task definition that the runner should use. It cannot be combined with Image; without both, the default task definition is used. Its container must not have an ENTRYPOINT.",
			pattern:     `^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/)?[A-Za-z0-9_-]{1,255}(:[1-9][0-9]*)?$`,
			shape:       "the ARN of a task definition, or a family with an optional :revision",
		},
		{
			name: "ContainerName", kind: text,
			description: "The container of the task definition that runs the jobs. Required when the task definition has more than one.",
			pattern:     `^[A-Za-z0-9_-]{1,255}$`, shape: "1-255 letters, digits, - and _",
		},
		{
			name: "EcsCluster", kind: text, fallback: DefaultCluster,
			description: "The name of the runner's ECS cluster.",
			pattern:     `^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/)?[A-Za-z0-9_-]{1,255}$`,
			shape:       "the name or ARN of a cluster",
		},
		{
			name: "RoleArn", kind: text,
			description: "IAM role that overrides the task definition's. It needs the policy attini-runner-basic-execution-policy-{Region}. Default: arn:aws:iam::{AccountId}:role/attini/attini-default-runner-role-{Region}.",
			pattern:     `^arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-.0-~]+/)*[A-Za-z0-9_+=,.@-]{1,64}$`, shape: "the ARN of an IAM role",
		},
		{
			name: "Image", kind: text,
			description: "Container image that the runner should use; a task definition is made for it. It cannot be combined with TaskDefinitionArn.",
			pattern:     `^[^\s]+$`, shape: "the name of a container image, without blanks",
		},
		{
			name: "Memory", kind: integer, least: 512, most: 25165824, unit: "MiB",
			description: "Memory of the task in MiB, in place of the task definition's. On Fargate it must fit Cpu; on EC2 leave 20-30% of the host's memory to its operating system.",
		},
		{
			name: "Cpu", kind: integer, least: 256, most: 98304, unit: "CPU units",
			description: "CPU units of the task (1024 are one vCPU), in place of the task definition's. On Fargate it must fit Memory; on EC2 it must be smaller than the host's.",
		},
		{
			name: "Ec2Configuration", kind: object, of: ec2Properties(),
			description: "The EC2 host of the runner. With it the launch type is EC2, without it Fargate.",
		},
		{
			name: "RunnerConfiguration", kind: object, of: configurationProperties(),
			description: "How the runner takes and runs jobs.",
		},
		{
			name: "AwsVpcConfiguration", kind: object, of: vpcProperties(),
			description: "The network of the runner's ECS task. Without it, the default VPC and a new security group without inbound rules are used.",
		},
		{
			name: "Startup", kind: object, of: startupProperties(),
			description: "What the runner does before its first job.",
		},
		{
			name: "Isolation", kind: text, allowed: []string{"none", "job"}, fallback: "none",
			description: "What keeps the runner's jobs apart. With job, each job gets a fresh task, and on EC2 a fresh host: the runner executes one job at a time, whatever MaxConcurrentJobs says, and its task ends after it. With none, jobs share a warm task.",
		},
		{
			name: "SharedWith", kind: idList, maxItems: 50,
			description: "Other stacks of the account whose plans may run jobs on the runner, with its role: names, or beginnings with * at their end. Without it, only plans of the runner's own stack may.",
			pattern:     `^([A-Za-z][A-Za-z0-9-]*\*?|\*)$`, shape: "the name of a stack, or its beginning and *",
		},
	}
}

const (
	instanceTypePattern = `^[a-z][a-z0-9-]*\.[a-z0-9-]+$`
	instanceTypeShape   = "an instance type such as m5.large"
)

func ec2Properties() []property {
	return []property{
		{
			name: "Ami", kind: text, fallback: DefaultAmi,
			description: "An AMI id, or the name of a recommended AMI. An AMI of your own needs the ECS agent installed and enabled.",
			allowed: []string{
				"AmazonLinux2", "AmazonLinux2_arm64", "AmazonLinux2_gpu", "AmazonLinux2_inf",
				"AmazonLinux2023", "AmazonLinux2023_arm64", "AmazonLinux2023_inf",
			},
			pattern: `^ami-([0-9a-f]{8}|[0-9a-f]{17})$`, shape: "an AMI id (ami- and 8 or 17 hexadecimal digits)",
		},
		{
			name: "InstanceType", kind: text, required: true,
			description: "AWS instance type, for example m5.large.",
			pattern:     instanceTypePattern, shape: instanceTypeShape,
		},
		{
			name: "FallbackInstanceTypes", kind: idList, maxItems: 4,
			description: "Instance types that are tried in this order when EC2 has no InstanceType in any of the Subnets. They share its Ami, so they need its architecture, and the task must fit each of them.",
			pattern:     instanceTypePattern, shape: instanceTypeShape,
		},
		{
			name: "InstanceProfileName", kind: text,
			description: "Instance profile that gives the host its IAM access. Default: attini-runner-default-instance-profile-{Region}.",
			pattern:     `^[A-Za-z0-9_+=,.@-]{1,128}$`, shape: "the name of an instance profile",
		},
	}
}

func configurationProperties() []property {
	return []property{
		// The documentation heads this one "RunnerConfiguration" by mistake.
		{
			name: "MaxConcurrentJobs", kind: integer, least: 1, most: 20, unit: "jobs", fallback: 5,
			description: "The greatest number of jobs that the runner executes at a time.",
		},
		{
			name: "IdleTimeToLive", kind: integer, least: 60, most: 86400, unit: "seconds", fallback: 3600,
			description: "Seconds that the runner stays alive without any job. New jobs reset the countdown.",
		},
		{
			name: "JobTimeout", kind: integer, least: 5, most: 172800, unit: "seconds", fallback: 3600,
			description: "Seconds that a job can execute before the runner aborts it.",
		},
		{
			name: "LogLevel", kind: text, allowed: []string{"DEBUG", "INFO", "WARN", "ERROR", "OFF", "ALL"}, fallback: "INFO",
			truths: map[string]string{"false": "OFF"}, unquoted: "OFF",
			description: "The log level of the runner.",
		},
	}
}

func vpcProperties() []property {
	return []property{
		{
			name: "Subnets", kind: idList, required: true, maxItems: 16,
			description: "The subnets of the ECS task: a list, or ids separated by commas.",
			pattern:     `^subnet-[0-9a-f]+$`, shape: "a subnet id such as subnet-0123456789abcdef0",
		},
		{
			name: "SecurityGroups", kind: idList, maxItems: 5,
			description: "The security groups of the ECS task: a list, or ids separated by commas.",
			pattern:     `^sg-[0-9a-f]+$`, shape: "a security group id such as sg-0123456789abcdef0",
		},
		{
			name: "AssignPublicIp", kind: text, allowed: []string{"ENABLED", "DISABLED"}, fallback: "ENABLED",
			truths:      map[string]string{"true": "ENABLED", "false": "DISABLED"},
			description: "Whether the task gets a public IP address.",
		},
	}
}

func startupProperties() []property {
	return []property{
		{
			name: "Commands", kind: textList, emptyList: true, fallback: []string{},
			description: "Shell commands that run when the runner starts.",
		},
		{
			name: "CommandsTimeout", kind: integer, least: 5, most: 172800, unit: "seconds", fallback: 3600,
			description: "Seconds that the startup commands can execute before the runner aborts.",
		},
	}
}
