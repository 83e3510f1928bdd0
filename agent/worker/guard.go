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

// panicGuard calls the ports. A panic in one of them is the error of that call: a
// port's defect may cost a job, but not the agent with all its other jobs.
type panicGuard struct {
	ports  Ports
	logger *slog.Logger
	// A log that panics does so for every line; it is told once.
	logFailed, meterFailed sync.Once
}

var (
	_ Queue         = (*panicGuard)(nil)
	_ Reporter      = (*panicGuard)(nil)
	_ Source        = (*panicGuard)(nil)
	_ Log           = (*panicGuard)(nil)
	_ MessageFilter = (*panicGuard)(nil)
	_ Meter         = (*panicGuard)(nil)
	_ Claims        = (*panicGuard)(nil)
	_ RunnerState   = (*panicGuard)(nil)
)

func withPanicGuard(ports Ports, logger *slog.Logger) Ports {
	g := &panicGuard{ports: ports, logger: logger}
	result := Ports{Queue: g, Reporter: g, Source: g, Log: g, Meter: g}
	if ports.Filter != nil {
		result.Filter = g
	}
	if ports.Claims != nil {
		result.Claims = g
	}
	if ports.State != nil {
		result.State = g
	}
	return result
}

// recoverAsError is to be deferred; it makes a panic the call's error.
func (g *panicGuard) recoverAsError(port string, err *error) {
	if thrown := recover(); thrown != nil {
		g.logger.Error("panic in a port", "port", port, "panic", thrown, "stack", string(debug.Stack()))
		*err = fmt.Errorf("internal error: %v", thrown)
	}
}

// Receive implements Queue.
func (g *panicGuard) Receive(ctx context.Context, most int, wait time.Duration) (deliveries []Delivery, err error) {
	defer g.recoverAsError("Queue", &err)
	return g.ports.Queue.Receive(ctx, most, wait)
}

// Hide implements Queue.
func (g *panicGuard) Hide(ctx context.Context, delivery Delivery, duration time.Duration) (err error) {
	defer g.recoverAsError("Queue", &err)
	return g.ports.Queue.Hide(ctx, delivery, duration)
}

// Delete implements Queue.
func (g *panicGuard) Delete(ctx context.Context, delivery Delivery) (err error) {
	defer g.recoverAsError("Queue", &err)
	return g.ports.Queue.Delete(ctx, delivery)
}

// Succeed implements Reporter.
func (g *panicGuard) Succeed(ctx context.Context, token string, output json.RawMessage) (err error) {
	defer g.recoverAsError("Reporter", &err)
	return g.ports.Reporter.Succeed(ctx, token, output)
}

// Fail implements Reporter.
func (g *panicGuard) Fail(ctx context.Context, token string, failure Failure) (err error) {
	defer g.recoverAsError("Reporter", &err)
	return g.ports.Reporter.Fail(ctx, token, failure)
}

// Heartbeat implements Reporter.
func (g *panicGuard) Heartbeat(ctx context.Context, token string) (err error) {
	defer g.recoverAsError("Reporter", &err)
	return g.ports.Reporter.Heartbeat(ctx, token)
}

// Fill implements Source.
func (g *panicGuard) Fill(ctx context.Context, origin protocol.DeploymentOrigin, directory string) (err error) {
	defer g.recoverAsError("Source", &err)
	return g.ports.Source.Fill(ctx, origin, directory)
}

// Check implements Admission.
func (g *panicGuard) Check(ctx context.Context, message *protocol.Message) (verdict Decision, err error) {
	defer g.recoverAsError("Admission", &err)
	return g.ports.Filter.Check(ctx, message)
}

// Open implements Log.
func (g *panicGuard) Open(message *protocol.Message) (opened JobLog) {
	opened = &panicGuardLog{guard: g}
	defer g.recoverAndLog("Log", &g.logFailed)
	return &panicGuardLog{guard: g, log: g.ports.Log.Open(message)}
}

// JobStarted implements Meter, which may be nil.
func (g *panicGuard) JobStarted(queueWait time.Duration) {
	if g.ports.Meter != nil {
		defer g.recoverAndLog("Meter", &g.meterFailed)
		g.ports.Meter.JobStarted(queueWait)
	}
}

// JobEnded implements Meter.
func (g *panicGuard) JobEnded(outcome Outcome, runTime time.Duration) {
	if g.ports.Meter != nil {
		defer g.recoverAndLog("Meter", &g.meterFailed)
		g.ports.Meter.JobEnded(outcome, runTime)
	}
}

// recoverAndLog is to be deferred; it makes a panic one line of the log.
func (g *panicGuard) recoverAndLog(port string, once *sync.Once) {
	if thrown := recover(); thrown != nil {
		once.Do(func() {
			g.logger.Error("panic in a port; what it is given is lost", "port", port, "panic", thrown, "stack", string(debug.Stack()))
		})
	}
}

// Claim implements Claims.
func (g *panicGuard) Claim(ctx context.Context, claim Claim) (err error) {
	defer g.recoverAsError("Claims", &err)
	return g.ports.Claims.Claim(ctx, claim)
}

// Finish implements Claims.
func (g *panicGuard) Finish(ctx context.Context, token string) (err error) {
	defer g.recoverAsError("Claims", &err)
	return g.ports.Claims.Finish(ctx, token)
}

// Renew implements Claims.
func (g *panicGuard) Renew(ctx context.Context) (err error) {
	defer g.recoverAsError("Claims", &err)
	return g.ports.Claims.Renew(ctx)
}

// Unfinished implements Claims.
func (g *panicGuard) Unfinished(ctx context.Context, silent time.Duration) (claims []Claim, err error) {
	defer g.recoverAsError("Claims", &err)
	return g.ports.Claims.Unfinished(ctx, silent)
}

// MarkStarted implements Life.
func (g *panicGuard) MarkStarted(ctx context.Context) (err error) {
	defer g.recoverAsError("Life", &err)
	return g.ports.State.MarkStarted(ctx)
}

// CheckCurrent implements Life.
func (g *panicGuard) CheckCurrent(ctx context.Context) (err error) {
	defer g.recoverAsError("Life", &err)
	return g.ports.State.CheckCurrent(ctx)
}

// Retire implements Life.
func (g *panicGuard) Retire(ctx context.Context) (err error) {
	defer g.recoverAsError("Life", &err)
	return g.ports.State.Retire(ctx)
}
