package fakeecs_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// TestFaults: hosts that register twice, agents that disconnect, reads that lag, events that
// come twice, and calls that are throttled; and nothing of it for another runner.
func TestFaults(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "bridge", "while :; do sleep 1; done")
	var throttles atomic.Value
	throttles.Store("nothing")
	const lag = time.Hour
	b.SetFaults("shop-Build", fakeecs.Faults{
		RegisterAfter: time.Millisecond, RegisterTwice: true, Lag: lag,
		Throttle: func(operation string) bool { return operation == throttles.Load() },
		Event:    func(_ string, deliver func()) { deliver(); deliver() },
	})
	b.SetFaults("other", fakeecs.Faults{Throttle: func(string) bool { return true }, Event: func(string, func()) {}})
	began := time.Now()
	id := b.host(t, "one")
	list := &ecs.ListContainerInstancesInput{Cluster: aws.String("builds"), Filter: aws.String("ec2InstanceId == " + id)}
	instances := func() []string {
		listed, err := b.tasks.ListContainerInstances(t.Context(), list)
		require.NoError(t, err)
		return listed.ContainerInstanceArns
	}
	require.Eventually(t, func() bool { return b.Hosts("shop-Build")[0].InstanceArn != "" }, soon, tick)
	assert.Empty(t, instances())
	_, err := b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	assert.Equal(t, "InvalidInstanceID.NotFound", codeOf(err))
	b.Age("shop-Build", lag)
	assert.Len(t, instances(), 2)

	throttles.Store("DescribeInstances")
	_, err = b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	assert.Equal(t, "RequestLimitExceeded", codeOf(err))
	throttles.Store("ListContainerInstances")
	_, err = b.tasks.ListContainerInstances(t.Context(), list)
	assert.Equal(t, "ThrottlingException", codeOf(err))
	throttles.Store("nothing")

	connected := func() (states []bool) {
		described, err := b.tasks.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("builds"), ContainerInstances: instances()})
		require.NoError(t, err)
		for _, instance := range described.ContainerInstances {
			states = append(states, instance.AgentConnected)
		}
		return states
	}
	assert.Equal(t, []bool{false, true}, connected())

	input := request()
	input.NetworkConfiguration, input.LaunchType, input.Group = nil, types.LaunchTypeEc2, aws.String("kind:shop-Build")
	task := b.run(t, input)
	describe := &ecs.DescribeTasksInput{Cluster: aws.String("builds"), Tasks: []string{task}}
	described, err := b.tasks.DescribeTasks(t.Context(), describe)
	require.NoError(t, err)
	assert.Empty(t, described.Tasks, "it is too new")
	b.Age("shop-Build", lag)
	described, err = b.tasks.DescribeTasks(t.Context(), describe)
	require.NoError(t, err)
	assert.Len(t, described.Tasks, 1)

	require.NoError(t, b.SetConnected(id, false))
	require.Error(t, b.SetConnected("i-other", false))
	assert.Equal(t, []bool{false, false}, connected())
	_, err = b.tasks.StopTask(t.Context(), &ecs.StopTaskInput{Cluster: aws.String("builds"), Task: &task})
	require.NoError(t, err)
	assert.Empty(t, b.ends(task), "who should stop it is not connected")
	require.NoError(t, b.SetConnected(id, true))
	require.Eventually(t, func() bool { return len(b.ends(task)) == 2 }, soon, tick, "its end is told twice")

	found, err := b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}})
	require.NoError(t, err)
	require.Len(t, found.Reservations, 1)
	assert.WithinDuration(t, began.Add(-2*lag), aws.ToTime(found.Reservations[0].Instances[0].LaunchTime), lag/2)

	status := func() ec2types.SummaryStatus {
		checked, err := b.hosts.DescribeInstanceStatus(t.Context(), &ec2.DescribeInstanceStatusInput{InstanceIds: []string{id}})
		require.NoError(t, err)
		require.Len(t, checked.InstanceStatuses, 1)
		return checked.InstanceStatuses[0].InstanceStatus.Status
	}
	assert.Equal(t, ec2types.SummaryStatusOk, status())
	b.SetImpaired(id, true)
	assert.Equal(t, ec2types.SummaryStatusImpaired, status())

	for _, arn := range instances() {
		_, err := b.tasks.DeregisterContainerInstance(t.Context(), &ecs.DeregisterContainerInstanceInput{Cluster: aws.String("builds"), ContainerInstance: &arn, Force: aws.Bool(true)})
		require.NoError(t, err, arn)
		assert.True(t, strings.HasPrefix(arn, "arn:"))
	}
	assert.Empty(t, instances())
	require.NoError(t, b.Terminate(id))
}
