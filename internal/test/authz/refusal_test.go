package authz_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
	"github.com/attini-go/runner/internal/test/iam"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	keyAdministrator = "AKIAADMIN"
	keyTask          = "AKIATASK"
	keyElse          = "AKIAELSE"
	prefix           = "arn:aws:iam::" + fakeaws.Account + ":role/"
	here             = ":" + fakeaws.Region + ":" + fakeaws.Account + ":"
)

// roles are those of the test: one with nothing, one that lists a bucket, one with
// a Deny, and one with a boundary.
const roles = `
Resources:
  Nothing: {Type: AWS::IAM::Role, Properties: {RoleName: nothing, Path: /team/, AssumeRolePolicyDocument: &tasks {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: sts:AssumeRole, Principal: {Service: ecs-tasks.amazonaws.com}}]}}}
  Reader: {Type: AWS::IAM::Role, Properties: {RoleName: reader, AssumeRolePolicyDocument: *tasks, Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: s3:GetObject, Resource: "*"}]}}]}}
  Lister: {Type: AWS::IAM::Role, Properties: {RoleName: lister, AssumeRolePolicyDocument: *tasks, Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Allow, Action: ["s3:GetObject", "s3:ListBucket"], Resource: "*"}]}}]}}
  Denied: {Type: AWS::IAM::Role, Properties: {RoleName: denied, AssumeRolePolicyDocument: *tasks, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"],
    Policies: [{PolicyName: p, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Deny, Action: "sqs:*", Resource: "*"}]}}]}}
  Bound: {Type: AWS::IAM::ManagedPolicy, Properties: {ManagedPolicyName: bound, PolicyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}}
  Bounded: {Type: AWS::IAM::Role, Properties: {RoleName: bounded, AssumeRolePolicyDocument: *tasks, PermissionsBoundary: !Ref Bound, ManagedPolicyArns: ["arn:aws:iam::aws:policy/AdministratorAccess"]}}
  Closed: {Type: AWS::S3::Bucket, Properties: {BucketName: closed}}
  ClosedPolicy: {Type: AWS::S3::BucketPolicy, Properties: {Bucket: !Ref Closed, PolicyDocument: {Version: "2012-10-17", Statement: [
    {Effect: Deny, Principal: "*", Action: "s3:GetObject", Resource: "arn:aws:s3:::closed/*"}]}}}
`

// fixture is a Cloud with the roles.
type fixture struct {
	cloud     *fakeaws.Cloud
	record    *authz.Record
	transport *http.Transport
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	cloud, err := fakeaws.Open(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, cloud.Close()) })
	b := &fixture{cloud: cloud, record: authz.NewRecord(), transport: &http.Transport{}}
	t.Cleanup(b.transport.CloseIdleConnections)
	authority := authz.New(authz.Config{Cloud: cloud, Record: b.record})
	everything, err := iam.Managed("arn:aws:iam::aws:policy/AdministratorAccess")
	require.NoError(t, err)
	authority.AddUser(keyAdministrator, "administrator", everything)
	authority.AddService(keyTask, authz.Service{Name: "ecs-tasks.amazonaws.com"})
	authority.AddService(keyElse, authz.Service{Name: "lambda.amazonaws.com"})
	cloud.SetJudge(authority)
	stacks := cloudformation.NewFromConfig(b.as(keyAdministrator, ""))
	_, err = stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("roles"), TemplateBody: aws.String(roles)})
	require.NoError(t, err)
	waiter := cloudformation.NewStackCreateCompleteWaiter(stacks, func(o *cloudformation.StackCreateCompleteWaiterOptions) {
		o.MinDelay, o.MaxDelay = 10*time.Millisecond, time.Second
	})
	require.NoError(t, waiter.Wait(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("roles")}, 30*time.Second))
	return b
}

// as is the configuration of an access key, in a session of a role where one is
// given.
func (b *fixture) as(key, role string) aws.Config {
	return aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(b.cloud.Endpoint()), HTTPClient: &http.Client{Transport: b.transport}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, "standin", role),
	}
}

func objects(config aws.Config) *s3.Client {
	return s3.NewFromConfig(config, func(o *s3.Options) { o.UsePathStyle = true })
}

// refused holds an error to AWS's code and words.
func refused(t *testing.T, err error, code, words string) {
	t.Helper()
	var api smithy.APIError
	require.ErrorAs(t, err, &api)
	assert.Equal(t, code, api.ErrorCode())
	assert.Contains(t, api.ErrorMessage(), words)
}

