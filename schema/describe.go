package schema

// This file is the one description of a Runner: reading, defaults, checks and
// the JSON Schema all follow it. A new documented property is one entry here
// and one field in runner.go; a test fails until both are there.

// kind is the type of a property's value.
type kind uint8

const (
	text     kind = iota // a string
	integer              // a whole number, or a string that holds one
	textList             // a list of strings
	idList               // a list of strings, or one string separated by commas
	object               // an object with properties of its own
)

// property describes one property in the words of the documentation.
type property struct {
	name        string
	kind        kind
	description string
	required    bool
	// least, most and unit bound an integer; most 0 means unbounded.
	least, most int
	unit        string
	// allowed lists the only values of a text.
	allowed []string
	// pattern is a regular expression that a text, or each item of a list,
	// matches; shape says so in words.
	pattern, shape string
	// maxItems bounds a list; 0 means unbounded. emptyList allows none.
	maxItems  int
	emptyList bool
	// fallback is the documented default; nil for none.
	fallback any
	// of describes an object's properties.
	of []property
}

// The seven documented AMI aliases (section Ec2Configuration).
func amiAliases() []string {
	return []string{
		"AmazonLinux2", "AmazonLinux2_arm64", "AmazonLinux2_gpu", "AmazonLinux2_inf",
		"AmazonLinux2023", "AmazonLinux2023_arm64", "AmazonLinux2023_inf",
	}
}

// exclusive are pairs of a Runner's properties that cannot be combined.
func exclusive() [][2]string { return [][2]string{{"Image", "TaskDefinitionArn"}} }

// runnerProperties describes Attini::Deploy::Runner.
func runnerProperties() []property {
	return []property{
		{
			name: "TaskDefinitionArn", kind: text,
			description: "ECS task definition that the runner should use. It cannot be combined with Image; without both, the default task definition is used. Its container must not have an ENTRYPOINT.",
			pattern:     `^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:task-definition/)?[A-Za-z0-9_-]{1,255}(:[0-9]+)?$`,
			shape:       "the ARN of a task definition, or a family with an optional :revision",
		},
		{
			name: "ContainerName", kind: text,
			description: "The container of the task definition that runs the jobs. Required when the task definition has more than one.",
			pattern:     `^[A-Za-z0-9_-]{1,255}$`, shape: "1-255 letters, digits, - and _",
		},
		{
			name: "EcsCluster", kind: text, fallback: "attini-default",
			description: "The name of the runner's ECS cluster.",
			pattern:     `^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/)?[A-Za-z0-9_-]{1,255}$`,
			shape:       "the name or ARN of a cluster",
		},
		{
			name: "RoleArn", kind: text,
			description: "IAM role that overrides the task definition's. It needs the policy attini-runner-basic-execution-policy-{Region}. Default: arn:aws:iam::{AccountId}:role/attini/attini-default-runner-role-{Region}.",
			pattern:     `^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$`, shape: "the ARN of an IAM role",
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
	}
}

func ec2Properties() []property {
	return []property{
		{
			name: "Ami", kind: text, fallback: "AmazonLinux2",
			description: "An AMI id, or one of the aliases: AmazonLinux2, AmazonLinux2_arm64, AmazonLinux2_gpu, AmazonLinux2_inf, AmazonLinux2023, AmazonLinux2023_arm64, AmazonLinux2023_inf. An AMI of your own needs the ECS agent installed and enabled.",
			pattern:     `^(ami-[0-9a-f]{8}|ami-[0-9a-f]{17}|AmazonLinux2(_arm64|_gpu|_inf)?|AmazonLinux2023(_arm64|_inf)?)$`,
			shape:       "an AMI id, or one of AmazonLinux2, AmazonLinux2_arm64, AmazonLinux2_gpu, AmazonLinux2_inf, AmazonLinux2023, AmazonLinux2023_arm64, AmazonLinux2023_inf",
		},
		{
			name: "InstanceType", kind: text, required: true,
			description: "AWS instance type, for example m5.large.",
			pattern:     `^[a-z][a-z0-9-]*\.[a-z0-9-]+$`, shape: "an instance type such as m5.large",
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
			description: "Whether the task gets a public IP address.",
		},
	}
}

func startupProperties() []property {
	return []property{
		{
			name: "Commands", kind: textList, emptyList: true,
			description: "Shell commands that run when the runner starts.",
		},
		{
			name: "CommandsTimeout", kind: integer, least: 5, most: 172800, unit: "seconds", fallback: 3600,
			description: "Seconds that the startup commands can execute before the runner aborts.",
		},
	}
}
