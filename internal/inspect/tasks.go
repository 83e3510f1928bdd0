package inspect

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/doctor"
)

const (
	// settleTime is how long an agent runs at least: a task that ran as long has taken
	// jobs, or could have.
	settleTime = 75 * time.Second
	// maxStopped is how many stopped tasks of a runner are shown, and maxListed how many
	// of a cluster are looked at. ECS keeps them for about an hour.
	maxStopped = 5
	maxListed  = 1000
)

// readTasks reads the task that the state table names and, if something is wrong, those
// that have stopped since the execution began.
func (o *observation) readTasks(ctx context.Context, r *doctor.Runner, resource string, state runnerItem) error {
	if arn := state.text(protocol.AttrTaskID); arn != "" {
		output, err := o.tasks.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(r.Cluster), Tasks: []string{arn}})
		switch {
		case hasCode(err, "ClusterNotFoundException"):
			o.Statements = append(o.Statements, doctor.Statement{By: doctor.SourceTask, About: "runner " + r.Name, Code: "ClusterNotFoundException", Text: "cluster " + r.Cluster})
			return nil
		case err != nil:
			return asked(ctx, "ecs:DescribeTasks", err)
		case len(output.Tasks) == 0:
			r.Task = &doctor.Task{ARN: arn, Gone: true}
		default:
			task := taskOf(output.Tasks[0], state)
			r.Task = &task
		}
	}
	if !o.troubled || r.Cluster == "" || r.Task != nil && r.Task.Status == "RUNNING" && o.Execution.Status == "RUNNING" {
		return nil
	}
	return o.readStopped(ctx, r, "attini-runner:"+resource, state)
}

func (o *observation) readStopped(ctx context.Context, r *doctor.Runner, group string, state runnerItem) error {
	listed := 0
	for pages := ecs.NewListTasksPaginator(o.tasks.ListTasks, &ecs.ListTasksInput{Cluster: aws.String(r.Cluster), DesiredStatus: types.DesiredStatusStopped}); pages.HasMorePages() && listed < maxListed; {
		page, err := pages.NextPage(ctx)
		if hasCode(err, "ClusterNotFoundException") {
			return nil
		}
		if err != nil {
			return asked(ctx, "ecs:ListTasks", err)
		}
		listed += len(page.TaskArns)
		if len(page.TaskArns) == 0 {
			continue
		}
		output, err := o.tasks.DescribeTasks(ctx, &ecs.DescribeTasksInput{Cluster: aws.String(r.Cluster), Tasks: page.TaskArns})
		if err != nil {
			return asked(ctx, "ecs:DescribeTasks", err)
		}
		for _, task := range output.Tasks {
			if aws.ToString(task.Group) == group && aws.ToString(task.LastStatus) == "STOPPED" && aws.ToTime(task.StoppedAt).After(o.since) {
				r.Stopped = append(r.Stopped, taskOf(task, state))
			}
		}
	}
	slices.SortStableFunc(r.Stopped, func(a, b doctor.Task) int { return b.StoppedAt.Compare(a.StoppedAt) })
	r.Stopped = r.Stopped[:min(maxStopped, len(r.Stopped))]
	return nil
}

func taskOf(t types.Task, state runnerItem) doctor.Task {
	task := doctor.Task{
		ARN: aws.ToString(t.TaskArn), Status: aws.ToString(t.LastStatus), StopCode: string(t.StopCode), StopReason: aws.ToString(t.StoppedReason),
		CreatedAt: aws.ToTime(t.CreatedAt), StartedAt: aws.ToTime(t.StartedAt), StoppedAt: aws.ToTime(t.StoppedAt), PullStarted: aws.ToTime(t.PullStartedAt), PullStopped: aws.ToTime(t.PullStoppedAt),
		Connected: t.Connectivity == types.ConnectivityConnected,
	}
	task.TookJobs = state.text(protocol.AttrRetiredTaskID) == task.ARN || state.text(protocol.AttrTaskID) == task.ARN && state.flag(protocol.AttrStarted) ||
		!task.StartedAt.IsZero() && task.StoppedAt.Sub(task.StartedAt) >= settleTime
	for _, c := range t.Containers {
		container := doctor.Container{Name: aws.ToString(c.Name), Reason: aws.ToString(c.Reason)}
		if c.ExitCode != nil {
			code := int(*c.ExitCode)
			container.Exit = &code
		}
		task.Containers = append(task.Containers, container)
	}
	return task
}

// readHost reads the newest EC2 host, and whether ECS knows it.
func (o *observation) readHost(ctx context.Context, r *doctor.Runner, state runnerItem) error {
	id := state.text(protocol.AttrHostID)
	if id == "" || !r.OnHost || !o.troubled {
		return nil
	}
	h := doctor.Host{ID: id, BootedAt: state.time(protocol.AttrHostBootedAt)}
	output, err := o.hosts.DescribeInstances(ctx, &ec2.DescribeInstancesInput{InstanceIds: []string{id}})
	if hasCode(err, "InvalidInstanceID.NotFound") {
		h.Gone = true
	} else if err != nil {
		return asked(ctx, "ec2:DescribeInstances", err)
	} else {
		for _, reservation := range output.Reservations {
			for _, instance := range reservation.Instances {
				if instance.State != nil {
					h.State = string(instance.State.Name)
				}
				if h.BootedAt.IsZero() {
					h.BootedAt = aws.ToTime(instance.LaunchTime)
				}
				if reason := instance.StateReason; reason != nil {
					h.ReasonCode, h.Reason = aws.ToString(reason.Code), aws.ToString(reason.Message)
				}
			}
		}
	}
	// An instance that ran and was ended by its own agent is no fault.
	if state.text(protocol.AttrHostBootedAt) == "" && h.State != "running" && h.State != "pending" {
		return nil
	}
	r.Host = &h
	instances, err := o.tasks.ListContainerInstances(ctx, &ecs.ListContainerInstancesInput{Cluster: aws.String(r.Cluster), Filter: aws.String("ec2InstanceId == " + id)})
	if err != nil || len(instances.ContainerInstanceArns) == 0 {
		if err != nil && !hasCode(err, "ClusterNotFoundException") {
			return asked(ctx, "ecs:ListContainerInstances", err)
		}
		return nil
	}
	h.Registered = true
	described, err := o.tasks.DescribeContainerInstances(ctx, &ecs.DescribeContainerInstancesInput{Cluster: aws.String(r.Cluster), ContainerInstances: instances.ContainerInstanceArns})
	if err != nil {
		return asked(ctx, "ecs:DescribeContainerInstances", err)
	}
	for _, instance := range described.ContainerInstances {
		h.Connected = instance.AgentConnected
	}
	r.Host = &h
	return nil
}
