package aws

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// question is one that an Account answers with a call of an operation.
type question struct {
	operation, action, asked string
	// denied and throttled are the codes with which its service refuses.
	denied, throttled string
	ask               func(context.Context, *Account) (found int, err error)
}

func questions() []question {
	subnets := func(ctx context.Context, a *Account) (int, error) {
		found, err := a.DefaultSubnets(ctx)
		return len(found), err
	}
	parameters := func(ctx context.Context, a *Account) (int, error) {
		found, err := a.Parameters(ctx, compat.AliasParameters()[:1])
		return len(found), err
	}
	images := func(ctx context.Context, a *Account) (int, error) {
		found, err := a.Images(ctx, []string{"ami-0680655da54ceb985", "ami-0c95e506a8160c2a1"})
		return len(found), err
	}
	instanceTypes := func(ctx context.Context, a *Account) (int, error) {
		found, err := a.InstanceTypes(ctx, []string{"m5.large"})
		return len(found), err
	}
	const denied, throttled = "UnauthorizedOperation", "RequestLimitExceeded"
	return []question{
		{"DescribeVpcs", "ec2:DescribeVpcs", "look up the default VPC's subnets", denied, throttled, subnets},
		{"DescribeSubnets", "ec2:DescribeSubnets", "look up the default VPC's subnets", denied, throttled, subnets},
		{"GetParameters", "ssm:GetParameters", "look up AMI aliases", "AccessDeniedException", "ThrottlingException", parameters},
		{"DescribeImages", "ec2:DescribeImages", "look up AMIs", denied, throttled, images},
		{"DescribeInstanceTypes", "ec2:DescribeInstanceTypes", "look up instance types", denied, throttled, instanceTypes},
	}
}

// TestFaults breaks each call in each way.
func TestFaults(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	for _, q := range questions() {
		for name, test := range map[string]func(*testing.T, question, *fakeaws.Proxy, *Account){
			"throttled for a while": testThrottledForAWhile, "throttled for good": testThrottled, "denied": testDenied,
			"connection reset": testReset, "connection reset once": testResetOnce, "server error": testServerError,
			"other refusal": testRefused, "unknown credentials": testUnknownCredentials, "cancelled": testCancelled,
			"credentials not renewed": testNotRenewed,
		} {
			t.Run(q.operation+"/"+name, func(t *testing.T) {
				t.Parallel()
				proxy := fakeaws.NewProxy(t, server.Endpoint())
				test(t, q, proxy, NewAccount(sdkConfig(t, proxy.Endpoint())))
			})
		}
	}
}

// fails asks a question and returns the words of its error, in which nothing of
// the account may be.
func fails(t *testing.T, q question, account *Account) string {
	t.Helper()
	_, err := q.ask(t.Context(), account)
	require.Error(t, err)
	for _, secret := range []string{"SECRET", "111122223333", "mary", "AKIA"} {
		assert.NotContains(t, err.Error(), secret)
	}
	return err.Error()
}

func testThrottledForAWhile(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Times(maxAttempts-1, fakeaws.Error(http.StatusBadRequest, q.throttled)))
	found, err := q.ask(t.Context(), account)
	require.NoError(t, err)
	assert.Positive(t, found)
	assert.Equal(t, maxAttempts, proxy.Calls(q.operation))
}

func testThrottled(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Error(http.StatusServiceUnavailable, q.throttled))
	assert.Equal(t, q.asked+": AWS throttled "+q.action+" (5 attempts); try again", fails(t, q, account))
	assert.Equal(t, 5, proxy.Calls(q.operation))
}

func testDenied(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Error(http.StatusForbidden, q.denied))
	assert.Equal(t, q.asked+": not allowed to call "+q.action+
		"; grant it to the macro's role, or to your own credentials when you run runnerctl", fails(t, q, account))
	assert.Equal(t, 1, proxy.Calls(q.operation), "who is denied does not ask again")
	_, err := q.ask(t.Context(), account)
	api, ok := errors.AsType[smithy.APIError](err)
	require.True(t, ok, "the SDK's error is behind the words")
	assert.Equal(t, q.denied, api.ErrorCode())
}

func testReset(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Reset)
	assert.Regexp(t, "^"+q.asked+": no answer to "+q.action+` \(5 attempts\): [^(]*(EOF|connection reset by peer)$`, fails(t, q, account))
}

func testResetOnce(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Times(1, fakeaws.Reset))
	found, err := q.ask(t.Context(), account)
	require.NoError(t, err)
	assert.Positive(t, found)
}

func testServerError(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Error(http.StatusInternalServerError, "InternalError"))
	assert.Equal(t, q.asked+": AWS failed to answer "+q.action+" (5 attempts): InternalError; try again", fails(t, q, account))
}

func testRefused(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Error(http.StatusBadRequest, "OptInRequired"))
	assert.Equal(t, q.asked+": AWS refused "+q.action+": OptInRequired", fails(t, q, account))
}

func testUnknownCredentials(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	proxy.On(q.operation, fakeaws.Error(http.StatusUnauthorized, "RequestExpired"))
	assert.Equal(t, q.asked+": AWS does not take the credentials for "+q.action+": RequestExpired; renew them", fails(t, q, account))
}

// A call that is under way ends at once, for the reason that its caller gave.
func testCancelled(t *testing.T, q question, proxy *fakeaws.Proxy, account *Account) {
	held := make(chan struct{})
	proxy.On(q.operation, fakeaws.BlockUntilGone(held))
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	enough := errors.New("enough")
	failed := make(chan error, 1)
	go func() {
		_, err := q.ask(ctx, account)
		failed <- err
	}()
	<-held
	cancel(enough)
	err := <-failed
	require.ErrorIs(t, err, enough)
	assert.Equal(t, q.asked+": enough", err.Error())
	assert.Equal(t, 1, proxy.Calls(q.operation))
}

// That the credentials' own source refuses is not a permission that the call
// lacks.
func testNotRenewed(t *testing.T, q question, proxy *fakeaws.Proxy, _ *Account) {
	broken := sdkConfig(t, proxy.Endpoint())
	broken.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, &smithy.OperationError{
			ServiceID: "STS", OperationName: "AssumeRole",
			Err: &smithy.GenericAPIError{Code: "AccessDenied", Message: fakeaws.ErrorMessage},
		}
	})
	assert.Equal(t, q.asked+": the credentials cannot be renewed: STS AssumeRole: AccessDenied; sign in again", fails(t, q, NewAccount(broken)))
	assert.Zero(t, proxy.Calls(q.operation))
}
