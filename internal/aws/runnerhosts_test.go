package aws

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// testHosts is a host's life on a server that honours launch templates.
func testHosts(t *testing.T, config aws.Config) {
	ctx, client := t.Context(), ec2.NewFromConfig(config)
	subnets, err := NewAccount(config).DefaultSubnets(ctx)
	require.NoError(t, err)
	require.NotEmpty(t, subnets)
	images, err := client.DescribeImages(ctx, &ec2.DescribeImagesInput{Owners: []string{"amazon"}})
	require.NoError(t, err)
	require.NotEmpty(t, images.Images)
	made, err := client.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("runner"),
		LaunchTemplateData: &types.RequestLaunchTemplateData{ImageId: images.Images[0].ImageId, InstanceType: types.InstanceTypeM5Large},
	})
	require.NoError(t, err)
	hosts := NewRunnerHosts(config)
	request := launch.HostRequest{Token: "token", LaunchTemplate: aws.ToString(made.LaunchTemplate.LaunchTemplateId), TemplateVersion: "1", Subnet: subnets[0]}
	host, err := hosts.Run(ctx, request)
	require.NoError(t, err)
	status, err := hosts.Host(ctx, host)
	require.NoError(t, err)
	assert.Contains(t, []string{"pending", "running"}, status.State)
	described, err := client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{host}})
	require.NoError(t, err)
	found := described.Reservations[0].Instances[0]
	assert.Equal(t, types.InstanceTypeM5Large, found.InstanceType, "the launch template says what it is")
	assert.Equal(t, subnets[0], aws.ToString(found.SubnetId))

	require.NoError(t, hosts.Terminate(ctx, host))
	require.NoError(t, hosts.Terminate(ctx, host), "again")
	status, err = hosts.Host(ctx, host)
	require.NoError(t, err)
	assert.Contains(t, []string{"shutting-down", "terminated"}, status.State)

	_, err = hosts.Host(ctx, "i-0123456789abcdef0")
	require.ErrorIs(t, err, launch.ErrNoHost)
	require.NoError(t, hosts.Terminate(ctx, "i-0123456789abcdef0"))
}

// TestRunInstances: the request has a client token, the launch template, the subnet and
// the type in place of the template's, and nothing else.
func TestRunInstances(t *testing.T) {
	t.Parallel()
	proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
	var form map[string][]string
	proxy.On("RunInstances", func(_ int, w http.ResponseWriter, r *http.Request) bool {
		if err := r.ParseForm(); err == nil {
			form = r.PostForm
		}
		fmt.Fprint(w, `<RunInstancesResponse><instancesSet><item><instanceId>i-1</instanceId></item></instancesSet></RunInstancesResponse>`)
		return true
	})
	for _, instanceType := range []string{"", "m5a.large"} {
		host, err := NewRunnerHosts(sdkConfig(t, proxy.Endpoint())).Run(t.Context(), launch.HostRequest{Token: "token", LaunchTemplate: "lt-1", TemplateVersion: "3", Subnet: "subnet-1", InstanceType: instanceType})
		require.NoError(t, err)
		assert.Equal(t, "i-1", host)
		delete(form, "Version")
		want := map[string][]string{
			"Action": {"RunInstances"}, "ClientToken": {"token"}, "MinCount": {"1"}, "MaxCount": {"1"}, "SubnetId": {"subnet-1"},
			"LaunchTemplate.LaunchTemplateId": {"lt-1"}, "LaunchTemplate.Version": {"3"},
		}
		if instanceType != "" {
			want["InstanceType"] = []string{instanceType}
		}
		assert.Equal(t, want, form)
	}
}

