package inspect

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecr"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// call is an operation of a service. There are calls in place of clients: a client in an
// interface would bring all its operations into runnerctl, as the comment of internal/aws.Account says.
type call[Input, Options, Output any] = func(context.Context, *Input, ...func(*Options)) (*Output, error)

// The calls of each service. Their names are those of IAM's actions.
type (
	stackCalls struct {
		DescribeStacks         call[cloudformation.DescribeStacksInput, cloudformation.Options, cloudformation.DescribeStacksOutput]
		DescribeStackEvents    describeStackEvents
		DescribeStackResources call[cloudformation.DescribeStackResourcesInput, cloudformation.Options, cloudformation.DescribeStackResourcesOutput]
		ListStackResources     listStackResources
		GetTemplate            call[cloudformation.GetTemplateInput, cloudformation.Options, cloudformation.GetTemplateOutput]
	}
	planCalls struct {
		DescribeExecution   call[sfn.DescribeExecutionInput, sfn.Options, sfn.DescribeExecutionOutput]
		GetExecutionHistory getExecutionHistory
		ListExecutions      listExecutions
		StopExecution       call[sfn.StopExecutionInput, sfn.Options, sfn.StopExecutionOutput]
	}
	taskCalls struct {
		DescribeTasks              call[ecs.DescribeTasksInput, ecs.Options, ecs.DescribeTasksOutput]
		ListTasks                  listTasks
		DescribeTaskDefinition     call[ecs.DescribeTaskDefinitionInput, ecs.Options, ecs.DescribeTaskDefinitionOutput]
		ListContainerInstances     call[ecs.ListContainerInstancesInput, ecs.Options, ecs.ListContainerInstancesOutput]
		DescribeContainerInstances call[ecs.DescribeContainerInstancesInput, ecs.Options, ecs.DescribeContainerInstancesOutput]
	}
	hostCalls struct {
		DescribeInstances      call[ec2.DescribeInstancesInput, ec2.Options, ec2.DescribeInstancesOutput]
		DescribeSubnets        describeSubnets
		DescribeRouteTables    call[ec2.DescribeRouteTablesInput, ec2.Options, ec2.DescribeRouteTablesOutput]
		DescribeVpcEndpoints   describeVpcEndpoints
		DescribeSecurityGroups describeSecurityGroups
	}
	imageCalls struct {
		DescribeImages call[ecr.DescribeImagesInput, ecr.Options, ecr.DescribeImagesOutput]
	}
	tableCalls struct {
		GetItem call[dynamodb.GetItemInput, dynamodb.Options, dynamodb.GetItemOutput]
		Query   query
	}
	queueCalls struct {
		GetQueueAttributes call[sqs.GetQueueAttributesInput, sqs.Options, sqs.GetQueueAttributesOutput]
	}
	roleCalls struct {
		GetRole                 call[iam.GetRoleInput, iam.Options, iam.GetRoleOutput]
		SimulatePrincipalPolicy call[iam.SimulatePrincipalPolicyInput, iam.Options, iam.SimulatePrincipalPolicyOutput]
	}
	functionCalls struct {
		GetFunctionConfiguration call[lambda.GetFunctionConfigurationInput, lambda.Options, lambda.GetFunctionConfigurationOutput]
		GetFunctionConcurrency   call[lambda.GetFunctionConcurrencyInput, lambda.Options, lambda.GetFunctionConcurrencyOutput]
	}
	lineCalls struct {
		GetLogEvents call[cloudwatchlogs.GetLogEventsInput, cloudwatchlogs.Options, cloudwatchlogs.GetLogEventsOutput]
	}
	objectCalls struct {
		ListObjectsV2 listObjectsV2
		GetObject     call[s3.GetObjectInput, s3.Options, s3.GetObjectOutput]
	}
)

