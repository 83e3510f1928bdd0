// Package lifecycletest is package lifecycle's ports in memory.
package lifecycletest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
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

// StackOrigin implements lifecycle.Plans.
func (w *Fake) StackOrigin(_ context.Context, stackName string) (origin lifecycle.Origin, err error) {
	return origin, w.call("StackOrigin", func() error {
		if stack := w.Stacks[stackName]; stack != nil {
			origin = stack.Framework
		}
		return nil
	})
}

// StackOfPlan implements lifecycle.Plans.
func (w *Fake) StackOfPlan(_ context.Context, stateMachineARN string) (name string, err error) {
	return name, w.call("StackOfPlan", func() error {
		name = w.Plans[stateMachineARN].StackName
		return nil
	})
}

// PutPlan implements lifecycle.Plans.
func (w *Fake) PutPlan(_ context.Context, plan lifecycle.Plan) error {
	return w.call("PutPlan", func() error {
		stack := w.Stacks[plan.StackName]
		if stack == nil {
			stack = &Stack{}
			w.Stacks[plan.StackName] = stack
		}
		stack.Failed = false
		if !slices.Contains(stack.StateMachines, plan.StateMachineARN) {
			stack.StateMachines = append(stack.StateMachines, plan.StateMachineARN)
		}
		stack.Runners, stack.Parameters = plan.Runners, plan.Parameters
		w.Plans[plan.StateMachineARN] = plan
		return nil
	})
}

// DeletePlan implements lifecycle.Plans.
func (w *Fake) DeletePlan(_ context.Context, stackName, stateMachineARN string) error {
	return w.call("DeletePlan", func() error {
		delete(w.Plans, stateMachineARN)
		stack := w.Stacks[stackName]
		if stack == nil {
			return nil
		}
		stack.StateMachines = slices.DeleteFunc(stack.StateMachines, func(arn string) bool { return arn == stateMachineARN })
		if len(stack.StateMachines) == 0 && stack.Framework == (lifecycle.Origin{}) {
			delete(w.Stacks, stackName)
		}
		return nil
	})
}

// RemoveRunner implements lifecycle.Plans.
func (w *Fake) RemoveRunner(_ context.Context, stackName, runner string) error {
	return w.call("ForgetRunner", func() error {
		if stack := w.Stacks[stackName]; stack != nil {
			stack.Runners = slices.DeleteFunc(stack.Runners, func(name string) bool { return name == runner })
		}
		return nil
	})
}

func startKey(stackID, stateMachine string) string { return stackID + "#" + stateMachine }

// PutStart implements lifecycle.Starts.
func (w *Fake) PutStart(_ context.Context, start lifecycle.Start) error {
	return w.call("PutStart", func() error {
		w.starts[startKey(start.StackID, start.StateMachineARN)] = start
		return nil
	})
}

// Starts implements lifecycle.Starts.
func (w *Fake) Starts(_ context.Context, stackID string) (found []lifecycle.Start, err error) {
	return found, w.call("Starts", func() error {
		for _, key := range slices.Sorted(maps.Keys(w.starts)) {
			if strings.HasPrefix(key, startKey(stackID, "")) {
				found = append(found, w.starts[key])
			}
		}
		return nil
	})
}

// DeleteStart implements lifecycle.Starts.
func (w *Fake) DeleteStart(_ context.Context, start lifecycle.Start) error {
	return w.call("DeleteStart", func() error {
		key := startKey(start.StackID, start.StateMachineARN)
		if w.starts[key].Execution == start.Execution {
			delete(w.starts, key)
		}
		return nil
	})
}

// DeletePlanStart implements lifecycle.Starts.
func (w *Fake) DeletePlanStart(_ context.Context, stackID, stateMachineARN string) error {
	return w.call("DeletePlanStart", func() error {
		delete(w.starts, startKey(stackID, stateMachineARN))
		return nil
	})
}

// SetExecution implements lifecycle.Deployments.
func (w *Fake) SetExecution(_ context.Context, deployment, stateMachineARN, executionARN string, deployed time.Time) error {
	return w.call("SetExecution", func() error {
		if w.Executions[deployment] == nil {
			w.Executions[deployment], w.Deployed[deployment] = map[string]string{}, map[string]time.Time{}
		}
		w.Deployed[deployment][stateMachineARN] = deployed
		w.Executions[deployment][stateMachineARN] = executionARN
		return nil
	})
}

// ForgetPlan implements lifecycle.Deployments.
func (w *Fake) ForgetPlan(_ context.Context, deployment, stateMachineARN string) error {
	return w.call("ForgetPlan", func() error {
		delete(w.Executions[deployment], stateMachineARN)
		delete(w.Deployed[deployment], stateMachineARN)
		if len(w.Executions[deployment]) == 0 {
			delete(w.Executions, deployment)
			delete(w.Deployed, deployment)
		}
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
