package worker

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/attini-go/runner/agent/protocol"
)

// guard calls the ports. A panic in one of them is the error of that call: a
// port's defect may cost a job, but not the agent with all its other jobs.
type guard struct {
	ports  Ports
	logger *slog.Logger
	// logFailed: a log that panics does so for every line; it is told once.
	logFailed sync.Once
}

var (
	_ Queue    = (*guard)(nil)
	_ Reporter = (*guard)(nil)
	_ Source   = (*guard)(nil)
	_ Log      = (*guard)(nil)
)

func guarded(ports Ports, logger *slog.Logger) Ports {
	g := &guard{ports: ports, logger: logger}
	return Ports{Queue: g, Reporter: g, Source: g, Log: g}
}

// caught is to be deferred; it makes a panic the call's error.
func (g *guard) caught(port string, err *error) {
	if thrown := recover(); thrown != nil {
		g.logger.Error("panic in a port", "port", port, "panic", thrown, "stack", string(debug.Stack()))
		*err = fmt.Errorf("internal error: %v", thrown)
	}
}

// Receive implements Queue.
func (g *guard) Receive(ctx context.Context, most int) (deliveries []Delivery, err error) {
	defer g.caught("Queue", &err)
	return g.ports.Queue.Receive(ctx, most)
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

// Write implements Log: a line that cannot be written is never a job's trouble.
func (g *guard) Write(line Line) {
	defer func() {
		if thrown := recover(); thrown != nil {
			g.logFailed.Do(func() {
				g.logger.Error("panic in a port; lines are lost", "port", "Log", "panic", thrown, "stack", string(debug.Stack()))
			})
		}
	}()
	g.ports.Log.Write(line)
}