// The calls that the SDK's paginators use.
type (
	describeStackEvents    func(context.Context, *cloudformation.DescribeStackEventsInput, ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error)
	listStackResources     func(context.Context, *cloudformation.ListStackResourcesInput, ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error)
	getExecutionHistory    func(context.Context, *sfn.GetExecutionHistoryInput, ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error)
	listExecutions         func(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error)
	listTasks              func(context.Context, *ecs.ListTasksInput, ...func(*ecs.Options)) (*ecs.ListTasksOutput, error)
	describeSubnets        func(context.Context, *ec2.DescribeSubnetsInput, ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error)
	describeVpcEndpoints   func(context.Context, *ec2.DescribeVpcEndpointsInput, ...func(*ec2.Options)) (*ec2.DescribeVpcEndpointsOutput, error)
	describeSecurityGroups func(context.Context, *ec2.DescribeSecurityGroupsInput, ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error)
	query                  func(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
	listObjectsV2          func(context.Context, *s3.ListObjectsV2Input, ...func(*s3.Options)) (*s3.ListObjectsV2Output, error)
)

// DescribeStackEvents implements the paginator's interface.
func (c describeStackEvents) DescribeStackEvents(ctx context.Context, in *cloudformation.DescribeStackEventsInput, o ...func(*cloudformation.Options)) (*cloudformation.DescribeStackEventsOutput, error) {
	return c(ctx, in, o...)
}

// ListStackResources implements the paginator's interface.
func (c listStackResources) ListStackResources(ctx context.Context, in *cloudformation.ListStackResourcesInput, o ...func(*cloudformation.Options)) (*cloudformation.ListStackResourcesOutput, error) {
	return c(ctx, in, o...)
}

// GetExecutionHistory implements the paginator's interface.
func (c getExecutionHistory) GetExecutionHistory(ctx context.Context, in *sfn.GetExecutionHistoryInput, o ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	return c(ctx, in, o...)
}

// ListExecutions implements the paginator's interface.
func (c listExecutions) ListExecutions(ctx context.Context, in *sfn.ListExecutionsInput, o ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	return c(ctx, in, o...)
}

// ListTasks implements the paginator's interface.
func (c listTasks) ListTasks(ctx context.Context, in *ecs.ListTasksInput, o ...func(*ecs.Options)) (*ecs.ListTasksOutput, error) {
	return c(ctx, in, o...)
}

// DescribeSubnets implements the paginator's interface.
func (c describeSubnets) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput, o ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return c(ctx, in, o...)
}

// DescribeVpcEndpoints implements the paginator's interface.
func (c describeVpcEndpoints) DescribeVpcEndpoints(ctx context.Context, in *ec2.DescribeVpcEndpointsInput, o ...func(*ec2.Options)) (*ec2.DescribeVpcEndpointsOutput, error) {
	return c(ctx, in, o...)
}

// DescribeSecurityGroups implements the paginator's interface.
func (c describeSecurityGroups) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput, o ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error) {
	return c(ctx, in, o...)
}

// Query implements the paginator's interface.
func (c query) Query(ctx context.Context, in *dynamodb.QueryInput, o ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return c(ctx, in, o...)
}

// ListObjectsV2 implements the paginator's interface.
func (c listObjectsV2) ListObjectsV2(ctx context.Context, in *s3.ListObjectsV2Input, o ...func(*s3.Options)) (*s3.ListObjectsV2Output, error) {
	return c(ctx, in, o...)
}

// Account is an account and region, read with the caller's own credentials.
type Account struct {
	region    string
	stacks    stackCalls
	plans     planCalls
	tasks     taskCalls
	hosts     hostCalls
	images    imageCalls
	table     tableCalls
	queues    queueCalls
	roles     roleCalls
	functions functionCalls
	lines     lineCalls
	objects   objectCalls
}

// New returns the account of a configuration's credentials and region.
func New(c aws.Config) *Account {
	stacks := cloudformation.NewFromConfig(c)
	plans := sfn.NewFromConfig(c)
	tasks := ecs.NewFromConfig(c)
	hosts := ec2.NewFromConfig(c)
	images := ecr.NewFromConfig(c)
	table := dynamodb.NewFromConfig(c)
	queues := sqs.NewFromConfig(c)
	roles := iam.NewFromConfig(c)
	functions := lambda.NewFromConfig(c)
	lines := cloudwatchlogs.NewFromConfig(c)
	objects := s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = o.BaseEndpoint != nil })
	return &Account{
		region:    c.Region,
		stacks:    stackCalls{stacks.DescribeStacks, stacks.DescribeStackEvents, stacks.DescribeStackResources, stacks.ListStackResources, stacks.GetTemplate},
		plans:     planCalls{plans.DescribeExecution, plans.GetExecutionHistory, plans.ListExecutions, plans.StopExecution},
		tasks:     taskCalls{tasks.DescribeTasks, tasks.ListTasks, tasks.DescribeTaskDefinition, tasks.ListContainerInstances, tasks.DescribeContainerInstances},
		hosts:     hostCalls{hosts.DescribeInstances, hosts.DescribeSubnets, hosts.DescribeRouteTables, hosts.DescribeVpcEndpoints, hosts.DescribeSecurityGroups},
		images:    imageCalls{images.DescribeImages},
		table:     tableCalls{table.GetItem, table.Query},
		queues:    queueCalls{queues.GetQueueAttributes},
		roles:     roleCalls{roles.GetRole, roles.SimulatePrincipalPolicy},
		functions: functionCalls{functions.GetFunctionConfiguration, functions.GetFunctionConcurrency},
		lines:     lineCalls{lines.GetLogEvents},
		objects:   objectCalls{objects.ListObjectsV2, objects.GetObject},
	}
}
