package main

import (
	"encoding/json"
	"errors"

	"github.com/attini-go/runner/internal/aws"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/stacks"
)

// readTask reads the detail of an ECS task state change (ECS developer guide,
// "Amazon ECS task state change events"); it is a task as DescribeTasks has it.
func readTask(detail json.RawMessage) (launch.TaskStatus, error) {
	var task struct {
		TaskArn       string `json:"taskArn"`
		ClusterArn    string `json:"clusterArn"`
		Group         string `json:"group"`
		StartedBy     string `json:"startedBy"`
		LastStatus    string `json:"lastStatus"`
		DesiredStatus string `json:"desiredStatus"`
		StopCode      string `json:"stopCode"`
		StoppedReason string `json:"stoppedReason"`
		Containers    []struct {
			Name     string `json:"name"`
			ExitCode *int   `json:"exitCode"`
			Reason   string `json:"reason"`
		} `json:"containers"`
	}
	if err := json.Unmarshal(detail, &task); err != nil || task.TaskArn == "" {
		return launch.TaskStatus{}, errors.New("read a task's event: its detail is no task")
	}
	status := launch.TaskStatus{
		ARN: task.TaskArn, Cluster: task.ClusterArn, Group: task.Group, StartedBy: task.StartedBy,
		LastStatus: task.LastStatus, DesiredStatus: task.DesiredStatus, StopCode: task.StopCode, StopReason: task.StoppedReason,
	}
	for _, container := range task.Containers {
		ended := launch.ContainerStatus{Name: container.Name, Reason: container.Reason}
		if container.ExitCode != nil {
			ended.Ended, ended.ExitCode = true, *container.ExitCode
		}
		status.Containers = append(status.Containers, ended)
	}
	return status, nil
}

// readInstance reads the detail of an ECS container instance state change (ECS
// developer guide, "Amazon ECS container instance state change events"). It
// may lack the number of tasks.
func readInstance(detail json.RawMessage) (cluster string, found launch.Instance, err error) {
	var instance struct {
		ClusterArn        string `json:"clusterArn"`
		Ec2InstanceID     string `json:"ec2InstanceId"`
		Status            string `json:"status"`
		AgentConnected    bool   `json:"agentConnected"`
		RunningTasksCount int    `json:"runningTasksCount"`
		PendingTasksCount int    `json:"pendingTasksCount"`
		Attributes        []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"attributes"`
	}
	if err := json.Unmarshal(detail, &instance); err != nil || instance.ClusterArn == "" {
		return "", launch.Instance{}, errors.New("read a container instance's event: its detail is no container instance")
	}
	found = launch.Instance{
		Host: instance.Ec2InstanceID, Ready: instance.Status == "ACTIVE" && instance.AgentConnected,
		Tasks: instance.RunningTasksCount + instance.PendingTasksCount,
	}
	for _, attribute := range instance.Attributes {
		if attribute.Name == aws.RunnerAttribute {
			found.Runner = attribute.Value
		}
	}
	return instance.ClusterArn, found, nil
}

// readStack reads the detail of a stack's status change (EventBridge events reference,
// "CloudFormation Stack Status Change").
func readStack(detail json.RawMessage) (stacks.StackEvent, error) {
	var event struct {
		StackID      string `json:"stack-id"`
		RequestToken string `json:"client-request-token"`
		Details      struct {
			Status string `json:"status"`
		} `json:"status-details"`
	}
	if err := json.Unmarshal(detail, &event); err != nil || event.StackID == "" {
		return stacks.StackEvent{}, errors.New("read a stack's event: its detail is no stack")
	}
	return stacks.StackEvent{StackID: event.StackID, Status: event.Details.Status, RequestToken: event.RequestToken}, nil
}

// succeeded reports whether the detail of an execution's status change (Step Functions
// developer guide, "Automating Step Functions event delivery with EventBridge") is that
// of one that succeeded.
func succeeded(detail json.RawMessage) bool {
	var execution struct {
		Status string `json:"status"`
	}
	return json.Unmarshal(detail, &execution) == nil && execution.Status == "SUCCEEDED"
}

// readHost reads the detail of an EC2 instance state-change notification (EC2 user
// guide, "Instance state change events") and returns the instance's id.
func readHost(detail json.RawMessage) (string, error) {
	var instance struct {
		ID string `json:"instance-id"`
	}
	if err := json.Unmarshal(detail, &instance); err != nil || instance.ID == "" {
		return "", errors.New("read an instance's event: its detail names no instance")
	}
	return instance.ID, nil
}
