package launchtest

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// Fake is an account: queues, steps, tables, a cluster and hosts. It is safe
// for concurrent use.
type Fake struct {
	mu             sync.Mutex
	calls          map[string]int
	configurations map[string]map[string]configuration.Configuration
	current        map[string]string
	deployments    map[string]message.Deployment
	plans          map[string]string
	secrets        map[string]configuration.Secret
	queues         map[string]*queue
	steps          map[string]*Step
	runners        map[string]*item
	claims         map[string][]*launch.Claim
	tasks          []*Task
	attempts       map[string]string
	parsed         map[string]*protocol.Message
	lastTask       int
	hosts          []*Host
	renewed        map[string]time.Time
	timers         []timer

	// RefuseTask answers RunTask in the cluster's place, if it returns an
	// error; n counts the calls from 1. It is set before the Fake is used.
	RefuseTask func(n int, request launch.TaskRequest) error
	// RefuseHost answers RunInstances likewise.
	RefuseHost func(n int, request launch.HostRequest) error
	// OnInstance changes the cluster's answers about a host, if it is set.
	OnInstance func(launch.Instance, error) (launch.Instance, error)
	// EndTime is how long an instance takes to end when it is asked to.
	EndTime time.Duration
	// UnknownTime is how long ECS and EC2 do not know what was just started.
	UnknownTime time.Duration
	// StopTime is how long a task takes to stop when it is asked to.
	StopTime time.Duration
	// MaxMessage is the size of message that queues take; 0 is SQS's.
	MaxMessage int
	// Await, if it is set, waits in a receive's place: until changed is closed, a time, or
	// the context's end.
	Await func(ctx context.Context, changed <-chan struct{}, until time.Time)
	// LockOpen has the start lock refuse nobody, to see what it is for.
	LockOpen bool
}

// NewFake is an empty account.
func NewFake() *Fake {
	return &Fake{
		calls: map[string]int{}, configurations: map[string]map[string]configuration.Configuration{}, current: map[string]string{},
		deployments: map[string]message.Deployment{}, plans: map[string]string{}, secrets: map[string]configuration.Secret{},
		queues: map[string]*queue{}, steps: map[string]*Step{}, runners: map[string]*item{}, claims: map[string][]*launch.Claim{},
		renewed: map[string]time.Time{}, attempts: map[string]string{}, parsed: map[string]*protocol.Message{},
	}
}

// Deploy is what a stack's deployment leaves behind: a version of the
// configuration, the runner's item, and its queue. It returns the version's
// id.
func (w *Fake) Deploy(c configuration.Configuration) string {
	id, err := c.ID()
	if err != nil {
		panic(err) // a test's mistake
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	name := c.ResourceName()
	if w.configurations[name] == nil {
		w.configurations[name] = map[string]configuration.Configuration{}
	}
	w.configurations[name][id], w.current[name] = c, id
	if w.runners[name] == nil {
		w.runners[name] = &item{}
	}
	w.runners[name].QueueURL, w.runners[name].RunnerCluster, w.runners[name].RunnerConfiguration = c.QueueURL, c.Task.Cluster, id
	if w.queues[c.QueueURL] == nil {
		w.queues[c.QueueURL] = newQueue()
	}
	return id
}

// AddRunner makes the item and the queue of a runner that has no configuration.
func (w *Fake) AddRunner(name, queueURL string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runners[name] = &item{}
	w.runners[name].QueueURL = queueURL
	w.queues[queueURL] = newQueue()
}

// Begin is what lifecycle notes of a deployment when it starts a plan.
func (w *Fake) Begin(deployment, stateMachine, execution string, deployed time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.deployments[deployment] = message.Deployment{
		Executions: map[string]string{stateMachine: execution}, Times: map[string]time.Time{stateMachine: deployed},
	}
	if w.plans[stateMachine] == "" {
		w.plans[stateMachine] = OnFargate().StackName
	}
}

// SetPlan makes a state machine a plan of another stack than OnFargate's.
func (w *Fake) SetPlan(stateMachine, stack string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.plans[stateMachine] = stack
}

// SetSecret gives a runner a secret.
func (w *Fake) SetSecret(runner string, secret configuration.Secret) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.secrets[runner] = secret
}

// Calls is how often a port's method was called, as in "Cluster.Run".
func (w *Fake) Calls(name string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calls[name]
}

// AllCalls is how often each was called.
func (w *Fake) AllCalls() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.calls)
}

// Called are the names of what was called, sorted.
func (w *Fake) Called() []string { return slices.Sorted(maps.Keys(w.AllCalls())) }

// Hook sees every call of one user's ports twice: before it is done, and after
// that. An error is the call's answer; one that comes before keeps it from
// being done. A panic is the user's death. Nil sees nothing.
type Hook func(call string, done bool) error

// Ports are the ports of one user of the Fake.
func (w *Fake) Ports(hook Hook) launch.Ports {
	u := &user{w, hook}
	return launch.Ports{
		Configurations: Configurations{u}, Secrets: Secrets{u}, Admissions: Admissions{u}, Queue: Queue{u}, Steps: Steps{u}, States: States{u}, Claims: Claims{u},
		Cluster: Cluster{u}, Hosts: Hosts{u}, Checks: Checks{u},
	}
}

// user is one caller of the ports.
type user struct {
	*Fake
	hook Hook
}

// call does something in the Fake, as one call.
func call[T any](u *user, name string, do func() (T, error)) (T, error) {
	var nothing T
	if u.hook != nil {
		if err := u.hook(name, false); err != nil {
			return nothing, err
		}
	}
	result, err := locked(u.Fake, name, do)
	if u.hook != nil {
		if err := u.hook(name, true); err != nil {
			return nothing, err
		}
	}
	return result, err
}

func locked[T any](w *Fake, name string, do func() (T, error)) (T, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[name]++
	return do()
}

// notify is a call that returns nothing but an error.
func notify(u *user, name string, do func() error) error {
	_, err := call(u, name, func() (struct{}, error) { return struct{}{}, do() })
	return err
}
