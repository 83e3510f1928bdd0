package aws

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// configuration is LoadConfig's, but for an endpoint, with credentials that
// mean nothing and without pauses between attempts.
func sdkConfig(t *testing.T, endpoint string) aws.Config {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return aws.Config{
		Region: fakeaws.Region, BaseEndpoint: aws.String(endpoint), HTTPClient: &http.Client{Transport: transport},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIASTANDIN", SecretAccessKey: "SECRETKEY"}, nil
		}),
		Retryer: func() aws.Retryer {
			return newRetryer(func(o *retry.StandardOptions) {
				o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
			})
		},
	}
}

// TestAccount asks a server that has AWS's own AMIs, parameters and instance
// types.
func TestAccount(t *testing.T) {
	t.Parallel()
	server := fakeaws.Start(t)
	for name, test := range map[string]func(*testing.T, aws.Config){
		"aliases": testAliases, "absent": testAbsent, "instance types": testInstanceTypes, "parameters": testParameters,
	} {
		t.Run(name, func(t *testing.T) { test(t, sdkConfig(t, server.Endpoint())) })
	}
	// It changes the account.
	t.Run("subnets", func(t *testing.T) { testSubnets(t, sdkConfig(t, server.Endpoint())) })
}

// Each documented alias is an AMI of its architecture, whose root device is
// known.
func testAliases(t *testing.T, config aws.Config) {
	account := NewAccount(config)
	parameters, err := account.Parameters(t.Context(), compat.AliasParameters())
	require.NoError(t, err)
	for _, alias := range compat.Aliases() {
		id, _, ok := alias.Resolve(parameters)
		if !assert.True(t, ok, "%s has no parameter", alias.Name) {
			continue
		}
		images, err := account.Images(t.Context(), []string{id})
		require.NoError(t, err)
		assert.Equal(t, alias.Architecture, images[id].Architecture, alias.Name)
		assert.Equal(t, "/dev/xvda", images[id].RootDevice, alias.Name)
		assert.Positive(t, images[id].RootVolumeGiB, alias.Name)
	}
	absent := slices.DeleteFunc(compat.AliasParameters(), func(name string) bool { return parameters[name] != "" })
	assert.Equal(t, []string{"/aws/service/ecs/optimized-ami/amazon-linux-2023/inf/recommended/image_id"}, absent,
		"the region has all but one name, which AWS has changed")
}

