package authz

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

// known are facts of an account.
type known struct{}

func (known) InstanceTags(id string) map[string]string {
	return map[string]map[string]string{"i-1": {"AttiniResourceType": "RunnerInstance"}}[id]
}

func (known) LaunchTemplate(id, _ string) LaunchTemplate {
	if id != "lt-1" {
		return LaunchTemplate{}
	}
	return LaunchTemplate{
		InstanceType: "m5.large", Image: "ami-1", SecurityGroups: []string{"sg-1"}, KeyName: "root", ProfileRole: "arn:aws:iam::1:role/host",
		Tags: map[string]map[string]string{"instance": {"A": "1"}},
	}
}

func (known) TaskDefinition(name string) TaskDefinition {
	if name != "family" {
		return TaskDefinition{}
	}
	return TaskDefinition{ARN: "arn:aws:ecs:r:1:task-definition/family:7", TaskRole: "arn:aws:iam::1:role/task", ExecutionRole: "arn:aws:iam::1:role/execution"}
}

func (known) HashKey(string) string { return "kind" }

func (known) StackTags(string) map[string]string { return map[string]string{"Kind": "x"} }

// asked are the requests of a call, one a line.
func asked(call fakeaws.Call) string {
	if call.Path == "" {
		call.Path = "/"
	}
	a := &Authority{place: place{partition: "aws", region: "r", account: "1"}, facts: known{}}
	var lines []string
	for _, request := range a.questions(call) {
		line := request.Action + " " + request.Resource
		for _, key := range sortedKeys(request.Context) {
			line += " " + key + "=" + strings.Join(request.Context[key], ",")
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func sortedKeys(context iam.Context) []string {
	var keys []string
	for key := range context {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestQuestions: what each kind of call puts to IAM.
func TestQuestions(t *testing.T) {
	t.Parallel()
	body := func(service, operation, body string) fakeaws.Call {
		return fakeaws.Call{Service: service, Operation: operation, Body: []byte(body)}
	}
	object := func(operation, path, query string, header ...string) fakeaws.Call {
		values, _ := url.ParseQuery(query)
		call := fakeaws.Call{Service: "s3", Operation: operation, Path: path, Query: values, Header: http.Header{}}
		for i := 0; i+1 < len(header); i += 2 {
			call.Header.Set(header[i], header[i+1])
		}
		return call
	}
	form := func(service, operation, form string) fakeaws.Call {
		values, _ := url.ParseQuery(form)
		return fakeaws.Call{Service: service, Operation: operation, Form: values}
	}
	for name, c := range map[string]struct {
		call fakeaws.Call
		want string
	}{
		"queue":         {body("sqs", "SendMessage", `{"QueueUrl":"https://sqs/1/q.fifo"}`), "sqs:SendMessage arn:aws:sqs:r:1:q.fifo"},
		"new queue":     {body("sqs", "CreateQueue", `{"QueueName":"q"}`), "sqs:CreateQueue arn:aws:sqs:r:1:q"},
		"all queues":    {body("sqs", "ListQueues", `{}`), "sqs:ListQueues *"},
		"token":         {body("states", "SendTaskSuccess", `{"taskToken":"x"}`), "states:SendTaskSuccess *"},
		"state machine": {body("states", "StartExecution", `{"stateMachineArn":"arn:m"}`), "states:StartExecution arn:m"},
		"execution":     {body("states", "StopExecution", `{"executionArn":"arn:e"}`), "states:StopExecution arn:e"},
		"item": {body("dynamodb", "GetItem", `{"TableName":"t","Key":{"kind":{"S":"K"},"n":{"N":"1"}},"ProjectionExpression":"#a.b[0], c"
			,"ExpressionAttributeNames":{"#a":"aa"}}`), "dynamodb:GetItem arn:aws:dynamodb:r:1:table/t dynamodb:Attributes=aa,c,kind,n dynamodb:LeadingKeys=K"},
		"update": {
			body("dynamodb", "UpdateItem", `{"TableName":"arn:aws:dynamodb:r:1:table/t","Key":{"kind":{"S":"K"}},"ReturnValues":"ALL_NEW",
			"UpdateExpression":"SET a = if_not_exists(b, :v) REMOVE #c","ConditionExpression":"attribute_exists(d) AND NOT (e IN (:v))","ExpressionAttributeNames":{"#c":"cc"}}`),
			"dynamodb:UpdateItem arn:aws:dynamodb:r:1:table/t dynamodb:Attributes=a,b,cc,d,e,kind dynamodb:LeadingKeys=K dynamodb:ReturnValues=ALL_NEW",
		},
		"query": {
			body("dynamodb", "Query", `{"TableName":"t","KeyConditionExpression":"#k = :k AND begins_with(n, :p)","Select":"COUNT",
			"ExpressionAttributeNames":{"#k":"kind"},"ExpressionAttributeValues":{":k":{"S":"K"},":p":{"S":"x"}}}`),
			"dynamodb:Query arn:aws:dynamodb:r:1:table/t dynamodb:Attributes=kind,n dynamodb:LeadingKeys=K dynamodb:Select=COUNT",
		},
		"scan": {body("dynamodb", "Scan", `{"TableName":"t"}`), "dynamodb:Scan arn:aws:dynamodb:r:1:table/t"},
		"transaction": {
			body("dynamodb", "TransactWriteItems", `{"TransactItems":[{"Put":{"TableName":"t","Item":{"kind":{"S":"K"}}}},{"ConditionCheck":{"TableName":"u","Key":{"kind":{"S":"L"}}}}]}`),
			"dynamodb:PutItem arn:aws:dynamodb:r:1:table/t dynamodb:Attributes=kind dynamodb:EnclosingOperation=TransactWriteItems dynamodb:LeadingKeys=K\n" +
				"dynamodb:ConditionCheckItem arn:aws:dynamodb:r:1:table/u dynamodb:Attributes=kind dynamodb:EnclosingOperation=TransactWriteItems dynamodb:LeadingKeys=L",
		},
		"batch":      {body("dynamodb", "BatchGetItem", `{"RequestItems":{"t":{"Keys":[{"kind":{"S":"K"}},{"kind":{"S":"L"}}]}}}`), "dynamodb:BatchGetItem arn:aws:dynamodb:r:1:table/t dynamodb:LeadingKeys=K,L"},
		"object":     {object("HeadObject", "/b/k/l", ""), "s3:GetObject arn:aws:s3:::b/k/l"},
		"version":    {object("GetObject", "/b/k", "versionId=v"), "s3:GetObjectVersion arn:aws:s3:::b/k s3:VersionId=v"},
		"list":       {object("ListObjectsV2", "/b", "list-type=2&prefix=p/"), "s3:ListBucket arn:aws:s3:::b s3:prefix=p/"},
		"copy":       {object("UploadPartCopy", "/b/k", "", "X-Amz-Copy-Source", "c/s%20t?versionId=1"), "s3:GetObject arn:aws:s3:::c/s t\ns3:PutObject arn:aws:s3:::b/k"},
		"parameters": {body("ssm", "GetParameters", `{"Names":["/aws/service/x","mine"]}`), "ssm:GetParameters arn:aws:ssm:r::parameter/aws/service/x\nssm:GetParameters arn:aws:ssm:r:1:parameter/mine"},
		"function":   {fakeaws.Call{Service: "lambda", Operation: "Invoke", Path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Ar%3A1%3Afunction%3Af%3Alive/invocations"}, "lambda:InvokeFunction arn:aws:lambda:r:1:function:f:live"},
		"stack":      {form("cloudformation", "DeleteStack", "StackName=s"), "cloudformation:DeleteStack arn:aws:cloudformation:r:1:stack/s/* aws:ResourceTag/Kind=x"},
		"new stack": {
			form("cloudformation", "CreateStack", "StackName=s&Tags.member.1.Key=A&Tags.member.1.Value=b&RoleARN=arn:role"),
			"cloudformation:CreateStack arn:aws:cloudformation:r:1:stack/s/* aws:RequestTag/A=b\niam:PassRole arn:role iam:PassedToService=cloudformation.amazonaws.com",
		},
		"alarm":       {form("monitoring", "DescribeAlarms", ""), "cloudwatch:DescribeAlarms *"},
		"task":        {body("ecs", "StopTask", `{"cluster":"arn:aws:ecs:r:1:cluster/c","task":"t"}`), "ecs:StopTask arn:aws:ecs:r:1:task/c/t ecs:cluster=arn:aws:ecs:r:1:cluster/c"},
		"tasks":       {body("ecs", "DescribeTasks", `{"tasks":["arn:aws:ecs:r:1:task/c/t"]}`), "ecs:DescribeTasks arn:aws:ecs:r:1:task/c/t ecs:cluster=arn:aws:ecs:r:1:cluster/default"},
		"definition":  {body("ecs", "DescribeTaskDefinition", `{"taskDefinition":"family"}`), "ecs:DescribeTaskDefinition *"},
		"instances":   {form("ec2", "TerminateInstances", "InstanceId.1=i-1&InstanceId.2=i-2"), "ec2:TerminateInstances arn:aws:ec2:r:1:instance/i-1 aws:ResourceTag/AttiniResourceType=RunnerInstance ec2:ResourceTag/AttiniResourceType=RunnerInstance\nec2:TerminateInstances arn:aws:ec2:r:1:instance/i-2"},
		"description": {form("ec2", "DescribeInstances", "InstanceId.1=i-1"), "ec2:DescribeInstances *"},
		"run a task": {
			body("ecs", "RunTask", `{"cluster":"c","taskDefinition":"family","propagateTags":"TASK_DEFINITION"}`),
			"ecs:RunTask arn:aws:ecs:r:1:task-definition/family:7 ecs:cluster=arn:aws:ecs:r:1:cluster/c\n" +
				"ecs:TagResource arn:aws:ecs:r:1:task/c/* ecs:CreateAction=RunTask\n" +
				"iam:PassRole arn:aws:iam::1:role/task iam:PassedToService=ecs-tasks.amazonaws.com\niam:PassRole arn:aws:iam::1:role/execution iam:PassedToService=ecs-tasks.amazonaws.com",
		},
		"run a task with a role": {
			body("ecs", "RunTask", `{"taskDefinition":"other:1","overrides":{"taskRoleArn":"arn:own"}}`),
			"ecs:RunTask arn:aws:ecs:r:1:task-definition/other:1 ecs:cluster=arn:aws:ecs:r:1:cluster/default\niam:PassRole arn:own iam:PassedToService=ecs-tasks.amazonaws.com",
		},
		"run an instance": {form("ec2", "RunInstances", "LaunchTemplate.LaunchTemplateId=lt-1&LaunchTemplate.Version=1&SubnetId=subnet-1"), strings.Join([]string{
			"ec2:RunInstances arn:aws:ec2:r:1:instance/* aws:RequestTag/A=1 aws:TagKeys=A ec2:InstanceType=m5.large ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r::image/ami-1 ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:launch-template/lt-1 ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:network-interface/* ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:volume/* ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:security-group/sg-1 ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:subnet/subnet-1 ec2:IsLaunchTemplateResource=false ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:RunInstances arn:aws:ec2:r:1:key-pair/root ec2:IsLaunchTemplateResource=true ec2:LaunchTemplate=arn:aws:ec2:r:1:launch-template/lt-1",
			"ec2:CreateTags arn:aws:ec2:r:1:instance/* aws:RequestTag/A=1 aws:TagKeys=A ec2:CreateAction=RunInstances",
			"iam:PassRole arn:aws:iam::1:role/host iam:PassedToService=ec2.amazonaws.com",
		}, "\n")},
		"unknown": {body("glue", "GetJobs", `{}`), "glue:GetJobs *"},
		"no JSON": {body("sqs", "SendMessage", `[`), "sqs:SendMessage *"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, asked(c.call))
		})
	}
}
