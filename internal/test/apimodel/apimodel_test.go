package apimodel_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/apimodel"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

func jsonCall(service, operation, body string) fakeaws.Call {
	return fakeaws.Call{Service: service, Operation: operation, Body: []byte(body)}
}

func formCall(service, form string) fakeaws.Call {
	fields, err := url.ParseQuery(form)
	if err != nil {
		panic(err) // written here
	}
	return fakeaws.Call{Service: service, Operation: fields.Get("Action"), Form: fields}
}

// TestCheck: what the models do not permit is found in each protocol, and nothing else.
func TestCheck(t *testing.T) {
	t.Parallel()
	right := []fakeaws.Call{
		jsonCall("sqs", "ReceiveMessage", `{"QueueUrl":"https://q","MaxNumberOfMessages":1,"AttributeNames":["All"]}`),
		jsonCall("dynamodb", "GetItem", `{"TableName":"T","Key":{"a":{"B":"AAA="}}}`),
		jsonCall("ecs", "RunTask", `{"taskDefinition":"t","launchType":"FARGATE"}`),
		formCall("ec2", "Action=RunInstances&Version=1&MinCount=1&MaxCount=1&LaunchTemplate.LaunchTemplateId=lt-0123456789abcdef0&TagSpecification.1.ResourceType=instance"),
		formCall("cloudformation", "Action=CreateStack&StackName=s&Parameters.member.1.ParameterKey=k&Capabilities.member.1=CAPABILITY_IAM"),
		{Service: "s3", Operation: "GetObject", Path: "/bucket/a/key", Query: url.Values{"partNumber": {"1"}}},
		{
			Service: "s3", Operation: "UploadPartCopy", Path: "/bucket/key", Query: url.Values{"partNumber": {"1"}, "uploadId": {"u"}},
			Header: http.Header{"X-Amz-Copy-Source": {"bucket/other"}},
		},
		{Service: "lambda", Operation: "Invoke", Path: "/2015-03-31/functions/name/invocations", Header: http.Header{"X-Amz-Invocation-Type": {"Event"}}},
		jsonCall("states", "SendTaskHeartbeat", `{"taskToken":"t"}`),
	}
	var all apimodel.Requests
	for _, call := range right {
		all.Add(call)
	}
	require.NoError(t, all.Check(t.Context()))

	wrong := []struct {
		call fakeaws.Call
		want string
	}{
		{jsonCall("sqs", "ReceiveMessage", `{"MaxNumberOfMessages":1}`), `sqs.ReceiveMessage: Missing required parameter in input: "QueueUrl"`},
		{jsonCall("sqs", "DeleteMessage", `{"QueueUrl":"q","ReceiptHandle":"r","Receipt":"r"}`), `sqs.DeleteMessage: Unknown parameter in input: "Receipt"`},
		{jsonCall("ecs", "RunTask", `{"taskDefinition":"t","launchType":"FARGET"}`), "ecs.RunTask: launchType 'FARGET' is none of EC2, FARGATE"},
		{jsonCall("states", "SendTaskFailure", `{"taskToken":"t","error":"`+strings.Repeat("e", 257)+`"}`), "states.SendTaskFailure: error has length 257, at most 256"},
		{jsonCall("ssm", "GetParameters", `{"Names":["1","2","3","4","5","6","7","8","9","10","11"]}`), "ssm.GetParameters: Names has length 11, at most 10"},
		{jsonCall("dynamodb", "Query", `{"TableName":"T","Limit":"1"}`), "dynamodb.Query: Invalid type for parameter Limit"},
		{jsonCall("dynamodb", "GetThing", `{}`), "dynamodb.GetThing: there is no such operation"},
		{formCall("ec2", "Action=RunInstances&MinCount=1&MaxCount=1&Stray=1&InstanceInitiatedShutdownBehavior=halt"), "ec2.RunInstances: Stray is no field of it"},
		{formCall("ec2", "Action=RunInstances&MinCount=1&MaxCount=1&InstanceInitiatedShutdownBehavior=halt"), "ec2.RunInstances: InstanceInitiatedShutdownBehavior 'halt' is none of stop, terminate"},
		{formCall("cloudformation", "Action=CreateStack&StackName=s&ClientRequestToken=_"), "cloudformation.CreateStack: ClientRequestToken '_' does not match"},
		{fakeaws.Call{Service: "s3", Operation: "GetObject", Path: "/bucket"}, "s3.GetObject: ValueError"},
		{fakeaws.Call{Service: "s3", Operation: "UploadPartCopy", Path: "/bucket/key", Query: url.Values{"partNumber": {"1"}, "uploadId": {"u"}}}, `s3.UploadPartCopy: Missing required parameter in input: "CopySource"`},
		{
			fakeaws.Call{Service: "lambda", Operation: "Invoke", Path: "/2015-03-31/functions/n/invocations", Header: http.Header{"X-Amz-Invocation-Type": {"Later"}}},
			"lambda.Invoke: InvocationType 'Later' is none of",
		},
		{fakeaws.Call{Service: "lambda", Operation: "Invoke", Path: "/2015-03-31/functions/a name/invocations"}, "lambda.Invoke: FunctionName 'a name' does not match"},
	}
	var mistaken apimodel.Requests
	for _, one := range wrong {
		mistaken.Add(one.call)
	}
	err := mistaken.Check(t.Context())
	require.Error(t, err)
	for _, one := range wrong {
		assert.Contains(t, err.Error(), one.want)
	}
}
