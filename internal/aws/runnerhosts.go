package aws

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"github.com/attini-go/runner/internal/launch"
)

// codeNoInstance is EC2's error for an instance that it does not know.
const codeNoInstance = "InvalidInstanceID.NotFound"

// RunnerHosts are EC2 instances.
type RunnerHosts struct{ client *ec2.Client }

var _ launch.Hosts = (*RunnerHosts)(nil)

// NewRunnerHosts returns the ports of EC2.
func NewRunnerHosts(config aws.Config) *RunnerHosts {
	return &RunnerHosts{client: ec2.NewFromConfig(config)}
}

// Run implements launch.Hosts.
func (h *RunnerHosts) Run(ctx context.Context, request launch.HostRequest) (string, error) {
	output, err := h.client.RunInstances(ctx, &ec2.RunInstancesInput{
		ClientToken: &request.Token, MinCount: aws.Int32(1), MaxCount: aws.Int32(1), SubnetId: &request.Subnet,
		InstanceType:   types.InstanceType(request.InstanceType),
		LaunchTemplate: &types.LaunchTemplateSpecification{LaunchTemplateId: &request.LaunchTemplate, Version: &request.TemplateVersion},
	}, func(o *ec2.Options) { o.RetryMaxAttempts = 1 }) // the launcher retries itself, or in another subnet
	switch {
	case err != nil:
		return "", refusalOf(ctx, "ec2:RunInstances", err)
	case len(output.Instances) == 0:
		return "", &launch.Refusal{}
	}
	return aws.ToString(output.Instances[0].InstanceId), nil
}

// Host implements launch.Hosts.
func (h *RunnerHosts) Host(ctx context.Context, host string) (launch.HostStatus, error) {
	output, err := h.client.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{host}})
	switch {
	case code(err) == codeNoInstance:
		return launch.HostStatus{}, launch.ErrNoHost
	case err != nil:
		return launch.HostStatus{}, wrapError(ctx, "ec2:DescribeInstances", err)
	}
	for _, reservation := range output.Reservations {
		if len(reservation.Instances) > 0 {
			return hostStatus(reservation.Instances[0]), nil
		}
	}
	return launch.HostStatus{}, launch.ErrNoHost
}

func hostStatus(found types.Instance) launch.HostStatus {
	status := launch.HostStatus{Reason: aws.ToString(found.StateTransitionReason)}
	if found.State != nil {
		status.State = string(found.State.Name)
	}
	if found.StateReason != nil {
		status.Reason = aws.ToString(found.StateReason.Message)
	}
	return status
}

// IsImpaired implements launch.Hosts.
func (h *RunnerHosts) IsImpaired(ctx context.Context, host string) (bool, error) {
	output, err := h.client.DescribeInstanceStatus(ctx, &ec2.DescribeInstanceStatusInput{InstanceIds: []string{host}})
	switch {
	case code(err) == codeNoInstance:
		return false, nil
	case err != nil:
		return false, wrapError(ctx, "ec2:DescribeInstanceStatus", err)
	}
	for _, found := range output.InstanceStatuses {
		for _, checks := range []*types.InstanceStatusSummary{found.InstanceStatus, found.SystemStatus} {
			if checks != nil && checks.Status == types.SummaryStatusImpaired {
				return true, nil
			}
		}
	}
	return false, nil
}

// Terminate implements launch.Hosts. The permission depends on the instance's
// tags, and an instance that has ended loses them after a while: EC2 then refuses
// in place of saying that it is gone, so a refusal is looked into.
func (h *RunnerHosts) Terminate(ctx context.Context, host string) error {
	_, err := h.client.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{host}})
	switch {
	case err == nil, code(err) == codeNoInstance:
		return nil
	case isDenied(code(err)) && h.ended(ctx, host):
		return nil
	}
	return wrapError(ctx, "ec2:TerminateInstances", err)
}

// RunnerTag is the tag of an instance that names its runner, as the macro's launch
// template sets it; clusterTag names the cluster that it joins.
const (
	RunnerTag  = "AttiniRunner"
	clusterTag = "EcsCluster"
)

// Tagged implements launch.Hosts.
func (h *RunnerHosts) Tagged(ctx context.Context, runner string) ([]launch.TaggedHost, error) {
	var hosts []launch.TaggedHost
	pages := ec2.NewDescribeInstancesPaginator(h.client, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		{Name: aws.String("tag:" + RunnerTag), Values: []string{runner}},
		{Name: aws.String("instance-state-name"), Values: []string{"pending", "running", "stopping", "stopped"}},
	}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, wrapError(ctx, "ec2:DescribeInstances", err)
		}
		for _, reservation := range page.Reservations {
			for _, found := range reservation.Instances {
				host := launch.TaggedHost{ID: aws.ToString(found.InstanceId), LaunchedAt: aws.ToTime(found.LaunchTime)}
				for _, tag := range found.Tags {
					if aws.ToString(tag.Key) == clusterTag {
						host.Cluster = aws.ToString(tag.Value)
					}
				}
				hosts = append(hosts, host)
			}
		}
	}
	return hosts, nil
}

// ended reports whether an instance has ended, or EC2 does not know it. Without
// an answer it has not.
func (h *RunnerHosts) ended(ctx context.Context, host string) bool {
	status, err := h.Host(ctx, host)
	switch {
	case errors.Is(err, launch.ErrNoHost):
		return true
	case err != nil:
		return false
	}
	return status.State == string(types.InstanceStateNameShuttingDown) || status.State == string(types.InstanceStateNameTerminated)
}
