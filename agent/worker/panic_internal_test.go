package worker

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
)

// oneJob is a queue of one job and the reporter of its step.
type oneJob struct {
	body     []byte
	deleted  int
	failures []Failure
}

func (o *oneJob) Receive(context.Context, int, time.Duration) ([]Delivery, error) {
	if o.body == nil {
		return nil, ErrQueueClosed
	}
	body := o.body
	o.body = nil
	return []Delivery{{Body: body}}, nil
}

func (o *oneJob) Hide(context.Context, Delivery, time.Duration) error { return nil }

func (o *oneJob) Delete(context.Context, Delivery) error { o.deleted++; return nil }

func (o *oneJob) Succeed(context.Context, string, json.RawMessage) error { return nil }

func (o *oneJob) Fail(_ context.Context, token string, failure Failure) error {
	if token == "AQC" {
		o.failures = append(o.failures, failure)
	}
	return nil
}

func (o *oneJob) Heartbeat(context.Context, string) error { return nil }

func (o *oneJob) Fill(context.Context, protocol.DeploymentOrigin, string) error { return nil }

func (o *oneJob) Open(*protocol.Message) JobLog { return noLog{} }

// TestADefectOfTheWorkerFailsOnlyItsJob: the step gets its answer, and the worker
// continues.
func TestADefectOfTheWorkerFailsOnlyItsJob(t *testing.T) {
	t.Parallel()
	o := &oneJob{body: []byte(`{"deploymentPlanExecutionMetadata":{"sfnToken":"AQC"}}`)}
	w, err := New(Config{
		MaxConcurrentJobs: 1, JobTimeout: time.Minute, Shell: "sh", Directory: t.TempDir(),
		KillGrace: time.Second, HeartbeatInterval: time.Minute, OutputLimit: 1,
	}, Ports{Queue: o, Reporter: o, Source: o, Log: o}, nil)
	require.NoError(t, err)
	w.registry.byToken = nil // add panics
	require.NoError(t, w.Run(t.Context()))
	require.Len(t, o.failures, 1)
	assert.Equal(t, protocol.ErrorRuntime, o.failures[0].Error)
	assert.Contains(t, o.failures[0].Cause, "internal error")
	assert.Equal(t, 1, o.deleted)
}