func TestHostRefusals(t *testing.T) {
	t.Parallel()
	hosts := func(t *testing.T, operation string, answer fakeaws.Answer) *RunnerHosts {
		t.Helper()
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		proxy.On(operation, answer)
		return NewRunnerHosts(sdkConfig(t, proxy.Endpoint()))
	}
	words := func(code, message string) fakeaws.Answer {
		return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `<Response><Errors><Error><Code>%s</Code><Message>%s</Message></Error></Errors></Response>`, code, message)
			return true
		}
	}
	_, err := hosts(t, "RunInstances", words("UnauthorizedOperation", "You are not authorized. Encoded authorization failure message: SECRET")).Run(t.Context(), launch.HostRequest{})
	require.EqualError(t, err, "UnauthorizedOperation: You are not authorized.")
	for code, refused := range map[string]bool{"InsufficientInstanceCapacity": true, "InternalError": false} {
		_, err = hosts(t, "RunInstances", fakeaws.Times(1, fakeaws.Error(http.StatusInternalServerError, code))).Run(t.Context(), launch.HostRequest{})
		var refusal *launch.Refusal
		assert.Equal(t, refused, errors.As(err, &refusal), "%s, asked once: %v", code, err)
	}

	for operation, call := range map[string]func(ctx context.Context, h *RunnerHosts) error{
		"DescribeInstances": func(ctx context.Context, h *RunnerHosts) error {
			_, err := h.Host(ctx, "i-1")
			return err
		},
		"DescribeInstanceStatus": func(ctx context.Context, h *RunnerHosts) error {
			_, err := h.IsImpaired(ctx, "i-1")
			return err
		},
		"TerminateInstances": func(ctx context.Context, h *RunnerHosts) error { return h.Terminate(ctx, "i-1") },
	} {
		err := call(t.Context(), hosts(t, operation, fakeaws.Error(http.StatusForbidden, "UnauthorizedOperation")))
		assert.EqualError(t, err, "not allowed to call ec2:"+operation+"; grant it to the function's role")
	}
	_, err = hosts(t, "DescribeInstances", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
		fmt.Fprint(w, `<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>`)
		return true
	}).Host(t.Context(), "i-1")
	require.ErrorIs(t, err, launch.ErrNoHost, "an empty list")
}

// TestIsImpaired: an instance that does not run has no status checks, and one that has
// just started has none yet.
func TestIsImpaired(t *testing.T) {
	t.Parallel()
	const none = `<DescribeInstanceStatusResponse><instanceStatusSet/></DescribeInstanceStatusResponse>`
	status := func(instance, system string) string {
		return fmt.Sprintf(`<DescribeInstanceStatusResponse><instanceStatusSet><item><instanceId>i-1</instanceId><instanceStatus><status>%s</status></instanceStatus><systemStatus><status>%s</status></systemStatus></item></instanceStatusSet></DescribeInstanceStatusResponse>`, instance, system)
	}
	for answer, want := range map[string]bool{
		none: false, status("ok", "ok"): false, status("initializing", "ok"): false, status("insufficient-data", "not-applicable"): false,
		status("impaired", "ok"): true, status("ok", "impaired"): true,
	} {
		proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
		proxy.On("DescribeInstanceStatus", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprint(w, answer)
			return true
		})
		impaired, err := NewRunnerHosts(sdkConfig(t, proxy.Endpoint())).IsImpaired(t.Context(), "i-1")
		require.NoError(t, err)
		assert.Equal(t, want, impaired, answer)
	}
}

func TestRunnerHosts(t *testing.T) {
	t.Parallel()
	testHosts(t, sdkConfig(t, fakeaws.Start(t).Endpoint()))
}

// TestTerminateRefused: EC2 refuses the termination of an instance that has lost
// its tags. It is an error only where the instance still is.
func TestTerminateRefused(t *testing.T) {
	t.Parallel()
	described := func(state string) fakeaws.Answer {
		return func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			fmt.Fprintf(w, `<DescribeInstancesResponse><reservationSet><item><instancesSet><item><instanceId>i-1</instanceId><instanceState><name>%s</name></instanceState></item></instancesSet></item></reservationSet></DescribeInstancesResponse>`, state)
			return true
		}
	}
	for name, c := range map[string]struct {
		refusal  string
		describe fakeaws.Answer
		fails    bool
	}{
		"terminated":                 {refusal: "UnauthorizedOperation", describe: described("terminated")},
		"shutting down":              {refusal: "UnauthorizedOperation", describe: described("shutting-down")},
		"forgotten":                  {refusal: "UnauthorizedOperation", describe: fakeaws.Error(http.StatusBadRequest, "InvalidInstanceID.NotFound")},
		"not listed":                 {refusal: "UnauthorizedOperation", describe: described("")},
		"running":                    {refusal: "UnauthorizedOperation", describe: described("running"), fails: true},
		"stopped":                    {refusal: "UnauthorizedOperation", describe: described("stopped"), fails: true},
		"that may not be looked at":  {refusal: "UnauthorizedOperation", describe: fakeaws.Error(http.StatusForbidden, "UnauthorizedOperation"), fails: true},
		"that may not be terminated": {refusal: "OperationNotPermitted", describe: described("terminated"), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxy := fakeaws.NewProxy(t, "http://127.0.0.1:1")
			proxy.On("TerminateInstances", fakeaws.Error(http.StatusForbidden, c.refusal))
			proxy.On("DescribeInstances", c.describe)
			if name == "not listed" {
				proxy.On("DescribeInstances", func(_ int, w http.ResponseWriter, _ *http.Request) bool {
					fmt.Fprint(w, `<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>`)
					return true
				})
			}
			err := NewRunnerHosts(sdkConfig(t, proxy.Endpoint())).Terminate(t.Context(), "i-1")
			if !c.fails {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, "ec2:TerminateInstances")
		})
	}
}
