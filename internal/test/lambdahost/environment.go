package lambdahost

import (
	"context"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// pipeDelay is how long a process's output is still read after its end, when a
// child of it holds the pipe open.
const pipeDelay = time.Second

// environment is an execution environment: one process and its Runtime API,
// with at most one event at a time.
type environment struct {
	api     *runtimeAPI
	process *exec.Cmd
	timeout time.Duration
	// exited is closed when the process has been waited for and nothing of the
	// environment runs any more. exit is then how the process ended.
	exited chan struct{}
	exit   error
}

// start starts a process and its Runtime API.
func start(c Config, arn string) (*environment, error) {
	bootstrap, err := filepath.Abs(c.Bootstrap)
	if err != nil {
		return nil, fmt.Errorf("find the bootstrap: %w", err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("listen for the Runtime API: %w", err)
	}
	e := &environment{
		api:     newRuntimeAPI(arn, c.Timeout),
		process: exec.Command(bootstrap),
		timeout: c.Timeout,
		exited:  make(chan struct{}),
	}
	e.process.Dir = filepath.Dir(bootstrap)
	e.process.Env = variables(c, e.process.Dir, listener.Addr().String())
	e.process.Stdout, e.process.Stderr = c.Log, c.Log
	e.process.WaitDelay = pipeDelay
	if err := e.process.Start(); err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("start the bootstrap: %w", err)
	}
	go e.run(listener)
	return e, nil
}

// run serves the Runtime API until the process ends.
func (e *environment) run(listener net.Listener) {
	// A connection's goroutine may stay for a moment after the server's Close.
	var connections sync.WaitGroup
	server := &http.Server{
		Handler:           e.api.handler(),
		ReadHeaderTimeout: initTimeout,
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				connections.Add(1)
			case http.StateClosed, http.StateHijacked:
				connections.Done()
			}
		},
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // ends with Close
	}()
	e.exit = e.process.Wait()
	_ = server.Close()
	<-served
	connections.Wait()
	close(e.exited)
}

// end kills the process and waits for it.
func (e *environment) end() {
	_ = e.process.Process.Kill() // an error means that it has ended
	<-e.exited
}

// invoke hands the process an event and waits for what it posts. After any
// error but the function's own, the environment has ended.
func (e *environment) invoke(ctx context.Context, event []byte) ([]byte, error) {
	i := &invocation{id: uuid.NewString(), event: event, outcome: make(chan outcome, 1)}
	if err := e.deliver(ctx, i); err != nil {
		return nil, err
	}
	limit := time.NewTimer(e.timeout)
	defer limit.Stop()
	select {
	case o := <-i.outcome:
		return o.response, o.err()
	case <-e.exited:
		select {
		case o := <-i.outcome: // posted as its last act
			return o.response, o.err()
		default:
			return nil, e.exitError()
		}
	case <-limit.C:
		e.end()
		return nil, lambdaError("Sandbox.Timedout", "RequestId: %s Error: Task timed out after %.2f seconds", i.id, e.timeout.Seconds())
	case <-ctx.Done():
		e.end()
		return nil, context.Cause(ctx)
	}
}

// deliver waits until the process takes the event.
func (e *environment) deliver(ctx context.Context, i *invocation) error {
	limit := time.NewTimer(initTimeout)
	defer limit.Stop()
	select {
	case e.api.events <- i:
		return nil
	case <-e.exited:
		return errNotDelivered
	case <-limit.C:
		e.end()
		return lambdaError("Sandbox.Timedout", "RequestId: %s Error: the process asked for no event within %v", i.id, initTimeout)
	case <-ctx.Done():
		e.end()
		return context.Cause(ctx)
	}
}

// exitError is the error of an invocation whose process has ended: the one that
// it posted at its start, or how it ended.
func (e *environment) exitError() error {
	select {
	case payload := <-e.api.initErrors:
		return readFunctionError(payload)
	default:
	}
	if e.exit == nil {
		return lambdaError("Runtime.ExitError", "Runtime exited without providing a reason")
	}
	return lambdaError("Runtime.ExitError", "Runtime exited with error: %v", e.exit)
}

// variables is a process's whole environment: Lambda's variables and, over
// them, the function's own.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
func variables(c Config, root, api string) []string {
	all := map[string]string{
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_EC2_METADATA_DISABLED":       "true", // what an SDK asks there, it gets from no test
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      "stream",
		"AWS_REGION":                      c.Region,
		"LAMBDA_TASK_ROOT":                root,
		"LANG":                            "en_US.UTF-8",
		"PATH":                            "/usr/local/bin:/usr/bin:/bin",
		"TZ":                              ":UTC",
		"_HANDLER":                        "bootstrap",
	}
	maps.Copy(all, c.Environment)
	all["AWS_LAMBDA_RUNTIME_API"] = api
	var list []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, name+"="+all[name])
	}
	return list
}
