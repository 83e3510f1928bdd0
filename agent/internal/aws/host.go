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
	// readHostTime bounds the reads of the runner's item, which take at most half of
	// the remaining time: the termination needs the rest.
	readHostTime = 10 * time.Second
	// terminateTime bounds the attempts to terminate the host.
	terminateTime = 20 * time.Second
	// hostCallTime bounds a single call of either.
	hostCallTime = 4 * time.Second
	// hostPause is about the first pause between two attempts.
	hostPause = 250 * time.Millisecond
)

// Host is the EC2 instance that the launcher started for this agent alone. The agent
// terminates it as its last act, however it ends.
type Host struct {
	runner    *RunnerItem
	instances instanceClient
	id        string
	logger    *slog.Logger
	// The times above, except in tests.
	reading, terminating, call, pause time.Duration
}

type instanceClient interface {
	TerminateInstances(ctx context.Context, input *ec2.TerminateInstancesInput, options ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error)
}

// NewHost returns the host with an instance id; "" if the agent has no host of its
// own. The runner may have no task: an agent of a wrong version does not know its
// task, but must terminate its host, too.
func NewHost(configuration aws.Config, runner *RunnerItem, id string, logger *slog.Logger) *Host {
	return &Host{
		runner: runner, instances: ec2.NewFromConfig(configuration), id: id, logger: logger,
		reading: readHostTime, terminating: terminateTime, call: hostCallTime, pause: hostPause,
	}
}

// ShouldTerminate reports whether the agent must terminate its host. It takes at most
// half of ctx's time.
//
// The host must stay if the runner's item has shutdownHookDisabled, which a launcher
// sets while it replaces the task on the same host, or if the item names another
// task on this host.
//
// If the item cannot be read, the host is terminated: a host that stays by mistake
// costs money unnoticed, while a job that loses its host is reported and the next
// job starts another.
func (h *Host) ShouldTerminate(ctx context.Context) bool {
	if h.id == "" {
		return false
	}
	found, err := h.read(ctx)
	if err != nil {
		h.logger.Warn("cannot read whether the host must stay; terminating it", "host", h.id, "error", err)
		return true
	}
	if reason := h.keepReason(found); reason != "" {
		h.logger.Info("the host stays", "host", h.id, "reason", reason)
		return false
	}
	return true
}

// keepReason returns why the host must stay; "" if it must not.
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

// read reads the runner's item; nil if it does not exist.
func (h *Host) read(ctx context.Context) (item, error) {
	bound := h.reading
	if deadline, ok := ctx.Deadline(); ok {
		bound = min(bound, time.Until(deadline)/2)
	}
	var found item
	err := h.retry(ctx, bound, func(ctx context.Context) (err error) {
		found, err = h.runner.read(ctx)
		return err
	})
	return found, err
}

// Terminate terminates the host, if there is one. A missing instance is no error.
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
		return fmt.Errorf("terminate the host %s, which costs money until it is terminated: %w", h.id, err)
	}
	h.logger.Info("the host is being terminated", "host", h.id)
	return nil
}

// errHostTime means that the time for the attempts is over.
var errHostTime = errors.New("no time left")

// retry repeats a call until it succeeds, fails for good or bound is over. The error
// contains the service's last answer.
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
