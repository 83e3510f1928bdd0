package fakeecs_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// TestFaults: hosts that register late and twice, agents that disconnect, lists that
// lag, events that are lost, and calls that are throttled.
func TestFaults(t *testing.T) {
	t.Parallel()
	b := newFixture(t, "bridge", "true")
	const lag = 300 * time.Millisecond
	b.SetFaults(fakeecs.Faults{
		RegisterAfter: lag, RegisterTwice: true, ListLag: lag,
		Throttle: func(operation string) bool { return operation == "StopTask" },
		Events:   func(string) (int, time.Duration) { return 0, 0 },
	})
	began := time.Now()
	id := b.host(t, "one")
	list := &ecs.ListContainerInstancesInput{Cluster: aws.String("builds"), Filter: aws.String("ec2InstanceId == " + id)}
	instances := func() []string {
		listed, err := b.tasks.ListContainerInstances(t.Context(), list)
		require.NoError(t, err)
		return listed.ContainerInstanceArns
	}
	assert.Empty(t, instances())
	require.Eventually(t, func() bool { return len(instances()) == 2 }, soon, 10*time.Millisecond)
	assert.GreaterOrEqual(t, time.Since(began), 2*lag)

	connected := func() (states []bool) {
		described, err := b.tasks.DescribeContainerInstances(t.Context(), &ecs.DescribeContainerInstancesInput{Cluster: aws.String("builds"), ContainerInstances: instances()})
		require.NoError(t, err)
		for _, instance := range described.ContainerInstances {
			states = append(states, instance.AgentConnected)
		}
		return states
	}
	assert.Equal(t, []bool{false, true}, connected())
	require.NoError(t, b.SetConnected(id, false))
	assert.Equal(t, []bool{false, false}, connected())
	require.Error(t, b.SetConnected("i-other", false))

	_, err := b.tasks.StopTask(t.Context(), &ecs.StopTaskInput{Task: aws.String("t")}, func(o *ecs.Options) { o.RetryMaxAttempts = 1 })
	require.ErrorContains(t, err, "ThrottlingException")

	found, err := b.hosts.DescribeInstances(t.Context(), &ec2.DescribeInstancesInput{Filters: []ec2types.Filter{
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running"}},
	}})
	require.NoError(t, err)
	require.Len(t, found.Reservations, 1)
	assert.WithinDuration(t, began, aws.ToTime(found.Reservations[0].Instances[0].LaunchTime), time.Minute)

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
