// Package lifecycletest is package lifecycle's ports in memory.
package lifecycletest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/lifecycle"
)

// Fake is an account. It is safe for concurrent use; its fields are set
// before that, or read after it.
type Fake struct {
	mu sync.Mutex

	// Definitions, AMIs, Types and Values are what the account has, by name.
	Definitions map[string]compat.TaskDefinition
	AMIs        map[string]compat.Image
	Types       map[string]compat.InstanceType
	Values      map[string]string

	// Configurations are all versions, by runner and id.
	Configurations map[string]map[string]configuration.Configuration
	// Secrets are the runners' secrets by name.
	Secrets map[string]configuration.Secret
	// Runners are the items by name, Removed the names that were removed.
	Runners map[string]lifecycle.Runner
	Removed []string
	// Stacks are the items of stacks by name, Plans those of plans by their
	// state machine.
	Stacks map[string]*Stack
	Plans  map[string]lifecycle.Plan
	// Executions are the current ones by deployment and state machine.
	Executions map[string]map[string]string
	// Deployed has when each of them was deployed.
	Deployed map[string]map[string]time.Time
	// Started are the executions by state machine and name, in their order.
	Started []Execution

	// Statuses are stacks' by id; a stack that is missing is being updated, and one with
	// the status "" does not exist.
	Statuses map[string]string
	// Resources are the physical ids of every stack's resources; Foreign are those of
	// particular stacks, by id.
	Resources []string
	Foreign   map[string][]string

	starts map[string]lifecycle.Start
	// Fail answers a call in place of the Fake, if it returns an error; call is
	// the method's name.
	Fail func(call string) error
}

// Stack is a stack's item.
type Stack struct {
	// Framework is what a framework wrote.
	Framework     lifecycle.Origin
	StateMachines []string
	Runners       []string
	Parameters    map[string]string
	// Failed says that the item has a stackError.
	Failed bool
}

// Execution is one that was started.
type Execution struct{ StateMachine, Name, Input string }

// NewFake is an account with nothing in it but the default task definition.
func NewFake() *Fake {
	definition := compat.DefaultTaskDefinition()
	definition.Containers = []compat.Container{{Name: compat.Known("Container"), EntryPoint: compat.Known(false)}}
	return &Fake{
		Definitions:    map[string]compat.TaskDefinition{"attini-default-runner": definition},
		AMIs:           map[string]compat.Image{},
		Types:          map[string]compat.InstanceType{},
		Values:         map[string]string{},
		Configurations: map[string]map[string]configuration.Configuration{},
		Secrets:        map[string]configuration.Secret{},
		Runners:        map[string]lifecycle.Runner{},
		Stacks:         map[string]*Stack{},
		Plans:          map[string]lifecycle.Plan{},
		Executions:     map[string]map[string]string{},
		Deployed:       map[string]map[string]time.Time{},
		Statuses:       map[string]string{},
		Foreign:        map[string][]string{},
		starts:         map[string]lifecycle.Start{},
	}
}

// Ports are the ports of the Fake.
func (w *Fake) Ports() lifecycle.Ports {
	return lifecycle.Ports{
		Account: w, Configurations: w, Secrets: w, Runners: w, Remover: w, Plans: w, Starts: w, Deployments: w, StateMachines: w, Stacks: stacks{w},
	}
}

// call does something under the lock, unless the call is to fail.
func (w *Fake) call(name string, do func() error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Fail != nil {
		if err := w.Fail(name); err != nil {
			return err
		}
	}
	return do()
}

// KeptConfigurations implements lifecycle.Configurations.
func (w *Fake) KeptConfigurations(_ context.Context, runner string) ([]configuration.Configuration, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	var kept []configuration.Configuration
	for _, id := range slices.Sorted(maps.Keys(w.Configurations[runner])) {
		kept = append(kept, w.Configurations[runner][id])
	}
	return kept, nil
}

// PutConfiguration implements lifecycle.Configurations.
func (w *Fake) PutConfiguration(_ context.Context, c configuration.Configuration) error {
	return w.call("PutConfiguration", func() error {
		id, err := c.ID()
		if err != nil {
			return err
		}
		if w.Configurations[c.ResourceName()] == nil {
			w.Configurations[c.ResourceName()] = map[string]configuration.Configuration{}
		}
		w.Configurations[c.ResourceName()][id] = c
		return nil
	})
}

// EnsureSecret implements lifecycle.Secrets.
func (w *Fake) EnsureSecret(_ context.Context, runner string) (secret configuration.Secret, err error) {
	return secret, w.call("EnsureSecret", func() error {
		if w.Secrets[runner].Key == "" {
			w.Secrets[runner] = configuration.NewSecret(time.Now())
		}
		secret = w.Secrets[runner]
		return nil
	})
}

// PutRunner implements lifecycle.Runners.
func (w *Fake) PutRunner(_ context.Context, runner lifecycle.Runner) error {
	return w.call("PutRunner", func() error {
		name := runner.Configuration.ResourceName()
		if owner := w.Runners[name].StackID; owner != "" && owner != runner.StackID && owner != runner.Replaces {
			return lifecycle.ErrForeignRunner
		}
		if runner.Origin == (lifecycle.Origin{}) {
			runner.Origin = w.Runners[name].Origin
		}
		w.Runners[name] = runner
		return nil
	})
}

// StackOf implements lifecycle.Runners.
func (w *Fake) StackOf(_ context.Context, name string) (stackID string, err error) {
	return stackID, w.call("StackOf", func() error {
		runner, exists := w.Runners[name]
		if !exists {
			return launch.ErrNoRunner
		}
		stackID = runner.StackID
		return nil
	})
}

// RunnersOf implements lifecycle.Runners.
func (w *Fake) RunnersOf(_ context.Context, stackID, _ string) (names []string, err error) {
	return names, w.call("RunnersOf", func() error {
		for _, runner := range w.Runners {
			if runner.StackID == stackID {
				names = append(names, runner.Configuration.RunnerName)
			}
		}
		slices.Sort(names)
		return nil
	})
}

// SetOrigin implements lifecycle.Runners.
func (w *Fake) SetOrigin(_ context.Context, name string, origin lifecycle.Origin) error {
	return w.call("SetOrigin", func() error {
		if runner, exists := w.Runners[name]; exists {
			runner.Origin = origin
			w.Runners[name] = runner
		}
		return nil
	})
}

// Remove implements lifecycle.Remover.
func (w *Fake) Remove(_ context.Context, name string) error {
	return w.call("Remove", func() error {
		w.Removed = append(w.Removed, name)
		delete(w.Runners, name)
		delete(w.Configurations, name)
		return nil
	})
}

// StartExecution implements lifecycle.StateMachines.
func (w *Fake) StartExecution(_ context.Context, stateMachineARN, name string, input []byte) error {
	return w.call("StartExecution", func() error {
		if _, exists := w.Plans[stateMachineARN]; !exists {
			return fmt.Errorf("start %s: %w", stateMachineARN, lifecycle.ErrNoStateMachine)
		}
		for _, execution := range w.Started {
			if execution.StateMachine == stateMachineARN && execution.Name == name {
				return nil
			}
		}
		w.Started = append(w.Started, Execution{stateMachineARN, name, string(input)})
		return nil
	})
}
