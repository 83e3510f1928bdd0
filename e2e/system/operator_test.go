package system_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/doctor"
	"github.com/attini-go/runner/internal/inspect"
	"github.com/attini-go/runner/internal/planlog"
)

// TestOperator looks at a plan with the operator's policy alone: while it runs, after it
// has succeeded, and after its job has failed.
func TestOperator(t *testing.T) {
	t.Parallel()
	a, g := open(t), newJobBarrier(t)
	s := a.deploy(t, template(object{}, onCall(job(last(), "echo hello", g.waitCommand(), "echo bye; test -e /nothing"))))
	s.first(t)
	who := inspect.New(a.config(keyOperator))
	look := func(target string) doctor.Observations {
		observed, err := who.Observe(t.Context(), target, time.Now())
		require.NoError(t, err)
		assert.Empty(t, observed.Unread, "every question is answered")
		assert.False(t, observed.Installation.Macro)
		observed.Installation.Macro = true // the stand-in has macros beside its stacks
		return observed
	}
	healthy := look(s.name)
	assert.Empty(t, doctor.Diagnose(healthy), "cold")
	assert.Len(t, healthy.Installation.Functions, 3)
	require.Len(t, healthy.Runners, 1)
	assert.False(t, healthy.Runners[0].Missing)

	execution := s.called(t)
	s.runs(t, "Build")
	running := look(execution)
	assert.Empty(t, doctor.Diagnose(running), "running")
	require.Len(t, running.Execution.Waiting, 1)
	assert.Equal(t, "Build", running.Execution.Waiting[0].Runner)
	assert.Equal(t, "Step", running.Execution.Waiting[0].Name)

	store, found, err := who.Logs(t.Context(), s.name)
	require.NoError(t, err)
	assert.Equal(t, execution, found)
	var lines []string
	reader := &planlog.Reader{Store: store, Print: func(l planlog.Line) error { lines = append(lines, l.Step+" "+l.Text); return nil }}
	g.release(t)
	require.NoError(t, reader.Follow(t.Context()))
	assert.Equal(t, []string{"Step hello", "Step bye"}, lines)

	failed := doctor.Diagnose(look(s.name))
	require.NotEmpty(t, failed)
	assert.Equal(t, "job-failed", failed[0].Rule)

	runs, err := who.Runs(t.Context(), s.name, 10)
	require.NoError(t, err)
	require.Len(t, runs, 2)
	assert.Equal(t, execution, runs[0].ARN)
	assert.Equal(t, "FAILED", runs[0].Status)

	_, err = who.Observe(t.Context(), "s0000000000", time.Now())
	require.ErrorIs(t, err, inspect.ErrNoStack)
	require.ErrorContains(t, who.Stop(t.Context(), execution, "no"), "not allowed to call states:StopExecution", "it changes nothing")
}

// TestDoctorOnFaults plays faults in AWS's words, one after another, on one runner. The
// right cause comes first, with the operator's policy alone.
func TestDoctorOnFaults(t *testing.T) {
	t.Parallel()
	a := open(t)
	s := a.deploy(t, template(object{}, onCall(job(last(), "sleep 60"))))
	s.first(t)
	who := inspect.New(a.config(keyOperator))
	first := func(execution string) doctor.Finding {
		observed, err := who.Observe(t.Context(), execution, time.Now())
		require.NoError(t, err)
		assert.Empty(t, observed.Unread)
		observed.Installation.Macro = true // the stand-in has macros beside its stacks
		found := doctor.Diagnose(observed)
		require.NotEmpty(t, found)
		return found[0]
	}
	for _, fault := range []struct{ rule, code, reason string }{
		{"registry-unreachable", "TaskFailedToStart", "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve ecr registry auth: service call has been retried 3 time(s): RequestError: send request failed caused by: Post \"https://api.ecr.eu-west-1.amazonaws.com/\": dial tcp 10.0.0.1:443: i/o timeout. Please check your task network configuration."},
		{"image-missing", "TaskFailedToStart", "CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref docker.io/library/nothing:1: not found"},
		{"layers-unreachable", "TaskFailedToStart", "CannotPullContainerError: ref pull has been retried 5 time(s): failed to copy: httpReadSeeker: failed open: failed to do request: dial tcp 1.2.3.4:443: i/o timeout"},
		{"task-interrupted", "SpotInterruption", "Your Spot Task was interrupted."},
		{"out-of-memory", "EssentialContainerExited", "OutOfMemoryError: Container killed due to memory usage"},
	} {
		execution := s.called(t)
		task := s.runs(t, "Build").TaskArn
		require.Eventually(t, func() bool {
			observed, err := who.Observe(t.Context(), execution, time.Now())
			return err == nil && len(observed.Runners) == 1 && len(observed.Runners[0].Claims) == 1
		}, soon, 200*time.Millisecond, "the job is taken")
		require.NoError(t, a.ecsFake.Kill(task, fault.code, fault.reason))
		s.ended(t, execution)
		assert.Equal(t, fault.rule, first(execution).Rule)
	}

	// What people did to the account.
	_, err := a.queues.DeleteQueue(t.Context(), &sqs.DeleteQueueInput{QueueUrl: aws.String(s.physical(t, "AttiniRunnerQueueBuild"))})
	require.NoError(t, err)
	execution := s.called(t)
	s.ended(t, execution)
	assert.Equal(t, "queue-unusable", first(execution).Rule)
}
