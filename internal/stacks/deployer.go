package stacks

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/message"
)

// ErrNoUpdates means that a stack is as an update wants it.
var ErrNoUpdates = errors.New("no updates are to be performed")

// ErrTokenClosed means that the task token is no longer valid: the step was answered, timed
// out or was stopped.
var ErrTokenClosed = errors.New("the task token is no longer valid: the step has ended")

// Settings are those of an installation.
type Settings struct {
	Region, Account string
	// StackRole is CloudFormation's service role for stacks whose step names none; "" for
	// none.
	StackRole string
	// Now is the time.
	Now func() time.Time
}

// retention is how long an item is kept: longer than any operation of CloudFormation's.
const retention = 30 * 24 * time.Hour

// Deployer deploys stacks. It keeps nothing between two calls. All methods may be called
// concurrently, also by other processes.
type Deployer struct {
	settings Settings
	ports    Ports
	logger   *slog.Logger
}

// New returns a Deployer. A nil logger discards all log output.
func New(settings Settings, ports Ports, logger *slog.Logger) *Deployer {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	if settings.Now == nil {
		settings.Now = time.Now
	}
	return &Deployer{settings, ports, logger}
}

// Deploy does what a step asks. It returns when the step has its answer, or CloudFormation
// has accepted the operation: then StackChanged answers, or the step's next attempt. An error
// means that the step could not be failed.
func (d *Deployer) Deploy(ctx context.Context, event []byte) error {
	request, err := ReadRequest(event)
	if err != nil {
		return err
	}
	if err := d.deploy(ctx, request); err != nil {
		return d.fail(ctx, request, failureOf(request, err))
	}
	return nil
}

// failureOf is the failure of a step. What may go by itself is tried again by the step's own
// Retry.
func failureOf(request Request, err error) *message.Failure {
	var failure *message.Failure
	var refusal *Refusal
	switch {
	case errors.As(err, &failure):
		return failure
	// Somebody else was first.
	case errors.As(err, &refusal) && (strings.Contains(refusal.Message, "_IN_PROGRESS state") || strings.HasSuffix(refusal.Message, "already exists")):
		return &message.Failure{Name: ErrorBusy, Cause: refusal.Message}
	case errors.As(err, &refusal):
		return &message.Failure{Name: refusal.Code, Cause: err.Error()}
	}
	return &message.Failure{Name: ErrorBusy, Cause: fmt.Sprintf("deploy the stack of step %q: %s; the step tries again", request.Step, err)}
}

func (d *Deployer) fail(ctx context.Context, request Request, failure *message.Failure) error {
	level := slog.LevelWarn
	if failure.Name == ErrorBusy {
		level = slog.LevelInfo
	}
	d.logger.Log(ctx, level, "a stack is not deployed", "step", request.Step, "execution", request.Execution, "error", failure)
	err := d.ports.Steps.Fail(ctx, request.Token, shortened(failure))
	if err != nil && !errors.Is(err, ErrTokenClosed) {
		return fmt.Errorf("fail %s: %w", request, err)
	}
	return nil
}

func shortened(failure *message.Failure) message.Failure {
	return message.Failure{Name: protocol.Shorten(failure.Name, protocol.MaxErrorName), Cause: protocol.Shorten(failure.Cause, protocol.MaxCause)}
}

// wanted is what a step asks for, ready for CloudFormation.
type wanted struct {
	request   Request
	stack     *Stack
	cloud     Cloud
	key       string
	operation Operation
	declared  []Declared
	digest    string
	// polled says that CloudFormation's events do not come here.
	polled bool
}

func (d *Deployer) deploy(ctx context.Context, request Request) error {
	properties, err := ReadProperties(request.Properties)
	if err != nil {
		return err
	}
	stack, err := Resolve(ctx, properties, d.ports.Files(request.Origin))
	if err != nil {
		return err
	}
	if stack.Region == "" {
		stack.Region = d.settings.Region
	}
	w := &wanted{request: request, stack: stack}
	account := d.settings.Account
	if parts := strings.Split(stack.ExecutionRole, ":"); len(parts) > 5 {
		account = parts[4]
	}
	w.polled = stack.Region != d.settings.Region || account != d.settings.Account
	w.key = stack.Name + "-" + stack.Region + "-" + account
	if w.cloud, err = d.ports.Clouds.In(ctx, stack.Region, stack.ExecutionRole); err != nil {
		return err
	}
	// The item first: whoever changes the stack after it has been looked at has written the
	// item since, so that ours is not saved.
	item, err := d.ports.Items.Item(ctx, w.key)
	if err != nil {
		return fmt.Errorf("read the item of the stack %q: %w", stack.Name, err)
	}
	current, err := w.cloud.Stack(ctx, stack.Name)
	if err != nil {
		return err
	}
	if err := d.prepare(ctx, w, current); err != nil {
		return err
	}
	w.digest = w.digestOf()
	if item != nil && item.isOf(w) && item.Phase != Done {
		return d.resume(ctx, w, *item)
	}
	return d.begin(ctx, w, current, item)
}

func (i *Item) isOf(w *wanted) bool {
	return i.Execution == w.request.Execution && i.Step == w.request.Step && i.Digest == w.digest
}

// prepare finds what CloudFormation is given.
func (d *Deployer) prepare(ctx context.Context, w *wanted, current *Status) error {
	w.operation = Operation{Stack: w.stack.Name, Role: w.stack.StackRole, OnFailure: w.stack.OnFailure, Protection: w.stack.Protection}
	if w.stack.Delete {
		return nil
	}
	template, err := d.template(ctx, w.stack.Template, w.request.Origin)
	if err != nil {
		return err
	}
	w.operation.Template = template
	existing := map[string]bool{}
	if current != nil && current.Status != "REVIEW_IN_PROGRESS" && current.Status != "ROLLBACK_COMPLETE" {
		existing = current.Parameters
	}
	values, err := w.stack.Values(ctx, d.ports.Stored, existing)
	if err != nil {
		return err
	}
	tags, err := w.stack.TagValues(ctx, d.ports.Stored)
	if err != nil {
		return err
	}
	maps.Copy(tags, w.request.Origin.Tags())
	w.operation.Tags = tags
	if w.declared, err = w.cloud.Declared(ctx, template); err != nil {
		var refusal *Refusal
		if errors.As(err, &refusal) {
			return configFailure("Template %q: %s", w.stack.Template, refusal.Message)
		}
		return err
	}
	w.operation.Parameters = map[string]Value{}
	for name, value := range w.request.Origin.Parameters("") {
		values[name] = cmpValue(values, name, value)
	}
	var missing []string
	for _, declared := range w.declared {
		value, given := values[declared.Name]
		switch {
		case given:
			w.operation.Parameters[declared.Name] = value
		case !declared.HasDefault:
			missing = append(missing, declared.Name)
		}
	}
	if len(missing) > 0 {
		slices.Sort(missing)
		return configFailure("Template %q: its parameters %s have neither a value nor a Default; give them in Parameters or in the ConfigFile", w.stack.Template, strings.Join(missing, ", "))
	}
	return nil
}

// cmpValue is the step's own value, or else ours.
func cmpValue(values map[string]Value, name, ours string) Value {
	if own, given := values[name]; given {
		return own
	}
	return Value{Text: ours}
}
