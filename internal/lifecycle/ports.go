package lifecycle

import (
	"context"
	"errors"
	"time"

	"github.com/attini-go/runner/internal/compat"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Ports are what a Lifecycle works with; all of them are required, and may be
// called concurrently. Every write can be repeated.
type Ports struct {
	Account        Account
	Configurations Configurations
	Runners        Runners
	Remover        Remover
	Plans          Plans
	Starts         Starts
	Deployments    Deployments
	StateMachines  StateMachines
}

// Account answers what only the AWS account and region know.
type Account interface {
	compat.Account
	// TaskDefinition describes a task definition by its ARN, its family or
	// family:revision. It returns ErrNoTaskDefinition for one that does not
	// exist, or with which no task can be started any more.
	TaskDefinition(ctx context.Context, name string) (compat.TaskDefinition, error)
}

// Configurations is the part of launch.Configurations that a deployment needs.
type Configurations interface {
	// PutConfiguration keeps a version and makes it the runner's current one.
	PutConfiguration(ctx context.Context, c configuration.Configuration) error
}

// Runners are the runner items of the state table (docs/wire.md, "Runner item").
// Attributes of the launcher and of agents stay unchanged.
type Runners interface {
	// PutRunner writes what a stack says of its runner, and opens a runner
	// that was being deleted.
	PutRunner(ctx context.Context, runner Runner) error
	// StackOf returns the id of the stack that a runner belongs to; "" when
	// the item does not say. It returns launch.ErrNoRunner without an item.
	StackOf(ctx context.Context, name string) (stackID string, err error)
	// RunnersOf returns the logical ids of a stack's runners, sorted.
	RunnersOf(ctx context.Context, stackID, stackName string) ([]string, error)
	// SetOrigin writes where a runner's distribution comes from. A runner
	// that is gone is no error.
	SetOrigin(ctx context.Context, name string, origin Origin) error
}

// Remover ends a runner: launch.Launcher.
type Remover interface {
	// Remove stops the runner's tasks, fails its jobs, terminates its host and
	// deletes its items. It can be repeated, also after it was broken off; a
	// runner that is gone is no error.
	Remove(ctx context.Context, name string) error
}

// Plans are the stack and plan items of the state table (docs/wire.md).
type Plans interface {
	// StackOrigin returns what the framework knows of a stack; the zero Origin
	// where no framework deployed it.
	StackOrigin(ctx context.Context, stackName string) (Origin, error)
	// PutPlan writes a plan's item, and into the stack's item the plan, the
	// stack's parameters and the names of its runners, and takes the stack's
	// last error out of it. The items of other plans are left.
	PutPlan(ctx context.Context, plan Plan) error
	// DeletePlan deletes a plan's item, and the plan in the stack's item, which
	// goes too when no plan and nothing of a framework's is left in it.
	DeletePlan(ctx context.Context, stackName, stateMachineARN string) error
	// RemoveRunner takes a runner's name out of the stack's item, if there is
	// one.
	RemoveRunner(ctx context.Context, stackName, runner string) error
}

// Starts are the plans that are to be started when their stack is complete.
type Starts interface {
	// PutStart records a start, in place of an earlier one of the same plan.
	PutStart(ctx context.Context, start Start) error
	// Starts returns what is to be started for a stack, in a stable order.
	Starts(ctx context.Context, stackID string) ([]Start, error)
	// DeleteStart removes a start. If it is gone, or another was recorded in
	// its place, that is no error, and the other stays.
	DeleteStart(ctx context.Context, start Start) error
	// DeletePlanStart removes a plan's start, whichever it is.
	DeletePlanStart(ctx context.Context, stackID, stateMachineARN string) error
}

// Deployments are the items of the deployment table, in which agents look up
// whether an execution belongs to the current deployment (docs/wire.md).
type Deployments interface {
	// SetExecution makes an execution the plan's current one, of the deployment
	// of a time.
	SetExecution(ctx context.Context, deployment, stateMachineARN, executionARN string, deployed time.Time) error
	// ForgetPlan removes the plan's current execution, and the item with it
	// when nothing else is in it.
	ForgetPlan(ctx context.Context, deployment, stateMachineARN string) error
}

// StateMachines is Step Functions.
type StateMachines interface {
	// StartExecution starts an execution. The same name again is no error: the
	// execution was started by then, and may have ended. It returns
	// ErrNoStateMachine when there is none.
	StartExecution(ctx context.Context, stateMachineARN, name string, input []byte) error
}

var (
	// ErrNoTaskDefinition says that there is no such task definition, or that
	// it is no longer active.
	ErrNoTaskDefinition = errors.New("there is no such active task definition")
	// ErrNoStateMachine says that a state machine does not exist (any more).
	ErrNoStateMachine = errors.New("there is no such state machine")
)
