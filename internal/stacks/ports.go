package stacks

import (
	"context"
	"time"

	"github.com/attini-go/runner/internal/launch/message"
)

// Ports are what a Deployer works with. All of them are required and may be called
// concurrently. An error that is not named here means that it is not known whether the
// call was done.
type Ports struct {
	// Files returns a distribution's files.
	Files  func(Origin) Files
	Stored Stored
	Clouds Clouds
	Items  Items
	Steps  Steps
	// Templates stores templates that are too large for a call.
	Templates Templates
}

// Origin says which distribution a step belongs to.
type Origin struct {
	Environment, DistributionName, DistributionID string
	// Bucket and Prefix are where its files are.
	Bucket, Prefix string
}

// Templates is a store that CloudFormation can read.
type Templates interface {
	// Store stores a template and returns its URL.
	Store(ctx context.Context, origin Origin, text []byte) (url string, err error)
	// URL returns the URL of an object.
	URL(bucket, key string) string
}

// Steps are the steps that wait with a task token. Both methods return ErrTokenClosed of
// package launch for a step that has ended.
type Steps interface {
	Succeed(ctx context.Context, token string, output []byte) error
	Fail(ctx context.Context, token string, failure message.Failure) error
}

// Clouds are CloudFormation in regions and accounts.
type Clouds interface {
	// In returns CloudFormation in a region, called with a role; "" for the caller's own.
	// It returns a *Refusal if the role cannot be taken.
	In(ctx context.Context, region, role string) (Cloud, error)
}

// Cloud is CloudFormation in one region and account. Methods that change a stack return a
// *Refusal if CloudFormation refuses. The same Token again is the same operation.
type Cloud interface {
	// Stack describes a stack by its name or id; nil if there is none. A deleted one is
	// found by its id.
	Stack(ctx context.Context, name string) (*Status, error)
	// Declared are the parameters that a template declares.
	Declared(ctx context.Context, template Template) ([]Declared, error)
	Create(ctx context.Context, operation Operation) (stackID string, err error)
	// Update returns ErrNoUpdates if the stack is as the operation wants it.
	Update(ctx context.Context, operation Operation) (stackID string, err error)
	Delete(ctx context.Context, stack, role, token string) error
	Protect(ctx context.Context, stack string, on bool) error
	// Events are the events of the operation with a token, latest first, at most a few
	// thousand.
	Events(ctx context.Context, stackID, token string) ([]Event, error)
}

// Template is a text, or the URL of one.
type Template struct{ Body, URL string }

// Declared is a parameter that a template declares.
type Declared struct {
	Name       string
	HasDefault bool
}

// Operation is the creation or update of a stack.
type Operation struct {
	Stack      string
	Template   Template
	Parameters map[string]Value
	Tags       map[string]string
	Role       string
	OnFailure  string
	Protection *bool
	Token      string
}

// Status is a stack as CloudFormation describes it.
type Status struct {
	ID, Status, Reason string
	Outputs            map[string]string
	// Parameters are the names of those that it has.
	Parameters map[string]bool
	Role       string
	Protected  bool
}

// Event is an event of a stack's resource, or of the stack itself.
type Event struct {
	LogicalID, Type, Status, Reason string
	// IsStack says that it is the stack's own.
	IsStack bool
}

// Refusal is CloudFormation's refusal of a call.
type Refusal struct{ Code, Message string }

// Error implements error.
func (r *Refusal) Error() string { return r.Code + ": " + r.Message }

// Items keep which step waits for which stack.
type Items interface {
	// Item reads the item of a stack; nil if there is none.
	Item(ctx context.Context, key string) (*Item, error)
	// Save writes an item if none has been written since it was read: Version counts the
	// writes, 0 is an item that does not exist. saved is false if one has.
	Save(ctx context.Context, key string, item Item) (saved bool, err error)
}

// Item says which step's operation a stack has had last.
type Item struct {
	// Execution and Step are the ARN of the execution and the name of the step; Digest is
	// of what it gives CloudFormation.
	Execution, Step, Digest string
	// TaskToken is that of the step's last attempt. It is never logged.
	TaskToken string
	// RequestToken names the operation to CloudFormation.
	RequestToken string
	Phase        Phase
	StackID      string
	// Region and Role say where to ask, OutputPath how to answer.
	Region, Role, OutputPath string
	IsDelete                 bool
	ExpiresAt                time.Time
	Version                  int
}

// Phase is how far an operation is.
type Phase string

// The phases.
const (
	// Calling: CloudFormation has been called, or is about to be.
	Calling Phase = "calling"
	// Running: it has accepted.
	Running Phase = "running"
	// Removing: a stack that was never complete is deleted, to be created anew.
	Removing Phase = "removing"
	// Done: the step has its answer.
	Done Phase = "done"
)
