package fakeecs_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// host starts an instance.
func (b *fixture) host(t *testing.T, token string) string {
	t.Helper()
	made, err := b.hosts.RunInstances(t.Context(), &ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1), ClientToken: &token, SubnetId: aws.String("subnet-0a"),
		LaunchTemplate: &ec2types.LaunchTemplateSpecification{LaunchTemplateId: aws.String("lt-1"), Version: aws.String("1")},
	})
	require.NoError(t, err)
	require.Len(t, made.Instances, 1)
	return aws.ToString(made.Instances[0].InstanceId)
}

// TestHosts: an instance joins the cluster that its user data names, has the task
// that is meant for it, and takes it along.
func TestHosts(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "bridge", "while :; do sleep 1; done")
	input := request()
	input.NetworkConfiguration, input.LaunchType = nil, types.LaunchTypeEc2
	input.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("attribute:runnerResourceName == shop-Build")}}
	refused, err := b.tasks.RunTask(t.Context(), input)
	require.NoError(t, err)
	assert.Equal(t, "No Container Instances were found in your cluster.", aws.ToString(refused.Failures[0].Reason))

	b.SetFaults("shop-Build", fakeecs.Faults{NeverRegisters: true})
	id := b.host(t, "once")
	assert.Equal(t, id, b.host(t, "once"), "the same request has the same instance")
	list := &ecs.ListContainerInstancesInput{Cluster: aws.String("builds"), Filter: aws.String("ec2InstanceId == " + id)}
	listed, err := b.tasks.ListContainerInstances(t.Context(), list)
	require.NoError(t, err)
	assert.Empty(t, listed.ContainerInstanceArns)
	require.NoError(t, b.Register(id))
	listed, err = b.tasks.ListContainerInstances(t.Context(), list)
	require.NoError(t, err)
	require.Len(t, listed.ContainerInstanceArns, 1)
	b.mutex.Lock()
	assert.Len(t, b.hello, 1)
	b.mutex.Unlock()

	other := *input
	other.PlacementConstraints = []types.PlacementConstraint{{Type: types.PlacementConstraintTypeMemberOf, Expression: aws.String("ec2InstanceId == i-0")}}
	refused, err = b.tasks.RunTask(t.Context(), &other)
	require.NoError(t, err)
	assert.Equal(t, "MemberOf placement constraint unsatisfied.", aws.ToString(refused.Failures[0].Reason))

	task := b.run(t, input)
	described, err := b.tasks.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("builds"), ContainerInstances: listed.ContainerInstanceArns})
	require.NoError(t, err)
	assert.EqualValues(t, 1, described.ContainerInstances[0].RunningTasksCount)
	assert.Equal(t, "ACTIVE", aws.ToString(described.ContainerInstances[0].Status))

	_, err = b.hosts.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{id}})
	require.NoError(t, err)
	end := b.ended(t, task)
	assert.Equal(t, "Host EC2 (instance "+id+") terminated.", end.StoppedReason)
	found, err := b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	require.NoError(t, err)
	assert.Equal(t, ec2types.InstanceStateNameTerminated, found.Reservations[0].Instances[0].State.Name)
	hosts := b.Hosts("shop-Build")
	require.Len(t, hosts, 1)
	assert.Equal(t, map[string]string{"AttiniResourceType": "RunnerInstance"}, hosts[0].Tags)
	assert.Error(t, b.Register(id), "what is terminated joins nothing")

	require.Eventually(t, func() bool { return b.InstanceTags(id) == nil }, soon, tick, "a terminated instance loses its tags")
	require.NoError(t, b.Forget(id))
	_, err = b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	assert.Equal(t, "InvalidInstanceID.NotFound", codeOf(err))
	running := b.host(t, "another")
	assert.Equal(t, hosts[0].Tags, b.InstanceTags(running))
	assert.Error(t, b.Forget(running), "what runs is not forgotten")

	_, err = b.hosts.TerminateInstances(t.Context(), &ec2.TerminateInstancesInput{InstanceIds: []string{"i-0"}})
	assert.Equal(t, "InvalidInstanceID.NotFound", codeOf(err))
}

// TestLongAttribute: ECS refuses the registration of a host with an attribute whose value
// is longer than 128 characters, so that the host never joins its cluster.
func TestLongAttribute(t *testing.T) {
	t.Parallel()
	for length, registers := range map[int]bool{128: true, 129: false} {
		b := newFixture(t, "bridge", "true")
		b.runner = strings.Repeat("a", length)
		b.SetFaults(b.runner, fakeecs.Faults{NeverRegisters: true})
		err := b.Register(b.host(t, "once"))
		if registers {
			require.NoError(t, err, length)
			continue
		}
		require.ErrorContains(t, err, "InvalidParameterException", length)
		assert.Empty(t, b.hello)
	}
}

// TestRoleNotTaken: ECS starts no task whose role it cannot take.
func TestRoleNotTaken(t *testing.T) {
	t.Parallel()
	const role = "arn:aws:iam::111122223333:role/task"
	b := newFixture(t, "awsvpc", "true")
	b.mutex.Lock()
	b.use = func(u fakeecs.Use) error {
		assert.Equal(t, fakeecs.Use{Service: "ecs-tasks.amazonaws.com", Role: role}, u)
		return errors.New("it trusts nobody")
	}
	b.mutex.Unlock()
	input := request()
	input.Overrides.TaskRoleArn = aws.String(role)
	_, err := b.tasks.RunTask(t.Context(), input)
	assert.Equal(t, "ClientException", codeOf(err))
	assert.ErrorContains(t, err, "ECS was unable to assume the role '"+role+"'")
}
