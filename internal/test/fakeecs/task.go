package fakeecs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// Task is a task as DescribeTasks and its events have it.
type Task struct {
	TaskArn              string          `json:"taskArn"`
	ClusterArn           string          `json:"clusterArn"`
	TaskDefinitionArn    string          `json:"taskDefinitionArn"`
	ContainerInstanceArn string          `json:"containerInstanceArn,omitempty"`
	Group                string          `json:"group,omitempty"`
	StartedBy            string          `json:"startedBy,omitempty"`
	LaunchType           string          `json:"launchType"`
	LastStatus           string          `json:"lastStatus"`
	DesiredStatus        string          `json:"desiredStatus"`
	StopCode             string          `json:"stopCode,omitempty"`
	StoppedReason        string          `json:"stoppedReason,omitempty"`
	Overrides            json.RawMessage `json:"overrides,omitempty"`
	Containers           []Container     `json:"containers"`
	Version              int             `json:"version"`
	CreatedAt            unixTime        `json:"createdAt"`
	// Subnets and SecurityGroups are those of its request; none on EC2.
	Subnets        []string `json:"-"`
	SecurityGroups []string `json:"-"`
	// Role is what its containers have, ExecutionRole what ECS has to start it.
	Role          string `json:"-"`
	ExecutionRole string `json:"-"`
}

// Container is a container of a task. Only the one that the task's overrides
// name is a process; others are taken to run beside it.
type Container struct {
	Name       string `json:"name"`
	TaskArn    string `json:"taskArn"`
	LastStatus string `json:"lastStatus"`
	ExitCode   *int   `json:"exitCode,omitempty"`
	Reason     string `json:"reason,omitempty"`
}

// unixTime is a time as ECS's JSON has it: seconds since 1970.
type unixTime struct{ time.Time }

// MarshalJSON implements json.Marshaler.
func (u unixTime) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(u.UnixMilli())/1000), nil
}

// UnmarshalJSON implements json.Unmarshaler.
func (u *unixTime) UnmarshalJSON(text []byte) error {
	seconds, err := strconv.ParseFloat(string(text), 64)
	u.Time = time.UnixMilli(int64(seconds * 1000))
	return err
}

func (t Task) clone() Task {
	t.Containers = slices.Clone(t.Containers)
	return t
}

// stopPatience is how long a container may take to end when it is told to
// (stopTimeout, 30 seconds by default).
const stopPatience = 30 * time.Second

// task is a task and its process. The fleet's mutex guards the view.
type task struct {
	view      Task
	container int // of the view's: the one that is a process
	command   command
	log       *log
	// logGroup is where its output goes; "" where it goes nowhere.
	logGroup string
	// stop is closed when it is told to end, kill when it is ended.
	stop, kill         chan struct{}
	stopOnce, killOnce sync.Once
}

// end sets why a task ends, unless it ends already; the mutex is held.
func (t *task) end(code, reason string) {
	if t.view.StopCode == "" {
		t.view.StopCode, t.view.StoppedReason = code, reason
	}
	t.view.DesiredStatus = "STOPPED"
}

// change changes a task and tells of it.
func (f *Service) change(t *task, change func(*Task)) {
	f.mutex.Lock()
	change(&t.view)
	t.view.Version++
	view := t.view.clone()
	f.mutex.Unlock()
	f.emit(runnerOf(view.Group), "ECS Task State Change", view)
}

// run is a task's life.
func (f *Service) run(t *task) {
	err := f.openLog(t)
	var p *process
	if err == nil {
		p, err = start(t.command, t.log)
	}
	if err != nil {
		f.change(t, func(view *Task) {
			t.end("TaskFailedToStart", "CannotStartContainerError: "+err.Error())
			view.LastStatus, view.Containers[t.container].LastStatus, view.Containers[t.container].Reason = "STOPPED", "STOPPED", err.Error()
		})
		return
	}
	f.change(t, func(view *Task) {
		view.LastStatus = "RUNNING"
		for i := range view.Containers {
			view.Containers[i].LastStatus = "RUNNING"
		}
	})
	f.wait(t, p)
	code := p.exitCode()
	f.change(t, func(view *Task) {
		t.end("EssentialContainerExited", "Essential container in task exited")
		view.LastStatus = "STOPPED"
		for i := range view.Containers {
			view.Containers[i].LastStatus = "STOPPED"
		}
		view.Containers[t.container].ExitCode = &code
	})
}