// TestRefusals: each service refuses with its own code, in AWS's words, in its own
// protocol; and says nothing of what it would have answered.
func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	ctx, nothing := t.Context(), b.as(keyTask, prefix+"team/nothing")
	const user = "User: arn:aws:sts::" + fakeaws.Account + ":assumed-role/nothing/" + keyTask + " is not authorized to perform: "
	why := func(action string) string {
		return " because no identity-based policy allows the " + action + " action"
	}
	for name, c := range map[string]struct {
		call        func(context.Context) error
		code, words string
	}{
		"sqs": {func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(nothing).DeleteQueue(ctx, &sqs.DeleteQueueInput{QueueUrl: aws.String(b.cloud.Endpoint() + "/" + fakeaws.Account + "/q")})
			return err
		}, "AccessDenied", user + "sqs:deletequeue on resource: arn:aws:sqs" + here + "q" + why("sqs:deletequeue")},
		"dynamodb": {func(ctx context.Context) error {
			_, err := dynamodb.NewFromConfig(nothing).GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("table"), Key: map[string]types.AttributeValue{"k": &types.AttributeValueMemberS{Value: "v"}}})
			return err
		}, "AccessDeniedException", user + "dynamodb:GetItem on resource: arn:aws:dynamodb" + here + "table/table" + why("dynamodb:GetItem")},
		"states": {func(ctx context.Context) error {
			_, err := sfn.NewFromConfig(nothing).SendTaskHeartbeat(ctx, &sfn.SendTaskHeartbeatInput{TaskToken: aws.String("x")})
			return err
		}, "AccessDeniedException", user + "states:SendTaskHeartbeat" + why("states:SendTaskHeartbeat")},
		"ecs": {func(ctx context.Context) error {
			_, err := ecs.NewFromConfig(nothing).StopTask(ctx, &ecs.StopTaskInput{Cluster: aws.String("c"), Task: aws.String("t")})
			return err
		}, "AccessDeniedException", user + "ecs:StopTask on resource: arn:aws:ecs" + here + "task/c/t" + why("ecs:StopTask")},
		"ssm": {func(ctx context.Context) error {
			_, err := ssm.NewFromConfig(nothing).GetParameters(ctx, &ssm.GetParametersInput{Names: []string{"/a"}})
			return err
		}, "AccessDeniedException", user + "ssm:GetParameters on resource: arn:aws:ssm" + here + "parameter/a" + why("ssm:GetParameters")},
		"ec2": {func(ctx context.Context) error {
			_, err := ec2.NewFromConfig(nothing).TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{"i-1"}})
			return err
		}, "UnauthorizedOperation", "You are not authorized to perform this operation. " + user + "ec2:TerminateInstances on resource: arn:aws:ec2" + here + "instance/i-1" +
			why("ec2:TerminateInstances") + ". Encoded authorization failure message: "},
		"cloudformation": {func(ctx context.Context) error {
			_, err := cloudformation.NewFromConfig(nothing).DeleteStack(ctx, &cloudformation.DeleteStackInput{StackName: aws.String("roles")})
			return err
		}, "AccessDenied", user + "cloudformation:DeleteStack on resource: arn:aws:cloudformation" + here + "stack/roles/*" + why("cloudformation:DeleteStack")},
		"s3": {func(ctx context.Context) error {
			_, err := objects(nothing).PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("closed"), Key: aws.String("k"), Body: bytes.NewReader(nil)})
			return err
		}, "AccessDenied", user + `s3:PutObject on resource: "arn:aws:s3:::closed/k"` + why("s3:PutObject")},
		"explicitly": {func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(b.as(keyTask, prefix+"denied")).ListQueues(ctx, nil)
			return err
		}, "AccessDenied", " with an explicit deny in an identity-based policy"},
		"by the boundary": {func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(b.as(keyTask, prefix+"bounded")).ListQueues(ctx, nil)
			return err
		}, "AccessDenied", "because no permissions boundary allows the sqs:listqueues action"},
		"by the bucket": {func(ctx context.Context) error {
			_, err := objects(b.as(keyTask, prefix+"bounded")).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("closed"), Key: aws.String("k")})
			return err
		}, "AccessDenied", "with an explicit deny in a resource-based policy"},
		"nobody": {func(ctx context.Context) error {
			_, err := sqs.NewFromConfig(b.as("AKIANOBODY", "")).ListQueues(ctx, nil)
			return err
		}, "UnrecognizedClientException", "The security token included in the request is invalid."},
		"a role that is none": {func(ctx context.Context) error {
			_, err := ec2.NewFromConfig(b.as(keyTask, prefix+"nothing")).DescribeVpcs(ctx, nil) // its path is missing
			return err
		}, "AuthFailure", "invalid"},
		"a role of another service": {func(ctx context.Context) error {
			_, err := objects(b.as(keyElse, prefix+"reader")).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("closed"), Key: aws.String("k")})
			return err
		}, "InvalidAccessKeyId", "invalid"},
	} {
		t.Run(name, func(t *testing.T) { refused(t, c.call(ctx), c.code, c.words) })
	}
	assert.NotEmpty(t, b.record.Refused())

	// Step Functions calls functions.
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.cloud.Endpoint()+"/2015-03-31/functions/f/invocations", strings.NewReader("{}"))
	require.NoError(t, err)
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+keyTask+"/20260101/"+fakeaws.Region+"/lambda/aws4_request, SignedHeaders=host, Signature=0")
	request.Header.Set("X-Amz-Security-Token", prefix+"team/nothing")
	response, err := b.transport.RoundTrip(request)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	assert.Equal(t, "AccessDeniedException", response.Header.Get("X-Amzn-Errortype"))
	assert.JSONEq(t, `{"Message":"`+user+`lambda:InvokeFunction on resource: arn:aws:lambda`+here+`function:f`+why("lambda:InvokeFunction")+`"}`, string(body))
}

// TestMissingObject: S3 says that an object is missing to those who may list the
// bucket; to others it is refused.
func TestMissingObject(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	administrator := objects(b.as(keyAdministrator, ""))
	_, err := administrator.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("open")})
	require.NoError(t, err)
	_, err = administrator.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("open"), Key: aws.String("there"), Body: bytes.NewReader([]byte("x"))})
	require.NoError(t, err)
	get := func(role, key string) error {
		_, err := objects(b.as(keyTask, prefix+role)).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("open"), Key: aws.String(key)})
		return err
	}
	require.NoError(t, get("reader", "there"))
	require.NoError(t, get("lister", "there"))
	refused(t, get("lister", "missing"), "NoSuchKey", "")
	refused(t, get("reader", "missing"), "AccessDenied", `is not authorized to perform: s3:ListBucket on resource: "arn:aws:s3:::open" because no identity-based policy allows the s3:ListBucket action`)
	_, err = objects(b.as(keyTask, prefix+"reader")).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("open"), Key: aws.String("missing")})
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "404")
	assert.Contains(t, err.Error(), "403")
}
