package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Ports are what a Lifecycle works with. All of them are required and may be called
// concurrently. Every write can be repeated.
type Ports struct {
	Account        Account
	Configurations Configurations
	Secrets        Secrets
	Runners        Runners
	Remover        Remover
	Plans          Plans
	Starts         Starts
	Deployments    Deployments
	StateMachines  StateMachines
	Stacks         Stacks
}

// Stacks is CloudFormation.
type Stacks interface {
	// Status returns a stack's present status by its id, such as UPDATE_IN_PROGRESS. It
	// returns ErrNoStack for one that CloudFormation does not know in this account and
	// region.
	Status(ctx context.Context, stackID string) (string, error)
	// Resources returns the physical ids of a stack's resources.
	Resources(ctx context.Context, stackID string) ([]string, error)
}

// Account answers what only the AWS account and region know.
type Account interface {
	compat.Account
	// TaskDefinition describes a task definition by its ARN, its family or
	// family:revision. It returns ErrNoTaskDefinition for one that does not exist, or
	// that is not active.
	TaskDefinition(ctx context.Context, name string) (compat.TaskDefinition, error)
}

// Configurations is the part of launch.Configurations that a deployment needs.
type Configurations interface {
	// PutConfiguration stores a version and makes it the runner's current one.
	PutConfiguration(ctx context.Context, c configuration.Configuration) error
	// KeptConfigurations returns the versions of a runner that are kept, in a stable
	// order.
	KeptConfigurations(ctx context.Context, runner string) ([]configuration.Configuration, error)
}

// Secrets is the part of configuration.Secrets that a deployment needs.
type Secrets interface {
	// EnsureSecret returns the secret of a runner, and makes one if it has none.
	EnsureSecret(ctx context.Context, runner string) (configuration.Secret, error)
}

// Runners are the runner items of the state table (docs/wire.md, "Runner item").
// Attributes of the launcher and of agents stay unchanged.
type Runners interface {
	// PutRunner writes the stack's attributes of a runner. A runner that was being
	// deleted can be started again after that. It returns ErrForeignRunner, and writes
	// nothing, if the item has the id of another stack than the runner's StackID and
	// Replaces.
	PutRunner(ctx context.Context, runner Runner) error
	// StackOf returns the id of the stack that a runner belongs to; "" if the item
	// does not have it. It returns launch.ErrNoRunner without an item.
	StackOf(ctx context.Context, name string) (stackID string, err error)
	// RunnersOf returns the logical ids of a stack's runners, sorted.
	RunnersOf(ctx context.Context, stackID, stackName string) ([]string, error)
	// SetOrigin writes where a runner's distribution comes from. A runner that does
	// not exist is no error.
	SetOrigin(ctx context.Context, name string, origin Origin) error
}

// Remover removes a runner: launch.Remover.
type Remover interface {
	// Remove stops the runner's tasks, fails its jobs, terminates its hosts and deletes
	// its items. It can be repeated, even after it was interrupted. A runner that does
	// not exist is no error.
	Remove(ctx context.Context, name string) error
}

// Plans are the stack and plan items of the state table (docs/wire.md).
type Plans interface {
	// StackOrigin returns what the framework has recorded of a stack; the zero Origin
	// if no framework deployed it.
	StackOrigin(ctx context.Context, stackName string) (Origin, error)
	// StackOfPlan returns the name of the stack that a plan belongs to; "" if there is
	// no item.
	StackOfPlan(ctx context.Context, stateMachineARN string) (stackName string, err error)
	// PutPlan writes a plan's item. It also writes the plan, the stack's parameters and
	// the names of its runners into the stack's item, and removes the stack's last
	// error from it. The items of other plans stay.
	PutPlan(ctx context.Context, plan Plan) error
	// DeletePlan deletes a plan's item, and removes the plan from the stack's item. It
	// deletes the stack's item if no plan is left in it and no framework wrote it.
	DeletePlan(ctx context.Context, stackName, stateMachineARN string) error
	// RemoveRunner removes a runner's name from the stack's item, if there is one.
	RemoveRunner(ctx context.Context, stackName, runner string) error
}

// Starts are the plans to start when their stack is complete.
type Starts interface {
	// PutStart records a start, and replaces an earlier one of the same plan.
	PutStart(ctx context.Context, start Start) error
	// Starts returns the starts of a stack's plans, in a stable order.
	Starts(ctx context.Context, stackID string) ([]Start, error)
	// DeleteStart removes a start. A start that replaced it stays. A start that does
	// not exist is no error.
	DeleteStart(ctx context.Context, start Start) error
	// DeletePlanStart removes any start of a plan.
	DeletePlanStart(ctx context.Context, stackID, stateMachineARN string) error
}

// Deployments are the items of the deployment table, in which agents look up
// whether an execution belongs to the current deployment (docs/wire.md).
type Deployments interface {
	// SetExecution makes an execution the plan's current one. deployed is the time of
	// its deployment.
	SetExecution(ctx context.Context, deployment, stateMachineARN, executionARN string, deployed time.Time) error
	// ForgetPlan removes the plan's current execution, and the item if it has nothing
	// else.
	ForgetPlan(ctx context.Context, deployment, stateMachineARN string) error
}

// StateMachines is Step Functions.
type StateMachines interface {
	// StartExecution starts an execution. The same name again is no error: that
	// execution has started, and may have ended. It returns ErrNoStateMachine if the
	// state machine does not exist.
	StartExecution(ctx context.Context, stateMachineARN, name string, input []byte) error
}

var (
	// ErrForeignRunner means that the runner belongs to another stack.
	ErrForeignRunner = errors.New("the runner belongs to another stack")
	// ErrNoTaskDefinition means that the task definition does not exist, or is not
	// active.
	ErrNoTaskDefinition = errors.New("there is no such active task definition")
	// ErrNoStateMachine means that the state machine does not exist.
	ErrNoStateMachine = errors.New("there is no such state machine")
)
