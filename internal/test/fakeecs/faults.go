package fakeecs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Faults are how AWS is unreliable for one runner. The zero value has none.
type Faults struct {
	// RegisterAfter is how long after its start a host registers; NeverRegisters means
	// that it does not by itself. RegisterTwice means that an old registration of it,
	// which is not connected, stays beside the new one.
	RegisterAfter  time.Duration
	NeverRegisters bool
	RegisterTwice  bool
	// Lag is how long reads do not know a new task, instance or registration.
	Lag time.Duration
	// Event delivers an event as often and whenever it likes, also after its return; nil
	// delivers it once and at once. It is called with the event's detail-type.
	Event func(detailType string, deliver func())
	// Throttle refuses a call that is about the runner, if it returns true; nil refuses
	// none. It is called with the operation's name.
	Throttle func(operation string) bool
}

// SetFaults has AWS be unreliable for a runner from now on.
func (f *Service) SetFaults(runner string, faults Faults) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.faults[runner] = faults
}

// Age has all tasks and hosts that a runner has be older, as if time had passed for them
// alone.
func (f *Service) Age(runner string, by time.Duration) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, t := range f.tasks {
		if runnerOf(t.view.Group) == runner {
			t.view.CreatedAt.Time = t.view.CreatedAt.Add(-by)
		}
	}
	for _, h := range f.hosts {
		if h.view.Runner == runner {
			h.view.Launched = h.view.Launched.Add(-by)
			if !h.registered.IsZero() {
				h.registered = h.registered.Add(-by)
			}
		}
	}
}

// runnerOf is the runner of a task's group, which is kind:runner.
func runnerOf(group string) string { return group[strings.LastIndex(group, ":")+1:] }

// SetConnected has the ECS agent of a host lose its connection, or get it again. ECS
// tells of that by an event. Without it, no task on the host is stopped.
func (f *Service) SetConnected(id string, connected bool) error {
	f.mutex.Lock()
	h := f.host(id)
	if h == nil || h.view.InstanceArn == "" {
		f.mutex.Unlock()
		return errors.New("connect the host " + id + ": it has not registered")
	}
	h.disconnected = !connected
	for _, t := range f.tasks {
		if connected && t.view.DesiredStatus == "STOPPED" && t.view.ContainerInstanceArn == h.view.InstanceArn {
			t.stopOnce.Do(func() { close(t.stop) })
		}
	}
	view := f.instance(h)
	f.mutex.Unlock()
	f.emit(h.view.Runner, "ECS Container Instance State Change", view)
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
func (f *Service) throttled(operation string, body []byte) bool {
	f.mutex.Lock()
	var asked []func(string) bool
	for _, runner := range slices.Sorted(maps.Keys(f.faults)) {
		if throttle := f.faults[runner].Throttle; throttle != nil && f.concerns(runner, body) {
			asked = append(asked, throttle)
		}
	}
	f.mutex.Unlock()
	return slices.ContainsFunc(asked, func(throttle func(string) bool) bool { return throttle(operation) })
}

// concerns reports whether a call names a runner, or one of its tasks or hosts; the mutex
// is held.
func (f *Service) concerns(runner string, body []byte) bool {
	names := []string{runner}
	for _, t := range f.tasks {
		if runnerOf(t.view.Group) == runner {
			names = append(names, t.view.TaskArn)
		}
	}
	for _, h := range f.hosts {
		if h.view.Runner == runner { // its id is in that of its container instance, too
			names = append(names, strings.TrimPrefix(h.view.ID, "i-"))
		}
	}
	return slices.ContainsFunc(names, func(name string) bool { return bytes.Contains(body, []byte(name)) })
}

// emit tells of a change as often and as late as the runner's faults say.
func (f *Service) emit(runner, detailType string, detail any) {
	text, err := json.Marshal(detail)
	if err != nil {
		panic(err) // never of what is made here
	}
	source := "aws.ecs"
	if strings.HasPrefix(detailType, "EC2") {
		source = "aws.ec2"
	}
	deliver := func() { f.config.Emit(f.ctx, source, detailType, text) }
	f.mutex.Lock()
	event := f.faults[runner].Event
	f.mutex.Unlock()
	if event == nil {
		deliver()
		return
	}
	event(detailType, deliver)
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
