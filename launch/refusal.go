package launch

import (
	"fmt"
	"slices"
	"strings"
)

// Refusal is a service's answer that says no: an exception, or, for RunTask,
// an answer without a task. It is an error.
type Refusal struct {
	// Code is the exception's name, as in ClusterNotFoundException.
	Code    string
	Message string
	// Failures are RunTask's, when there was no exception.
	Failures []RunFailure
}

// RunFailure is one of RunTask's failures.
type RunFailure struct{ Reason, Detail string }

// Error implements error.
func (r *Refusal) Error() string {
	if r.Code != "" {
		return strings.TrimSuffix(r.Code+": "+r.Message, ": ")
	}
	texts := make([]string, len(r.Failures))
	for i, failure := range r.Failures {
		texts[i] = failure.Reason
		if failure.Detail != "" {
			texts[i] += " (" + failure.Detail + ")"
		}
	}
	if len(texts) == 0 {
		return "no task and no reason were given"
	}
	return strings.Join(texts, ", ")
}

// remedy is what to do about a refusal.
type remedy int

const (
	// giveUp: asking again is of no use.
	giveUp remedy = iota
	// askAgain: it may pass, so it is asked again after a pause.
	askAgain
	// askAnew: the token names another request, so a new one is needed.
	askAnew
	// askElsewhere: another subnet may do.
	askElsewhere
)

// rule says what to do about refusals whose text has all of these in it, or,
// after =, of which that is one of the failures' reasons. Upper and lower case
// are the same. Of several rules, the first counts.
type rule struct {
	has    []string
	remedy remedy
	advice string
}

func (r *Refusal) judge(rules []rule) (remedy, string) {
	for _, rule := range rules {
		if !slices.ContainsFunc(rule.has, func(part string) bool { return !r.says(part) }) {
			return rule.remedy, rule.advice
		}
	}
	return giveUp, "see the reason above; runnerctl validate checks what can be checked before a deployment"
}

func (r *Refusal) says(part string) bool {
	if reason, exact := strings.CutPrefix(part, "="); exact {
		return slices.ContainsFunc(r.Failures, func(f RunFailure) bool { return strings.EqualFold(f.Reason, reason) })
	}
	return strings.Contains(strings.ToLower(r.Error()), strings.ToLower(part))
}

// taskRules are for RunTask (ECS developer guide, "API failure reasons"; the
// API reference's errors of RunTask).
func taskRules() []rule {
	const (
		quota   = "raise the account's quota of Fargate vCPUs or tasks in Service Quotas, or run fewer runners at a time"
		fit     = "give the Runner less Cpu or Memory, or its Ec2Configuration a larger InstanceType; leave 20-30% of the host's memory to its operating system"
		host    = "the runner's EC2 host has left the cluster or does not report to it; see its log in the Runner's EcsClientLogGroup"
		later   = "it usually passes; give the step a Retry, or the Runner subnets in more availability zones"
		role    = "let the launcher's role run the task definition and pass its roles (iam:PassRole)"
		define  = "make the Runner's task definition fit its launch type: Fargate without Ec2Configuration, EC2 with it"
		cluster = "create the cluster, or give the Runner the EcsCluster of one that exists"
	)
	return []rule{
		{[]string{"ConflictException"}, askAnew, later},
		{[]string{"throttl"}, askAgain, later},
		{[]string{"rate exceeded"}, askAgain, later},
		{[]string{"TooManyRequests"}, askAgain, later},
		{[]string{"RequestLimitExceeded"}, askAgain, later},
		{[]string{"capacity is unavailable"}, askAgain, later},
		{[]string{"ServerException"}, askAgain, later},
		{[]string{"ServiceUnavailable"}, askAgain, later},
		{[]string{"InternalServer"}, askAgain, later},
		{[]string{"InternalFailure"}, askAgain, later},
		{[]string{"limit on the number of"}, askAgain, quota},
		{[]string{"LimitExceeded"}, askAgain, quota},
		{[]string{"concurrent tasks"}, askAgain, quota},
		{[]string{"RESOURCE:ENI"}, askAgain, "the subnets or hosts have no free network interface; give the Runner subnets with free addresses or a larger InstanceType"},
		{[]string{"RESOURCE:GPU"}, askAgain, "give the Runner an InstanceType with the GPUs that its task definition asks for"},
		{[]string{"RESOURCE:"}, askAgain, fit},
		{[]string{"=EMPTY CAPACITY PROVIDER"}, giveUp, cluster},
		{[]string{"=NO ACTIVE INSTANCES"}, askAgain, host},
		{[]string{"No Container Instances were found"}, askAgain, host},
		{[]string{"MemberOf placement constraint unsatisfied"}, askAgain, host},
		{[]string{"=MISSING"}, askAgain, host},
		{[]string{"=INACTIVE"}, giveUp, cluster},
		{[]string{"=ATTRIBUTE"}, askAgain, "the runner's EC2 host lacks what the task definition asks for (network mode, log driver, volumes, roles); give the Runner another Ami or task definition"},
		{[]string{"=AGENT"}, askAgain, host},
		{[]string{"=LOCATION"}, askAgain, later},
		{[]string{"ClusterNotFound"}, giveUp, cluster},
		{[]string{"AccessDenied"}, giveUp, role},
		{[]string{"not authorized"}, giveUp, role},
		{[]string{"service linked role"}, giveUp, "create ECS's service-linked role: aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com"},
		{[]string{"PlatformTaskDefinitionIncompatibility"}, giveUp, define},
		{[]string{"not compatible with"}, giveUp, define},
		{[]string{"does not match the launch type"}, giveUp, define},
		{[]string{"TaskDefinition", "not found"}, giveUp, "deploy the task definition that TaskDefinitionArn names, in this account and region"},
		{[]string{"TaskDefinition", "inactive"}, giveUp, "name an active revision in TaskDefinitionArn"},
		{[]string{"container", "override"}, giveUp, "name a container of the task definition in ContainerName"},
		{[]string{"'cpu' setting"}, giveUp, "give the Runner a Cpu and Memory that Fargate has together"},
		{[]string{"No Fargate configuration"}, giveUp, "give the Runner a Cpu and Memory that Fargate has together"},
		{[]string{"subnet"}, giveUp, "give the Runner Subnets that exist in this account, all of one VPC"},
		{[]string{"security group"}, giveUp, "give the Runner SecurityGroups of its Subnets' VPC"},
		{[]string{"BlockedException"}, giveUp, "the account is blocked from ECS; ask AWS Support"},
	}
}