// What does not exist is absent. A pattern is the name of nothing.
func testAbsent(t *testing.T, config aws.Config) {
	account := NewAccount(config)
	parameters, err := account.Parameters(t.Context(), []string{"/aws/service/ecs/optimized-ami/plan9/recommended/image_id"})
	require.NoError(t, err)
	assert.Empty(t, parameters)
	for _, ids := range [][]string{nil, {"ami-0123456789abcdef0"}, {"ami-*", "ami-?", `\`, ""}} {
		images, err := account.Images(t.Context(), ids)
		require.NoError(t, err)
		assert.Empty(t, images, "%q", ids)
	}
	for _, names := range [][]string{nil, {"m5.smallish"}, {"m5.*", "m5.larg?", ""}} {
		found, err := account.InstanceTypes(t.Context(), names)
		require.NoError(t, err)
		assert.Empty(t, found, "%q", names)
	}
}

func testInstanceTypes(t *testing.T, config aws.Config) {
	x86, arm := []string{"x86_64"}, []string{"arm64"}
	want := map[string]compat.InstanceType{
		"m5.large":      {VCPUs: 2, MemoryMiB: 8192, Architectures: x86},
		"m7g.large":     {VCPUs: 2, MemoryMiB: 8192, Architectures: arm},
		"g4dn.xlarge":   {VCPUs: 4, MemoryMiB: 16384, Architectures: x86, GPUs: 1},
		"p5.48xlarge":   {VCPUs: 192, MemoryMiB: 2048 << 10, Architectures: x86, GPUs: 8},
		"g6f.large":     {VCPUs: 2, MemoryMiB: 8192, Architectures: x86, GPUs: 1}, // an eighth of one
		"inf1.xlarge":   {VCPUs: 4, MemoryMiB: 8192, Architectures: x86, NeuronDevices: 1},
		"inf1.24xlarge": {VCPUs: 96, MemoryMiB: 192 << 10, Architectures: x86, NeuronDevices: 16},
		"inf2.xlarge":   {VCPUs: 4, MemoryMiB: 16384, Architectures: x86, NeuronDevices: 1},
		"trn1.2xlarge":  {VCPUs: 8, MemoryMiB: 32768, Architectures: x86, NeuronDevices: 1},
	}
	names := []string{"m5.nothing"}
	for name := range want {
		names = append(names, name)
	}
	found, err := NewAccount(config).InstanceTypes(t.Context(), names)
	require.NoError(t, err)
	assert.Equal(t, want, found)
}

func testParameters(t *testing.T, config aws.Config) {
	account := NewAccount(config)
	none, err := account.Parameters(t.Context(), nil)
	require.NoError(t, err)
	assert.Empty(t, none)
	_, err = account.Parameters(t.Context(), make([]string, 11))
	require.EqualError(t, err, "look up AMI aliases: 11 parameters are more than the 10 that ssm:GetParameters takes")
}

// testSubnets takes the default VPC apart, step by step.
func testSubnets(t *testing.T, config aws.Config) {
	account, client := NewAccount(config), ec2.NewFromConfig(config)
	ctx := t.Context()
	all, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{})
	require.NoError(t, err)
	var ids []string
	for _, subnet := range all.Subnets {
		ids = append(ids, *subnet.SubnetId)
	}
	slices.Sort(ids)
	require.Len(t, ids, 3)
	vpc := all.Subnets[0].VpcId

	// Another VPC's subnet, and a private one that somebody added.
	other, err := client.CreateVpc(ctx, &ec2.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16")})
	require.NoError(t, err)
	create(t, client, other.Vpc.VpcId, "10.9.1.0/24", true)
	create(t, client, vpc, "172.31.96.0/20", false)
	subnets, err := account.DefaultSubnets(ctx)
	require.NoError(t, err)
	assert.Equal(t, ids, subnets, "the default subnets, sorted")

	for _, id := range ids {
		_, err := client.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: aws.String(id)})
		require.NoError(t, err)
	}
	subnets, err = account.DefaultSubnets(ctx)
	require.NoError(t, err)
	assert.Empty(t, subnets, "only a private subnet is left")

	public := create(t, client, vpc, "172.31.128.0/20", true)
	subnets, err = account.DefaultSubnets(ctx)
	require.NoError(t, err)
	assert.Equal(t, []string{public}, subnets, "without default subnets, the public ones")

	// moto refuses to delete the VPC that has subnets, as EC2 does.
	left, err := client.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{Filters: []types.Filter{filter("vpc-id", *vpc)}})
	require.NoError(t, err)
	for _, subnet := range left.Subnets {
		_, err := client.DeleteSubnet(ctx, &ec2.DeleteSubnetInput{SubnetId: subnet.SubnetId})
		require.NoError(t, err)
	}
	_, err = client.DeleteVpc(ctx, &ec2.DeleteVpcInput{VpcId: vpc})
	require.NoError(t, err)
	subnets, err = account.DefaultSubnets(ctx)
	require.NoError(t, err, "an account without a default VPC is a usual one")
	assert.Empty(t, subnets)
}

// create makes a subnet of a VPC.
func create(t *testing.T, client *ec2.Client, vpc *string, block string, public bool) string {
	t.Helper()
	created, err := client.CreateSubnet(t.Context(), &ec2.CreateSubnetInput{VpcId: vpc, CidrBlock: aws.String(block)})
	require.NoError(t, err)
	_, err = client.ModifySubnetAttribute(t.Context(), &ec2.ModifySubnetAttributeInput{
		SubnetId: created.Subnet.SubnetId, MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: aws.Bool(public)},
	})
	require.NoError(t, err)
	return *created.Subnet.SubnetId
}
