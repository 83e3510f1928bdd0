package launchtest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
)

// Task is an ECS task.
type Task struct {
	launch.TaskStatus
	Request launch.TaskRequest
	// StopAsked means that Stop was called for it.
	StopAsked bool
	Since     time.Time
	end       time.Time
}

// Host is the EC2 host that the task was placed on; "" on Fargate.
func (t Task) Host() string {
	if t.Request.LaunchType != "EC2" {
		return ""
	}
	for _, variable := range t.Request.Overrides.Containers[0].Environment {
		if variable.Name == protocol.EnvHostID {
			return variable.Value
		}
	}
	return ""
}

// Cluster implements launch.Cluster.
type Cluster struct{ *user }

var _ launch.Cluster = Cluster{}

// Run implements launch.Cluster.
func (c Cluster) Run(_ context.Context, request launch.TaskRequest) (launch.TaskStatus, error) {
	return call(c.user, "Cluster.Run", func() (launch.TaskStatus, error) {
		for _, task := range c.tasks {
			if task.Request.Token == request.Token && task.Request.Cluster == request.Cluster {
				if !reflect.DeepEqual(task.Request, request) {
					return launch.TaskStatus{}, &launch.Refusal{Code: "ConflictException", Message: "another request has this token"}
				}
				return task.TaskStatus, nil
			}
		}
		if c.RefuseTask != nil {
			if err := c.RefuseTask(c.calls["Cluster.Run"], request); err != nil {
				return launch.TaskStatus{}, err
			}
		}
		if request.LaunchType == "EC2" {
			if err := c.placeable(request); err != nil {
				return launch.TaskStatus{}, err
			}
		}
		c.lastTask++
		task := &Task{
			TaskStatus: launch.TaskStatus{
				ARN:     fmt.Sprintf("arn:aws:ecs:eu-west-1:111122223333:task/%s/%d", request.Cluster, c.lastTask),
				Cluster: request.Cluster, Group: request.Group, StartedBy: request.StartedBy,
				LastStatus: "PROVISIONING", DesiredStatus: "RUNNING", CreatedAt: time.Now(),
			},
			Request: request, Since: time.Now(),
		}
		c.tasks = append(c.tasks, task)
		return task.TaskStatus, nil
	})
}

// placeable holds the request to the hosts there are. Only under the lock.
func (w *Fake) placeable(request launch.TaskRequest) error {
	host := w.host(Task{Request: request}.Host())
	if host == nil || !host.Registered || host.gone() {
		return &launch.Refusal{Failures: []launch.RunFailure{{Reason: "MemberOf placement constraint unsatisfied."}}}
	}
	for _, task := range w.tasks {
		if task.Host() == host.ID && task.LastStatus != "STOPPED" {
			return &launch.Refusal{Failures: []launch.RunFailure{{Reason: "RESOURCE:MEMORY"}}}
		}
	}
	return nil
}

// Task implements launch.Cluster.
func (c Cluster) Task(_ context.Context, cluster, arn string) (launch.TaskStatus, error) {
	return call(c.user, "Cluster.Task", func() (launch.TaskStatus, error) {
		task := c.task(arn)
		if task == nil || task.Request.Cluster != cluster || time.Since(task.Since) < c.UnknownTime {
			return launch.TaskStatus{}, launch.ErrNoTask
		}
		if task.StopAsked && !time.Now().Before(task.end) {
			task.LastStatus = "STOPPED"
		}
		return task.TaskStatus, nil
	})
}

// Stop implements launch.Cluster.
func (c Cluster) Stop(_ context.Context, cluster, arn, reason string) error {
	return notify(c.user, "Cluster.Stop", func() error {
		if task := c.task(arn); task != nil && task.Request.Cluster == cluster && task.LastStatus != "STOPPED" {
			task.StopAsked, task.DesiredStatus, task.StopCode, task.StopReason = true, "STOPPED", "UserInitiated", reason
			if task.end = time.Now().Add(c.StopTime); c.StopTime == 0 {
				task.LastStatus = "STOPPED"
			}
		}
		return nil
	})
}

// Instance implements launch.Cluster.
func (c Cluster) Instance(_ context.Context, _, id string) (launch.Instance, error) {
	return call(c.user, "Cluster.Instance", func() (launch.Instance, error) {
		host := c.host(id)
		found, err := launch.Instance{}, launch.ErrNotRegistered
		if host != nil && host.Registered {
			found, err = c.instance(host), nil
		}
		if c.OnInstance != nil {
			return c.OnInstance(found, err)
		}
		return found, err
	})
}

// Deregister implements launch.Cluster.
func (c Cluster) Deregister(_ context.Context, _, id string) error {
	return notify(c.user, "Cluster.Deregister", func() error {
		if host := c.host(id); host != nil {
			host.Registered = false
		}
		return nil
	})
}

// StartedBy implements launch.Cluster.
func (c Cluster) StartedBy(_ context.Context, cluster, startedBy string) ([]launch.TaskStatus, error) {
	return call(c.user, "Cluster.StartedBy", func() ([]launch.TaskStatus, error) {
		var found []launch.TaskStatus
		for _, task := range c.tasks {
			if task.Request.Cluster == cluster && task.StartedBy == startedBy && task.LastStatus != "STOPPED" {
				found = append(found, task.TaskStatus)
			}
		}
		return found, nil
	})
}

// instance is only under the lock. The cluster does not know at once that a
// host is being terminated.
func (w *Fake) instance(host *Host) launch.Instance {
	tasks := 0
	for _, task := range w.tasks {
		if task.Host() == host.ID && task.LastStatus != "STOPPED" {
			tasks++
		}
	}
	return launch.Instance{Host: host.ID, Runner: host.Runner, Ready: host.Registered && !host.Hangs, Tasks: tasks}
}

// task is only under the lock.
func (w *Fake) task(arn string) *Task {
	at := slices.IndexFunc(w.tasks, func(t *Task) bool { return t.ARN == arn })
	if at < 0 {
		return nil
	}
	return w.tasks[at]
}

func (t *Task) stop(code, reason string) {
	t.LastStatus, t.DesiredStatus, t.StopCode, t.StopReason = "STOPPED", "STOPPED", code, reason
}

// Tasks are all tasks that were ever run, in their order.
func (w *Fake) Tasks() []Task {
	w.mu.Lock()
	defer w.mu.Unlock()
	tasks := make([]Task, len(w.tasks))
	for i, task := range w.tasks {
		tasks[i] = *task
	}
	return tasks
}

// StopTask is the end of a task, and returns what its event tells.
func (w *Fake) StopTask(arn, code, reason string) launch.TaskStatus {
	w.mu.Lock()
	defer w.mu.Unlock()
	task := w.task(arn)
	if task.LastStatus != "STOPPED" {
		task.stop(code, reason)
	}
	return task.TaskStatus
}

// SetTask puts a task into a status of its life.
func (w *Fake) SetTask(arn, last, desired string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	task := w.task(arn)
	task.LastStatus, task.DesiredStatus = last, desired
}

// ForgetTask lets ECS know nothing of a task any more.
func (w *Fake) ForgetTask(arn string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.tasks = slices.DeleteFunc(w.tasks, func(t *Task) bool { return t.ARN == arn })
}
