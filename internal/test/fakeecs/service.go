// Package fakeecs plays ECS tasks, and the EC2 instances that are their hosts, as
// processes of this machine: a task is the command of its container with the
// environment that it was given, and its end is an event. It refuses what ECS
// refuses. Clusters, task definitions and launch templates are the stand-in's.
package fakeecs

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// Config is what a fleet is told.
type Config struct {
	// Account is whose all is; Region is where.
	Account, Region string
	// AWS is where task definitions and launch templates are.
	AWS aws.Config
	// Environment are the variables that a task's process gets over those of its
	// container: PATH, and where AWS is.
	Environment func(Task) []string
	// Use asks whether ECS or EC2 may do something with a role, which it takes
	// first; without an action it only takes it. The error has AWS's words. All is
	// permitted without it.
	Use func(Use) error
	// Emit sends an event of a service; detail is its JSON. It may be called by
	// several at once.
	Emit func(ctx context.Context, source, detailType string, detail []byte)
}

// Use is what a service does with a role.
type Use struct {
	// Service is ecs-tasks.amazonaws.com or ec2.amazonaws.com. The role is given by
	// its ARN, or by the name of its instance profile.
	Service, Role, Profile string
	// Actions are on one resource.
	Actions  []string
	Resource string
}

// use asks whether a service may use a role; what has no role does nothing.
func (f *Service) use(u Use) error {
	if f.config.Use == nil || u.Role == "" && u.Profile == "" {
		return nil
	}
	return f.config.Use(u)
}

// Service is all tasks and instances of an account.
type Service struct {
	config      Config
	definitions *ecs.Client
	templates   *ec2.Client
	// metadata is what tasks ask about themselves.
	metadata *httptest.Server
	ctx      context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup

	mutex sync.Mutex
	// tasks are all that ever were, in their order; a request by its token.
	tasks    []*task
	requests map[string]*request
	hosts    []*host
	// faults are those of runners.
	faults map[string]Faults
	// soldOut are the instance types and subnets without capacity.
	soldOut map[[2]string]bool
}

// New makes a fleet without tasks. Its caller must call Close.
func New(config Config) *Service {
	f := &Service{
		config: config, definitions: ecs.NewFromConfig(config.AWS), templates: ec2.NewFromConfig(config.AWS),
		requests: map[string]*request{}, faults: map[string]Faults{}, soldOut: map[[2]string]bool{},
	}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.metadata = httptest.NewServer(http.HandlerFunc(f.serveMetadata))
	return f
}

// Close kills all tasks and waits for them.
func (f *Service) Close() {
	f.cancel()
	f.running.Wait()
	f.metadata.Close()
}

// Operations are the calls that a fleet plays, as standin.Cloud.Play names them.
func Operations() []string {
	return []string{
		"ecs.RunTask", "ecs.StopTask", "ecs.DescribeTasks", "ecs.ListTasks",
		"ecs.UpdateTaskProtection", "ecs.GetTaskProtection",
		"ecs.ListContainerInstances", "ecs.DescribeContainerInstances", "ecs.DeregisterContainerInstance",
		"ec2.RunInstances", "ec2.DescribeInstances", "ec2.DescribeInstanceStatus", "ec2.TerminateInstances",
	}
}

// ServeHTTP implements http.Handler: ECS's JSON, and EC2's Query requests.
func (f *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := fakeaws.Body(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client has gone
	}
	target := r.Header.Get("X-Amz-Target")
	if target == "" {
		f.serveInstances(w, body)
		return
	}
	operations := map[string]func(context.Context, []byte) (any, error){
		"RunTask": f.runTask, "StopTask": f.stopTask, "DescribeTasks": f.describeTasks, "ListTasks": f.listTasks,
		"UpdateTaskProtection": f.protect, "GetTaskProtection": f.protect,
		"ListContainerInstances": f.listInstances, "DescribeContainerInstances": f.describeInstances,
		"DeregisterContainerInstance": f.deregister,
	}
	operation := target[strings.LastIndex(target, ".")+1:]
	var answer any
	if f.throttled(operation, body) {
		err = &Refusal{"ThrottlingException", "Rate exceeded"}
	} else {
		answer, err = operations[operation](r.Context(), body)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		answer = refusalOf(err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		panic(err) // never of what is made here
	}
	_, _ = w.Write(text) // the client's matter
}

// Refusal is an error as ECS and EC2 have them.
type Refusal struct {
	Code    string `json:"__type"`
	Message string `json:"message"`
}

// Error implements error.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

func invalid(message string) *Refusal { return &Refusal{"InvalidParameterException", message} }

// refusalOf is what an error is answered with.
func refusalOf(err error) *Refusal {
	if refusal, ok := err.(*Refusal); ok { //nolint:errorlint // made here, never wrapped
		return refusal
	}
	return &Refusal{"ServerException", err.Error()}
}

// AllTasks are all tasks that were ever started, in their order.
func (f *Service) AllTasks() []Task {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var found []Task
	for _, t := range f.tasks {
		found = append(found, t.view.clone())
	}
	return found
}

// Tasks are those of a group.
func (f *Service) Tasks(group string) []Task {
	return slices.DeleteFunc(f.AllTasks(), func(t Task) bool { return t.Group != group })
}

// Hosts are all instances that were ever started for a runner, in their order.
func (f *Service) Hosts(runner string) []Host {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var found []Host
	for _, h := range f.hosts {
		if h.view.Runner == runner {
			found = append(found, h.view)
		}
	}
	return found
}

// Log is what a task's process has printed.
func (f *Service) Log(arn string) string {
	f.mutex.Lock()
	t := f.find(arn)
	f.mutex.Unlock()
	if t == nil {
		return ""
	}
	return t.log.String()
}

// find finds a task by its ARN or id; the mutex is held.
func (f *Service) find(name string) *task {
	at := slices.IndexFunc(f.tasks, func(t *task) bool {
		return t.view.TaskArn == name || strings.HasSuffix(t.view.TaskArn, "/"+name)
	})
	if at < 0 {
		return nil
	}
	return f.tasks[at]
}

func (f *Service) arn(kind, rest string) string {
	return "arn:" + fakeaws.Partition(f.config.Region) + ":ecs:" + f.config.Region + ":" + f.config.Account + ":" + kind + "/" + rest
}

// clusterName is the cluster of a request, by name or ARN.
func clusterName(given string) string {
	if given == "" {
		return "default"
	}
	return given[strings.LastIndex(given, "/")+1:]
}