// hostRules are for RunInstances (EC2 API reference, "Error codes").
func hostRules() []rule {
	const (
		elsewhere = "give the Runner Subnets in more availability zones, or another InstanceType"
		later     = "it usually passes; give the step a Retry"
		deploy    = "deploy the stack again"
	)
	return []rule{
		{[]string{"IdempotentParameterMismatch"}, askAnew, later},
		{[]string{"InsufficientInstanceCapacity"}, askElsewhere, elsewhere},
		{[]string{"InsufficientHostCapacity"}, askElsewhere, elsewhere},
		{[]string{"InsufficientReservedInstanceCapacity"}, askElsewhere, elsewhere},
		{[]string{"InsufficientCapacity"}, askElsewhere, elsewhere},
		{[]string{"InsufficientFreeAddressesInSubnet"}, askElsewhere, "give the Runner Subnets with free addresses"},
		{[]string{"Unsupported", "zone"}, askElsewhere, elsewhere},
		{[]string{"InvalidSubnetID.NotFound"}, askElsewhere, "give the Runner Subnets that exist in this account"},
		{[]string{"VcpuLimitExceeded"}, askAgain, "raise the account's quota of EC2 vCPUs in Service Quotas"},
		{[]string{"InstanceLimitExceeded"}, askAgain, "raise the account's quota of EC2 instances in Service Quotas"},
		{[]string{"PendingVerification"}, giveUp, "AWS is still verifying the account; try again in some hours"},
		{[]string{"OptInRequired"}, giveUp, "subscribe to the Ami in the AWS Marketplace"},
		{[]string{"throttl"}, askAgain, later},
		{[]string{"RequestLimitExceeded"}, askAgain, later},
		{[]string{"InternalError"}, askAgain, later},
		{[]string{"InternalFailure"}, askAgain, later},
		{[]string{"Unavailable"}, askAgain, later},
		{[]string{"ServerInternal"}, askAgain, later},
		{[]string{"InvalidAMIID"}, giveUp, "give the Runner an Ami that exists in this region"},
		{[]string{"InvalidLaunchTemplate"}, giveUp, deploy},
		{[]string{"instance profile"}, giveUp, "create the instance profile, or name another in InstanceProfileName"},
		{[]string{"architecture"}, giveUp, "give the Runner an Ami of its InstanceType's architecture (those that end in _arm64 are for Graviton)"},
		{[]string{"InvalidGroup"}, giveUp, "give the Runner SecurityGroups of its Subnets' VPC"},
		{[]string{"UnauthorizedOperation"}, giveUp, "let the launcher's role run instances from the launch template and pass the instance profile's role (iam:PassRole)"},
		{[]string{"AccessDenied"}, giveUp, "let the launcher's role run instances from the launch template and pass the instance profile's role (iam:PassRole)"},
		{[]string{"Unsupported"}, giveUp, "give the Runner an InstanceType and an Ami that go together"},
	}
}

// refused is a failure for people: what was attempted, the service's words, how
// often it was tried, and what to do.
func refused(name, attempted string, refusal error, tries int, advice string) *Failure {
	cause := fmt.Sprintf("%s: %s", attempted, refusal)
	if tries > 1 {
		cause += fmt.Sprintf(" (tried %d times)", tries)
	}
	return &Failure{name, cause + ". What to do: " + advice}
}
