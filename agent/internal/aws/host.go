package aws

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/cenkalti/backoff/v5"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

const (
	// readHostTime is how long the runner's item is asked for; at most half of
	// the time that is left, since the host is still to be terminated then.
	readHostTime = 10 * time.Second
	// terminateTime is how long the termination is tried.
	terminateTime = 20 * time.Second
	// hostCallTime bounds a single call of either.
	hostCallTime = 4 * time.Second
	// hostPause is about the first pause between two calls.
	hostPause = 250 * time.Millisecond
)

// Host is the EC2 instance that a launcher started for this runner's agent
// alone. The agent ends it when it ends itself, however it does: that is its
// last act.
type Host struct {
	runner    *RunnerItem
	instances instanceClient
	id        string
	logger    *slog.Logger
	// The times above, but for tests.
	reading, terminating, call, pause time.Duration
}

// instanceClient is a client of the SDK and not a signed request of our own:
// it knows the addresses in every partition and what an error says, and the
// linker drops all but this one call of it.
type instanceClient interface {
	TerminateInstances(ctx context.Context, input *ec2.TerminateInstancesInput, options ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

// NewHost is the instance of the given id, the launcher's
// ATTINI_EC2_INSTANCE_ID; "" where the agent has no host of its own. The runner
// may be without a task: an agent of a wrong version does not get to know its
// own, but its host has to end, too.
func NewHost(configuration aws.Config, runner *RunnerItem, id string, logger *slog.Logger) *Host {
	return &Host{
		runner: runner, instances: ec2.NewFromConfig(configuration), id: id, logger: logger,
		reading: readHostTime, terminating: terminateTime, call: hostCallTime, pause: hostPause,
	}
}

// ShouldTerminate reports whether the host is to end with this agent: always,
// unless the runner's item says that it stays. It takes at most half of ctx's
// time.
//
// A launcher says so in two ways. It sets shutdownHookDisabled while it
// replaces the task on the same host. And the item names another task on this
// very host: that one works there, while this agent has only finished its jobs.
//
// An item that cannot be read says nothing, so after some tries the host is
// terminated, as without the attribute: a host that nobody ends costs money for
// ever and unseen, while a job that loses its host is reported, and the next
// job starts another.
func (h *Host) ShouldTerminate(ctx context.Context) bool {
	if h.id == "" {
		return false
	}
	found, err := h.read(ctx)
	if err != nil {
		h.logger.Warn("the runner's state cannot tell whether the host is to stay, so it is terminated", "host", h.id, "error", err)
		return true
	}
	if reason := h.keepReason(found); reason != "" {
		h.logger.Info("the host stays", "host", h.id, "reason", reason)
		return false
	}
	return true
}

// keepReason is why the runner's item has the host stay; "" when it does not.
func (h *Host) keepReason(found item) string {
	if stays, ok := found[protocol.AttrHostKept].(*types.AttributeValueMemberBOOL); ok && stays.Value {
		return protocol.AttrHostKept + " is set"
	}
	task := stringOf(found[protocol.AttrTaskID])
	if h.runner.task != "" && task != "" && task != h.runner.task && stringOf(found[protocol.AttrHostID]) == h.id {
		return "the runner has another task on it"
	}
	return ""
}

// read gets the runner's item; nil where it is gone.
func (h *Host) read(ctx context.Context) (item, error) {
	bound := h.reading
	if deadline, ok := ctx.Deadline(); ok {
		bound = min(bound, time.Until(deadline)/2)
	}
	var found item
	err := h.retry(ctx, bound, func(ctx context.Context) (err error) {
		found, err = read(ctx, h.runner.client, h.runner.table, h.runner.key())
		return h.runner.wrapError("read whether the host stays", err)
	})
	return found, err
}

// Terminate ends the host, if there is one. An instance that is gone is no
// error.
func (h *Host) Terminate(ctx context.Context) error {
	if h.id == "" {
		return nil
	}
	err := h.retry(ctx, h.terminating, func(ctx context.Context) error {
		_, err := h.instances.TerminateInstances(ctx, &ec2.TerminateInstancesInput{InstanceIds: []string{h.id}})
		switch code(err) {
		case "InvalidInstanceID.NotFound":
			return nil
		case "InvalidInstanceID.Malformed", "OperationNotPermitted", "UnsupportedOperation":
			return fmt.Errorf("%w: %w", worker.ErrRefused, err)
		}
		if isDenied(err) {
			return fmt.Errorf("%w: %w", worker.ErrRefused, err)
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("terminate the host %s, which costs money until somebody does: %w", h.id, err)
	}
	h.logger.Info("the host is being terminated", "host", h.id)
	return nil
}

// errHostTime says that a service did not answer for so long.
var errHostTime = errors.New("no time is left for it")

// retry makes a call until it succeeds, trying again is of no use, or the
// time is over. The error says what the service answered last, and not only
// that there was no time for another answer.
func (h *Host) retry(ctx context.Context, bound time.Duration, call func(context.Context) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, bound, errHostTime)
	defer cancel()
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval = h.pause
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		single, cancel := context.WithTimeout(ctx, h.call)
		defer cancel()
		err := call(single)
		if last == nil || single.Err() == nil {
			last = err
		}
		if errors.Is(err, worker.ErrRefused) {
			return struct{}{}, backoff.Permanent(err)
		}
		return struct{}{}, err
	}, backoff.WithBackOff(pauses))
	if err != nil && !errors.Is(err, last) {
		return fmt.Errorf("%w: %w", err, last)
	}
	return err
}
