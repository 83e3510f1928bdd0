package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// guard calls the ports. A panic in one of them is the error of that call: a
// port's defect may cost a job, but not the agent with all its other jobs.
type guard struct {
	ports  Ports
	logger *slog.Logger
	// A log that panics does so for every line; it is told once.
	logFailed, meterFailed sync.Once
}

var (
	_ Queue     = (*guard)(nil)
	_ Reporter  = (*guard)(nil)
	_ Source    = (*guard)(nil)
	_ Log       = (*guard)(nil)
	_ Admission = (*guard)(nil)
	_ Meter     = (*guard)(nil)
	_ Claims    = (*guard)(nil)
	_ Life      = (*guard)(nil)
)

func guarded(ports Ports, logger *slog.Logger) Ports {
	g := &guard{ports: ports, logger: logger}
	result := Ports{Queue: g, Reporter: g, Source: g, Log: g, Meter: g}
	if ports.Admission != nil {
		result.Admission = g
	}
	if ports.Claims != nil {
		result.Claims = g
	}
	if ports.Life != nil {
		result.Life = g
	}
	return result
}

// caught is to be deferred; it makes a panic the call's error.
func (g *guard) caught(port string, err *error) {
	if thrown := recover(); thrown != nil {
		g.logger.Error("panic in a port", "port", port, "panic", thrown, "stack", string(debug.Stack()))
		*err = fmt.Errorf("internal error: %v", thrown)
	}
}

// Receive implements Queue.
func (g *guard) Receive(ctx context.Context, most int, wait time.Duration) (deliveries []Delivery, err error) {
	defer g.caught("Queue", &err)
	return g.ports.Queue.Receive(ctx, most, wait)
}

// Hide implements Queue.
func (g *guard) Hide(ctx context.Context, delivery Delivery, duration time.Duration) (err error) {
	defer g.caught("Queue", &err)
	return g.ports.Queue.Hide(ctx, delivery, duration)
}

// Delete implements Queue.
func (g *guard) Delete(ctx context.Context, delivery Delivery) (err error) {
	defer g.caught("Queue", &err)
	return g.ports.Queue.Delete(ctx, delivery)
}

// Succeed implements Reporter.
func (g *guard) Succeed(ctx context.Context, token string, output json.RawMessage) (err error) {
	defer g.caught("Reporter", &err)
	return g.ports.Reporter.Succeed(ctx, token, output)
}

// Fail implements Reporter.
func (g *guard) Fail(ctx context.Context, token string, failure Failure) (err error) {
	defer g.caught("Reporter", &err)
	return g.ports.Reporter.Fail(ctx, token, failure)
}

// Heartbeat implements Reporter.
func (g *guard) Heartbeat(ctx context.Context, token string) (err error) {
	defer g.caught("Reporter", &err)
	return g.ports.Reporter.Heartbeat(ctx, token)
}

// Fill implements Source.
func (g *guard) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) (err error) {
	defer g.caught("Source", &err)
	return g.ports.Source.Fill(ctx, origin, directory)
}

// Admit implements Admission.
func (g *guard) Admit(ctx context.Context, message *protocol.Message) (verdict Verdict, err error) {
	defer g.caught("Admission", &err)
	return g.ports.Admission.Admit(ctx, message)
}

// Open implements Log.
func (g *guard) Open(message *protocol.Message) (opened JobLog) {
	opened = &guardedLog{guard: g}
	defer g.shrug("Log", &g.logFailed)
	return &guardedLog{guard: g, log: g.ports.Log.Open(message)}
}

// JobStarted implements Meter, which may be nil.
func (g *guard) JobStarted(queueWait time.Duration) {
	if g.ports.Meter != nil {
		defer g.shrug("Meter", &g.meterFailed)
		g.ports.Meter.JobStarted(queueWait)
	}
}

// JobEnded implements Meter.
func (g *guard) JobEnded(outcome Outcome, runTime time.Duration) {
	if g.ports.Meter != nil {
		defer g.shrug("Meter", &g.meterFailed)
		g.ports.Meter.JobEnded(outcome, runTime)
	}
}

// shrug is to be deferred; it makes a panic one line of the log.
func (g *guard) shrug(port string, once *sync.Once) {
	if thrown := recover(); thrown != nil {
		once.Do(func() {
			g.logger.Error("panic in a port; what it is given is lost", "port", port, "panic", thrown, "stack", string(debug.Stack()))
		})
	}
}

// Claim implements Claims.
func (g *guard) Claim(ctx context.Context, claim Claim) (err error) {
	defer g.caught("Claims", &err)
	return g.ports.Claims.Claim(ctx, claim)
}

// Finish implements Claims.
func (g *guard) Finish(ctx context.Context, token string) (err error) {
	defer g.caught("Claims", &err)
	return g.ports.Claims.Finish(ctx, token)
}

// Renew implements Claims.
func (g *guard) Renew(ctx context.Context) (err error) {
	defer g.caught("Claims", &err)
	return g.ports.Claims.Renew(ctx)
}

// Unfinished implements Claims.
func (g *guard) Unfinished(ctx context.Context, silent time.Duration) (claims []Claim, err error) {
	defer g.caught("Claims", &err)
	return g.ports.Claims.Unfinished(ctx, silent)
}

// Started implements Life.
func (g *guard) Started(ctx context.Context) (err error) {
	defer g.caught("Life", &err)
	return g.ports.Life.Started(ctx)
}

// Ours implements Life.
func (g *guard) Ours(ctx context.Context) (err error) {
	defer g.caught("Life", &err)
	return g.ports.Life.Ours(ctx)
}

// Retire implements Life.
func (g *guard) Retire(ctx context.Context) (err error) {
	defer g.caught("Life", &err)
	return g.ports.Life.Retire(ctx)
}
