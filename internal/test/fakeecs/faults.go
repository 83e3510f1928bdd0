package fakeecs

import (
	"context"
	"errors"
	"time"
)

// Faults are how a Service is as unreliable as AWS. The zero value has none.
type Faults struct {
	// RegisterAfter is how long after its start a host registers, RegisterTwice that
	// an old registration of it, which is not connected, stays beside the new one.
	RegisterAfter time.Duration
	RegisterTwice bool
	// ListLag is how long ListContainerInstances does not know a new registration.
	ListLag time.Duration
	// Events says how often an event is delivered, and how much later; nil is once and
	// at once. It is called with the event's detail-type.
	Events func(detailType string) (times int, delay time.Duration)
	// Throttle refuses a call, if it returns true; nil refuses none. It is called with
	// the operation's name.
	Throttle func(operation string) bool
}

// SetFaults has the Service be unreliable from now on.
func (f *Service) SetFaults(faults Faults) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.faults = faults
}

// SetConnected has the ECS agent of a host lose its connection, or get it again. ECS
// tells of that by an event.
func (f *Service) SetConnected(id string, connected bool) error {
	f.mutex.Lock()
	h := f.host(id)
	if h == nil || h.view.InstanceArn == "" {
		f.mutex.Unlock()
		return errors.New("connect the host " + id + ": it has not registered")
	}
	h.disconnected = !connected
	view := f.instance(h)
	f.mutex.Unlock()
	f.emit("ECS Container Instance State Change", view)
	return nil
}

// SetImpaired has EC2's status checks of a host fail, or succeed again.
func (f *Service) SetImpaired(id string, impaired bool) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if h := f.host(id); h != nil {
		h.impaired = impaired
	}
}

// SellOut leaves EC2 no capacity for an instance type in a subnet's zone.
func (f *Service) SellOut(instanceType, subnet string) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.soldOut[[2]string{instanceType, subnet}] = true
}

func (f *Service) isSoldOut(instanceType, subnet string) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	return f.soldOut[[2]string{instanceType, subnet}]
}

// throttled reports whether a call is refused.
func (f *Service) throttled(operation string) bool {
	f.mutex.Lock()
	throttle := f.faults.Throttle
	f.mutex.Unlock()
	return throttle != nil && throttle(operation)
}

// deliver emits an event as often and as late as the faults say.
func (f *Service) deliver(source, detailType string, detail []byte) {
	f.mutex.Lock()
	events := f.faults.Events
	f.mutex.Unlock()
	times, delay := 1, time.Duration(0)
	if events != nil {
		times, delay = events(detailType)
	}
	for range times {
		if delay == 0 {
			f.config.Emit(f.ctx, source, detailType, detail)
			continue
		}
		f.running.Go(func() {
			if wait(f.ctx, delay) {
				f.config.Emit(f.ctx, source, detailType, detail)
			}
		})
	}
}

// wait waits, and reports whether the context has not ended before.
func wait(ctx context.Context, duration time.Duration) bool {
	timer := time.NewTimer(duration)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
