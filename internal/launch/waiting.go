package launch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

const (
	// scanWait is how long a receive waits when the launcher looks for waiting jobs.
	// Without a wait, SQS may ask only some of its servers.
	scanWait = time.Second
	// scanVisibility is how long such a receive hides the messages that it returns.
	scanVisibility = 30 * time.Second
	// maxHiddenTime is longer than an agent hides a message: after that, the messages
	// of an agent that died are visible again.
	maxHiddenTime = 65 * time.Second
	// maxReceiveWait is the longest wait of one receive.
	maxReceiveWait = 20 * time.Second
	// maxScanned is how many waiting jobs are looked at.
	maxScanned = 500
)

// waitingJob is a job in the queue.
type waitingJob struct {
	message  *protocol.Message
	delivery Delivery
}

// failJobsOfConfiguration fails every job that waits for a runner of this
// configuration, and leaves the others.
func (l *Launcher) failJobsOfConfiguration(ctx context.Context, r runner, failure *message.Failure) error {
	return l.failJobs(ctx, r.configuration.QueueURL, failure, func(message *protocol.Message) bool {
		return message.ConfigurationHash == configuration.Hash(r.id)
	})
}

// failJobs fails the waiting jobs for which meant is true, until a receive returns no
// message.
func (l *Launcher) failJobs(ctx context.Context, queue string, failure *message.Failure, meant func(*protocol.Message) bool) error {
	var problems []error
	var left []Delivery
	defer func() { l.requeue(ctx, queue, left) }()
	for {
		deliveries, err := l.receive(ctx, queue, scanWait)
		if errors.Is(err, ErrNoQueue) {
			err = nil
		}
		if err != nil || len(deliveries) == 0 {
			return errors.Join(append(problems, err)...)
		}
		for _, delivery := range deliveries {
			message, err := protocol.ParseMessage(delivery.Body)
			if err != nil || message.Metadata.TaskToken == "" || !meant(message) {
				left = append(left, delivery) // an agent deals with it
				continue
			}
			if err := l.failStep(ctx, message.Metadata.TaskToken, failure.For(message.Metadata.ErrorNames)); err != nil {
				problems = append(problems, fmt.Errorf("fail the %s: %w", message, err))
				left = append(left, delivery)
				continue
			}
			if err := l.ports.Queue.Delete(ctx, queue, delivery.Receipt); err != nil {
				problems = append(problems, fmt.Errorf("delete the message of the %s: %w", message, err))
			}
		}
	}
}

// findWaitingJobs returns the jobs that become visible in the queue within patience,
// and sends a heartbeat for each. It deletes the message of a step that has ended, and
// makes the others visible again.
func (l *Launcher) findWaitingJobs(ctx context.Context, queue string, patience time.Duration) (found []waitingJob, err error) {
	var seen []Delivery
	defer func() { l.requeue(ctx, queue, seen) }()
	until := time.Now().Add(patience)
	for len(seen) < maxScanned {
		wait := scanWait
		if len(found) == 0 {
			wait = max(scanWait, min(maxReceiveWait, time.Until(until)))
		}
		deliveries, err := l.receive(ctx, queue, wait)
		switch {
		case errors.Is(err, ErrNoQueue): // it answers at once, and will never have a job
			return found, nil
		case err != nil:
			return found, err
		case len(deliveries) == 0 && (len(found) > 0 || time.Until(until) <= 0):
			return found, nil
		}
		for _, delivery := range deliveries {
			message, err := protocol.ParseMessage(delivery.Body)
			if err != nil || message.Metadata.TaskToken == "" {
				seen = append(seen, delivery) // an agent deals with it, but needs not be started for that
				continue
			}
			if errors.Is(l.ports.Steps.Heartbeat(ctx, message.Metadata.TaskToken), ErrTokenClosed) {
				if err := l.ports.Queue.Delete(ctx, queue, delivery.Receipt); err != nil {
					l.logger.Warn("delete the message of a step that has ended", "error", err)
				}
				continue
			}
			seen = append(seen, delivery)
			found = append(found, waitingJob{message, delivery})
		}
	}
	return found, nil
}

// hasHiddenMessages reports whether a queue has messages that cannot be received
// yet. It is true if the queue cannot be asked.
func (l *Launcher) hasHiddenMessages(ctx context.Context, queue string) bool {
	hidden, err := l.ports.Queue.Hidden(ctx, queue)
	if err != nil && !errors.Is(err, ErrNoQueue) {
		l.logger.Warn("count the hidden messages of a runner's queue", "error", err)
		return true
	}
	return hidden > 0
}

// receive receives messages. It returns ErrNoQueue for a queue that does not exist.
func (l *Launcher) receive(ctx context.Context, queue string, wait time.Duration) ([]Delivery, error) {
	deliveries, err := l.ports.Queue.Receive(ctx, queue, wait, scanVisibility)
	switch {
	case errors.Is(err, ErrNoQueue):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("look for waiting jobs: %w", err)
	}
	return deliveries, nil
}

// requeue makes messages visible again. If that fails, SQS does it later.
func (l *Launcher) requeue(ctx context.Context, queue string, deliveries []Delivery) {
	for _, delivery := range deliveries {
		if err := l.ports.Queue.Hide(ctx, queue, delivery.Receipt, 0); err != nil {
			l.logger.Warn("make a message visible again; SQS does it later", "error", err)
		}
	}
}

// configurationFor returns the id of the configuration to start for waiting jobs: the
// preferred one if any job is for it, else the first job's.
func configurationFor(found []waitingJob, preferred string) string {
	if slices.ContainsFunc(found, func(w waitingJob) bool { return message.ConfigurationIDOf(w.delivery.Body) == preferred }) {
		return preferred
	}
	for _, w := range found {
		if id := message.ConfigurationIDOf(w.delivery.Body); id != "" {
			return id
		}
	}
	return preferred
}

// acquireLock takes a runner's start lock for something else than a start. It waits
// for a start that is being made.
func (l *Launcher) acquireLock(ctx context.Context, runner string) (owner string, state State, err error) {
	ctx, cancel := withReserve(ctx)
	defer cancel()
	pauses := l.pauses(minRetryDelay, maxRetryDelay)
	owner = randomName()
	for {
		state, err := l.ports.States.Lock(ctx, runner, Lock{Owner: owner, Until: time.Now().Add(lockTime), Attempt: randomName()})
		if !errors.Is(err, ErrLocked) || ctx.Err() != nil {
			return owner, state, err
		}
		l.pause(ctx, pauses.NextBackOff())
	}
}
