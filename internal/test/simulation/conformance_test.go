package simulation

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/message"
)

// TestModelIsTheWorker: in the same situation the model of the agent and the real worker
// make the same calls for each job, in the same order.
func TestModelIsTheWorker(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		// happens has things happen to the agent of job-1 after its start. It takes two
		// jobs at a time, each of jobTime.
		happens func(w *world)
		// calls are what must be among the calls of a job, so that the case is not void.
		calls map[string]string
	}{
		"a job":                        {submits(), map[string]string{"job-1": "receive heartbeat claim delete", "": "start retire"}},
		"jobs at once":                 {submits(5, 10), map[string]string{"job-3": "hide 1m0s"}},
		"a job as the agent is idle":   {submits(200), map[string]string{"job-2": "receive heartbeat claim delete"}},
		"a step that has ended":        {func(w *world) { w.at(5, func() { w.submit(0); w.fake.Abort("job-2") }) }, map[string]string{"job-2": "receive heartbeat delete"}},
		"a step that ends as it waits": {func(w *world) { submits(5, 10)(w); w.at(47, func() { w.fake.Abort("job-3") }) }, map[string]string{"job-3": "hide 1m0s heartbeat delete"}},
		"a job that was begun before": {func(w *world) {
			submits(5)(w)
			w.fake.Claim(w.runner.ResourceName(), launch.Claim{Name: "job-2", Task: "arn:task/other", Finished: true})
		}, map[string]string{"job-2": "claim delete"}},
		"a waiting job comes again": {func(w *world) { submits(5, 10)(w); w.at(47, func() { w.fake.Show(w.runner.QueueURL, "job-3") }) }, map[string]string{"job-3": "hide 1m0s receive"}},
		"a running job comes again": {func(w *world) { w.at(47, func() { w.send("again", w.byToken["job-1"].event) }) }, map[string]string{"job-1": "claim delete heartbeat receive delete"}},
		"a job of another configuration": {func(w *world) {
			w.at(5, w.redeploy)
			w.at(10, func() { w.fake.Wait("other"); w.send("other", w.event("other", w.ids[1])) })
		}, map[string]string{"other": "receive heartbeat hide:5s"}},
		"an agent that is replaced": {func(w *world) {
			w.at(33, func() { w.name("arn:task/other") })
			submits(40)(w)
		}, map[string]string{"job-2": "receive hide 0s"}},
		"waiting jobs of one that is replaced": {func(w *world) {
			submits(5, 10, 40)(w)
			w.at(33, func() { w.name("arn:task/other") })
		}, map[string]string{"job-3": "hide 1m0s hide 0s", "job-4": "hide 0s"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			model, real := callsOf(t, c.happens, nil), callsOf(t, c.happens, startWorker)
			assert.Equal(t, real, model)
			for job, calls := range c.calls {
				assert.Contains(t, strings.Join(real[job], " "), strings.ReplaceAll(calls, "hide ", "hide:"), "of %q", job)
			}
		})
	}
}

// at has something happen so many seconds after now.
func (w *world) at(seconds int, do func()) { w.after(time.Duration(seconds)*time.Second, do) }

// submits has jobs come after so many seconds.
func submits(after ...int) func(*world) {
	return func(w *world) {
		for _, seconds := range after {
			w.at(seconds, func() { w.submit(0) })
		}
	}
}

// send has the message of a step's event come, without a launcher.
func (w *world) send(id string, event []byte) {
	request, err := message.ParseRequest(event)
	if err != nil {
		panic(err) // the test's mistake
	}
	body, err := request.Message()
	if err != nil {
		panic(err)
	}
	_ = w.fake.Ports(nil).Queue.Send(background(), w.runner.QueueURL, id, body)
}

// name has the state name a task.
func (w *world) name(task string) { w.fake.Name(w.runner.ResourceName(), task) }

const (
	// fargateSeed is a seed whose runner has no host.
	fargateSeed = 3
	// jobTime is how long each job runs. It ends at no heartbeat.
	jobTime = 127 * time.Second
)

// callsOf plays a story with one agent, and returns its calls by job. Calls that are
// made again and again count once.
func callsOf(t *testing.T, happens func(*world), start func(t *testing.T, a *agent)) map[string][]string {
	calls := map[string][]string{}
	synctest.Test(t, func(t *testing.T) {
		var c coroutines
		defer c.close()
		w := newWorld(Options{Seed: fargateSeed}, &c)
		require.Nil(t, w.runner.Host)
		w.schedule.over = true // of its faults
		w.runs = func(string) time.Duration { return jobTime }
		var first *agent
		w.worker = func(a *agent) {
			if first != nil {
				return // the story ends with the first agent
			}
			first = a
			a.calls.Note = func(call, token string) { calls[token] = append(calls[token], call) }
			if start != nil {
				start(t, a)
				return
			}
			w.worker = func(*agent) {}
			a.begin()
		}
		w.submit(0)
		for first == nil {
			w.run(time.Now().Add(time.Second))
		}
		happens(w)
		w.run(time.Now().Add(20 * time.Minute))
		require.NotNil(t, first)
		require.False(t, first.calls.Runs(), "the agent has ended")
		w.stop()
	})
	for job := range calls {
		calls[job] = once(calls[job])
	}
	return calls
}

