package doctor

import "time"

// Observations are what is known of one stack, or of one execution of its plan. A
// zero value is unknown, unless its comment says otherwise, and leads to no finding.
type Observations struct {
	// Now is the time of the observation; Region and Stack complete commands.
	Now    time.Time
	Region string
	Stack  string

	Installation Installation
	Execution    Execution
	Runners      []Runner
	// Statements are what services said about failures, in any order.
	Statements []Statement
	// Unread are the questions that were not answered, with the reason.
	Unread []string
}

// Source is the part of the system that said something.
type Source string

// The sources of statements.
const (
	// SourceStack is an event of the stack or of a change set.
	SourceStack Source = "CloudFormation"
	// SourceExecution is an event of an execution's history. It can quote every other
	// source: the launcher passes on what ECS and EC2 said.
	SourceExecution Source = "Step Functions"
	// SourceTask is a stopped task or its container.
	SourceTask Source = "ECS"
	// SourceHost is an EC2 instance.
	SourceHost Source = "EC2"
	// SourceLog is a line of a container's or a host's log.
	SourceLog Source = "log"
)

// Statement is what a service said about a failure.
type Statement struct {
	By Source
	// About is the resource, step, task or host.
	About string
	// Code is an exception's code, an error name or a stop code; "" without one.
	Code string
	Text string
	At   time.Time
}

// Installation is the part of the account that all stacks share.
type Installation struct {
	// Checked means that the installation was looked for.
	Checked bool
	// StackStatus is the status of the installation's stack, "" if there is none.
	StackStatus string
	// Macro means that the stack has the CloudFormation macro.
	Macro     bool
	Functions []Function
	// LostEvents is the number of events in the dead-letter queue.
	LostEvents int
}

// Function is a Lambda function of the installation.
type Function struct {
	Name    string
	Missing bool
	// State and Update are Lambda's State and LastUpdateStatus, with their reason.
	State, Update, Reason string
	// Version is the version of the project that the function was built from.
	Version string
	// Stopped means that its reserved concurrency is 0.
	Stopped bool
}

// Execution is one execution of the plan.
type Execution struct {
	ARN string
	// Status is Step Functions' status; "" if the plan has no execution.
	Status string
	// Expected means that the deployment should have started an execution.
	Expected bool
	// Superseded means that a later deployment started another execution.
	Superseded bool
	// Waiting are the steps without an answer.
	Waiting []Step
}

// Step is a step that waits.
type Step struct {
	Name  string
	Since time.Time
	// Runner is the runner of a job; "" for a step that waits for something else, such
	// as an approval or a time.
	Runner string
	// Retries counts the attempts that failed before this one.
	Retries int
}

// Runner is a runner of the stack.
type Runner struct {
	// Name is its logical id.
	Name string
	// Missing means that the state table has no item, or one that is being deleted.
	Missing bool
	// MissingConfiguration is an id that has no configuration; "" if all have.
	MissingConfiguration string
	Cluster, Definition  string
	// OnHost means launch type EC2.
	OnHost bool
	// Isolated means that each job has a task of its own; then MaxConcurrentJobs does
	// not count.
	Isolated          bool
	MaxConcurrentJobs int
	// StartLockedUntil is the end of the start lock; zero if no launcher has it.
	StartLockedUntil time.Time
	// StartFailures counts starts in a row that ended before a job was taken.
	StartFailures int
	Claims        []Claim
	Queue         *Queue
	// Task is the task that the state table names; nil if it names none.
	Task *Task
	// Stopped are the runner's tasks that have stopped, newest first.
	Stopped []Task
	// Host is the newest EC2 host; nil if the state table names none.
	Host    *Host
	Subnets []Subnet
	// MissingGroups are security groups that do not exist; ClosedGroups are all of them,
	// if none lets port 443 out.
	MissingGroups, ClosedGroups []string
	// MissingImages are those that the registry does not have.
	MissingImages []string
	Roles         []Role
}

// Claim is a job that an agent has taken.
type Claim struct {
	Step, Task string
	Since      time.Time
}

// Queue is a runner's queue.
type Queue struct {
	URL     string
	Missing bool
	// Visible messages wait, those in flight are held by an agent.
	Visible, InFlight, DeadLetters int
}

// Task is an ECS task.
type Task struct {
	ARN string
	// Gone means that ECS does not know the task any more.
	Gone                 bool
	Status, StopCode     string
	StopReason           string
	StartedAt, StoppedAt time.Time
	CreatedAt            time.Time
	PullStarted          time.Time
	PullStopped          time.Time
	Connected            bool
	// TookJobs means that the agent has run, so its end with code 0 is no fault.
	TookJobs   bool
	Containers []Container
}

// Container is a container of a task.
type Container struct {
	Name, Reason string
	// Exit is its exit code; nil while it runs or if it never ran.
	Exit *int
}

// Host is an EC2 instance.
type Host struct {
	ID   string
	Gone bool
	// State is as in "running"; ReasonCode and Reason say why it ended.
	State, ReasonCode, Reason string
	BootedAt                  time.Time
	// Registered and Connected are about its ECS agent.
	Registered, Connected bool
}

// Subnet is a subnet of a runner, with its way to AWS.
type Subnet struct {
	ID            string
	Missing       bool
	FreeAddresses int
	// AddressesKnown means that FreeAddresses was read.
	AddressesKnown bool
	// Blocked says why nothing gets out, as in "no route to the internet, and no
	// endpoint for ecr.api"; "" if the subnet has a way or it cannot be judged.
	Blocked string
}

// Role is a role that the runner needs.
type Role struct {
	ARN, Purpose string
	Missing      bool
	// Untrusted is the service that may not assume it; "" if all may.
	Untrusted string
	// Denied are the actions that a simulation refused.
	Denied []string
}
