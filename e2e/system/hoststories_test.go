package system_test

import (
	"testing"
	"time"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// host waits until the Runner has so many hosts, and returns the last of these.
func (s *story) host(t *testing.T, count int) string {
	t.Helper()
	s.eventually(t, "there is no host", func() bool { return len(s.hosts()) >= count })
	return s.hosts()[count-1].ID
}

// hostLate: the event of its registration is lost, too.
func hostLate(t *testing.T, s *story) {
	jobs := s.call(t, 2)
	host := s.host(t, 1)
	s.pass(t, 2*time.Minute)
	require.NoError(t, s.ecsFake.Register(host))
	s.pass(t, time.Minute)
	s.release(t)
	s.succeed(t, jobs...)
}

func hostNever(t *testing.T, s *story) {
	jobs := s.call(t, 2)
	s.host(t, 1)
	s.pass(t, 2*time.Minute)
	assert.Equal(t, "running", s.hosts()[0].State, "it may still come")
	// A job that a look hides from the launcher that fails the others gets one more host.
	s.passUntil(t, 3*time.Minute, func() bool { return len(s.withStatus(t, jobs, sfntypes.ExecutionStatusFailed)) == 2 })
	for _, cause := range s.failed(t, jobs, 2) {
		assert.Contains(t, cause, "did not register")
	}
	assert.Equal(t, "terminated", s.hosts()[0].State)
	s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{})
	s.release(t)
	// A job that is queued while the others are failed fails with them.
	for failed := "yes"; failed != ""; {
		failed, _ = s.answer(t, s.call(t, 1)[0])
	}
}

// hostTwice: the registration that is not connected is not taken for the host's.
func hostTwice(t *testing.T, s *story) {
	jobs := s.busy(t)
	for range 5 {
		s.pass(t, 2*time.Minute)
	}
	assert.Equal(t, "running", s.hosts()[0].State)
	s.release(t)
	s.succeed(t, jobs...)
	assert.Len(t, s.started(t), 5, "each job has begun once")
}

// hostDisconnects: ECS says that the task runs, and cannot stop it.
func hostDisconnects(t *testing.T, s *story) {
	jobs := s.busy(t)
	require.NoError(t, s.ecsFake.SetConnected(s.host(t, 1), false))
	s.pass(t, time.Minute)
	assert.Equal(t, "RUNNING", s.tasks()[0].LastStatus, "it may connect again")
	s.passUntil(t, 4*time.Minute, func() bool { return len(s.withStatus(t, jobs, sfntypes.ExecutionStatusFailed)) >= 2 })
	s.afterLoss(t, jobs, "its ECS agent is not connected")
	assert.NotEqual(t, s.hosts()[0].ID, s.host(t, 2))
	assert.Equal(t, "terminated", s.hosts()[0].State)
}

// hostEnds: EC2 ends a host, and all is told. The next agent is killed and cannot end its
// host: the launcher does.
func hostEnds(t *testing.T, s *story) {
	jobs := s.call(t, 2)
	s.waitFor(t, 2)
	id := s.host(t, 1)
	require.NoError(t, s.ecsFake.Terminate(id))
	for _, cause := range s.failed(t, jobs, 2) {
		assert.Contains(t, cause, id)
	}
	jobs = s.call(t, 1)
	s.waitFor(t, 3)
	s.interrupt(t)
	for _, cause := range s.failed(t, jobs, 1) {
		assert.Contains(t, cause, "SpotInterruption")
	}
}

// hostGone: EC2 ends a host and nobody is told. Before the next look it has lost its tags,
// and at last EC2 has forgotten it.
func hostGone(t *testing.T, s *story) {
	jobs := s.busy(t)
	vanish := func(count int) (id string) {
		id = s.host(t, count)
		s.waitFor(t, 2*count)
		s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{Event: lost})
		require.NoError(t, s.ecsFake.Terminate(id))
		s.eventually(t, "it keeps its tags", func() bool { return s.ecsFake.InstanceTags(id) == nil && s.stopped() >= count })
		s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{})
		return id
	}
	vanish(1)
	s.pass(t, time.Minute)
	s.failed(t, jobs, 2)
	require.NoError(t, s.ecsFake.Forget(vanish(2)))
	s.pass(t, time.Minute)
	s.failed(t, jobs, 4)
	s.release(t)
	s.eventually(t, "the last job does not run", func() bool { return len(s.withStatus(t, jobs, sfntypes.ExecutionStatusSucceeded)) == 1 })
}

// readsLag: the event of the registration comes when ECS does not list the host yet.
func readsLag(t *testing.T, s *story) {
	jobs := s.call(t, 1)
	s.host(t, 1)
	s.eventually(t, "the host does not register", func() bool { return s.hosts()[0].InstanceArn != "" })
	s.pass(t, 30*time.Second)
	s.pass(t, 61*time.Second)
	s.waitFor(t, 1)
	s.pass(t, 20*time.Second) // ECS does not know the task yet
	jobs = append(jobs, s.call(t, 1)...)
	s.release(t)
	s.succeed(t, jobs...)
}

// readsThrottled: a job that is in the queue does not fail since the launcher, or a check,
// gets no answer about the host that boots for it.
func readsThrottled(t *testing.T, s *story) {
	jobs := s.call(t, 1)
	host := s.host(t, 1)
	s.pass(t, time.Minute)
	s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{Throttle: func(string) bool { return true }})
	jobs = append(jobs, s.call(t, 1)...)
	s.eventually(t, "the launcher does not leave the host to a check", func() bool {
		return logged(s.logs[launcherName].String(), s.resource(), "a check does it later")
	})
	s.pass(t, time.Minute)
	assert.Len(t, s.withStatus(t, jobs, sfntypes.ExecutionStatusRunning), 2)
	s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{})
	require.NoError(t, s.ecsFake.Register(host))
	s.release(t)
	s.succeed(t, jobs...)
}
