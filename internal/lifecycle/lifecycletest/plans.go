package lifecycletest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/internal/lifecycle"
)

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