// openLog makes a task's log stream, as its log driver does with the execution
// role.
func (f *Service) openLog(t *task) error {
	if t.logGroup == "" {
		return nil
	}
	return f.use(Use{
		Service: tasksService, Role: t.view.ExecutionRole, Actions: []string{"logs:CreateLogStream", "logs:PutLogEvents"},
		Resource: "arn:" + fakeaws.Partition(f.config.Region) + ":logs:" + f.config.Region + ":" + f.config.Account + ":log-group:" + t.logGroup + ":log-stream:logs/" + t.view.Containers[t.container].Name,
	})
}

// wait waits until the process has ended, as it is told to where it is.
func (f *Service) wait(t *task, p *process) {
	var late <-chan time.Time
	stop := t.stop
	for {
		select {
		case <-p.exited:
			return
		case <-stop:
			stop = nil
			p.terminate()
			timer := time.NewTimer(stopPatience)
			defer timer.Stop()
			late = timer.C
		case <-late:
			late = nil
			p.kill()
		case <-t.kill:
			p.kill()
			<-p.exited
			return
		case <-f.ctx.Done():
			p.kill()
			<-p.exited
			return
		}
	}
}

// Kill ends a task without notice, as a machine that fails does.
func (f *Service) Kill(arn, stopCode, reason string) error {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	t := f.find(arn)
	if t == nil {
		return errors.New("kill the task " + arn + ": there is none")
	}
	t.end(stopCode, reason)
	t.killOnce.Do(func() { close(t.kill) })
	return nil
}

func (f *Service) stopTask(_ context.Context, body []byte) (any, error) {
	var input struct{ Cluster, Task, Reason string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	t := f.find(input.Task)
	if t == nil || t.view.ClusterArn != f.arn("cluster", clusterName(input.Cluster)) {
		return nil, invalid("The referenced task was not found.")
	}
	if t.view.LastStatus != "STOPPED" {
		t.end("UserInitiated", input.Reason)
		if !f.isDisconnected(t) { // else nobody tells its container
			t.stopOnce.Do(func() { close(t.stop) })
		}
	}
	return map[string]any{"task": t.view.clone()}, nil
}

// isDisconnected reports whether the ECS agent of a task's host is not connected; the
// mutex is held.
func (f *Service) isDisconnected(t *task) bool {
	return slices.ContainsFunc(f.hosts, func(h *host) bool {
		return h.disconnected && h.view.InstanceArn == t.view.ContainerInstanceArn
	})
}

// isNew reports whether reads do not know a task yet; the mutex is held.
func (f *Service) isNew(t *task) bool {
	return time.Since(t.view.CreatedAt.Time) < f.faults[runnerOf(t.view.Group)].Lag
}

func (f *Service) describeTasks(_ context.Context, body []byte) (any, error) {
	var input struct {
		Cluster string
		Tasks   []string
	}
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found, missing := []Task{}, []map[string]string{}
	for _, name := range input.Tasks {
		t := f.find(name)
		if t == nil || f.isNew(t) || t.view.ClusterArn != f.arn("cluster", clusterName(input.Cluster)) {
			missing = append(missing, map[string]string{"arn": name, "reason": "MISSING"})
			continue
		}
		found = append(found, t.view.clone())
	}
	return map[string]any{"tasks": found, "failures": missing}, nil
}

func (f *Service) listTasks(_ context.Context, body []byte) (any, error) {
	var input struct{ Cluster, DesiredStatus, StartedBy string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	if input.DesiredStatus == "" {
		input.DesiredStatus = "RUNNING"
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	found := []string{}
	for _, t := range f.tasks {
		if !f.isNew(t) && t.view.ClusterArn == f.arn("cluster", clusterName(input.Cluster)) && t.view.DesiredStatus == input.DesiredStatus &&
			(input.StartedBy == "" || t.view.StartedBy == input.StartedBy) {
			found = append(found, t.view.TaskArn)
		}
	}
	return map[string]any{"taskArns": found}, nil
}

// protect answers for the protection of tasks, which only services have: ECS
// refuses it for all others.
func (f *Service) protect(_ context.Context, body []byte) (any, error) {
	var input struct{ Tasks []string }
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, err
	}
	failures := []map[string]string{}
	for _, name := range input.Tasks {
		failures = append(failures, map[string]string{"arn": name, "reason": "TASK_NOT_VALID"})
	}
	return map[string]any{"protectedTasks": []any{}, "failures": failures}, nil
}