// once leaves out what a loop repeats.
func once(calls []string) []string {
	text := strings.Join(calls, " ")
	for _, loop := range []string{"heartbeat ", "heartbeat hide 1m0s ", "receive heartbeat hide 5s "} {
		for strings.Contains(text+" ", loop+loop) {
			text = strings.TrimSuffix(strings.ReplaceAll(text+" ", loop+loop, loop), " ")
		}
	}
	return strings.Fields(strings.ReplaceAll(text, "hide ", "hide:"))
}

// startWorker runs the real worker as an agent.
func startWorker(t *testing.T, a *agent) {
	ports := workerPorts{a}
	w, err := worker.New(worker.Config{
		MaxConcurrentJobs: maxConcurrent, JobTimeout: time.Hour, IdleTimeToLive: idleTime, SettleTime: protocol.SettleTime, Shell: "sh",
		Directory: t.TempDir(), KillGrace: time.Second, HeartbeatInterval: protocol.HeartbeatInterval, OutputLimit: protocol.MaxPayload, LeaseTime: protocol.LeaseTime,
	}, worker.Ports{Queue: ports, Reporter: ports, Source: ports, Log: ports, Filter: ports, Claims: ports, State: ports}, nil)
	require.NoError(t, err)
	ended := make(chan struct{})
	t.Cleanup(func() { <-ended })
	go func() {
		defer close(ended)
		_ = w.Run(t.Context()) // it is superseded in a case
		a.calls.Exit()
	}()
}

// workerPorts are an agent's calls as the worker makes them.
type workerPorts struct{ a *agent }

func (p workerPorts) Receive(ctx context.Context, most int, wait time.Duration) ([]worker.Delivery, error) {
	for until := time.Now().Add(wait); ; {
		var deliveries []worker.Delivery
		for _, r := range p.a.calls.Receive(most, visibility) {
			deliveries = append(deliveries, worker.Delivery{Body: r.Body, Receipt: r.Receipt})
		}
		if len(deliveries) > 0 || ctx.Err() != nil || !time.Now().Before(until) {
			return deliveries, context.Cause(ctx)
		}
		time.Sleep(min(time.Second, time.Until(until)))
	}
}

func (p workerPorts) Hide(_ context.Context, d worker.Delivery, duration time.Duration) error {
	p.a.calls.HideMessage(d.Receipt, duration)
	return nil
}

func (p workerPorts) Delete(_ context.Context, d worker.Delivery) error {
	p.a.calls.DeleteMessage(d.Receipt)
	return nil
}

func closed(open bool) error {
	if !open {
		return worker.ErrTokenClosed
	}
	return nil
}

func superseded(current bool) error {
	if !current {
		return worker.ErrSuperseded
	}
	return nil
}

func (p workerPorts) Succeed(_ context.Context, token string, _ json.RawMessage) error {
	return closed(p.a.calls.Answer(token, nil))
}

func (p workerPorts) Fail(_ context.Context, token string, f worker.Failure) error {
	return closed(p.a.calls.Answer(token, &message.Failure{Name: f.Error, Cause: f.Cause}))
}

func (p workerPorts) Heartbeat(_ context.Context, token string) error {
	return closed(p.a.calls.HeartbeatOf(token))
}

// Check decides as the agent on AWS does.
func (p workerPorts) Check(_ context.Context, m *protocol.Message) (worker.Decision, error) {
	switch {
	case !p.a.calls.IsCurrent():
		return worker.Superseded, nil
	case m.ConfigurationHash != p.a.calls.Hash():
		return worker.Requeue, nil
	}
	return worker.Accept, nil
}

func (p workerPorts) Claim(_ context.Context, c worker.Claim) error {
	m := &protocol.Message{Metadata: protocol.ExecutionMetadata{TaskToken: c.Token, StepName: c.StepName, ErrorNames: c.ErrorNames}}
	if !p.a.calls.ClaimJob(m, c.Attempt, c.ClaimedAt) {
		return worker.ErrClaimed
	}
	return nil
}

func (p workerPorts) Finish(_ context.Context, token string) error {
	p.a.calls.FinishClaim(token)
	return nil
}

func (p workerPorts) Renew(context.Context) error {
	p.a.calls.RenewAt(time.Now())
	return nil
}

func (p workerPorts) Unfinished(_ context.Context, silent time.Duration) ([]worker.Claim, error) {
	var claims []worker.Claim
	for _, c := range p.a.calls.Unfinished(time.Now().Add(-silent)) {
		claims = append(claims, worker.Claim{Token: c.Token, Task: c.Task})
	}
	return claims, nil
}

func (p workerPorts) MarkStarted(context.Context) error { return superseded(p.a.calls.MarkStarted()) }

func (p workerPorts) CheckCurrent(context.Context) error { return superseded(p.a.calls.IsCurrent()) }

func (p workerPorts) Retire(context.Context) error {
	current := p.a.calls.IsCurrent()
	p.a.calls.Retire()
	return superseded(current)
}

var errRan = errors.New("it ran")

// Fill is where a job runs: a process would not run in virtual time.
func (p workerPorts) Fill(ctx context.Context, _ protocol.DeploymentOrigin, _ string) error {
	select {
	case <-ctx.Done():
	case <-time.After(jobTime):
	}
	return errRan
}

func (p workerPorts) Open(*protocol.Message) worker.JobLog { return p }
func (workerPorts) Write(time.Time, []byte)                {}
func (workerPorts) Close(context.Context)                  {}
