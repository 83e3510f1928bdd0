package system_test

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	sfntypes "github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeecs"
)

// TestUnreliable: whatever AWS does to a Runner, all jobs are answered, and in the end
// nothing is left that costs.
func TestUnreliable(t *testing.T) {
	t.Parallel()
	twice := func(_ string, deliver func()) { deliver(); deliver() }
	stories := map[string]struct {
		onHost bool
		// faults are those from before the first job.
		faults fakeecs.Faults
		play   func(t *testing.T, s *story)
	}{
		"HostLate":      {true, fakeecs.Faults{NeverRegisters: true, Event: lost}, hostLate},
		"HostNever":     {true, fakeecs.Faults{NeverRegisters: true}, hostNever},
		"HostTwice":     {true, fakeecs.Faults{RegisterTwice: true, Event: twice}, hostTwice},
		"HostSilent":    {true, fakeecs.Faults{}, hostDisconnects},
		"HostEnds":      {true, fakeecs.Faults{}, hostEnds},
		"HostGone":      {true, fakeecs.Faults{}, hostGone},
		"ReadsLag":      {true, fakeecs.Faults{Lag: 90 * time.Second}, readsLag},
		"EventLost":     {false, fakeecs.Faults{Event: lost}, eventLost},
		"EventTwice":    {false, fakeecs.Faults{Event: twice}, eventTwice},
		"EventEarly":    {false, fakeecs.Faults{}, eventEarly},
		"EventLate":     {false, fakeecs.Faults{}, eventLate},
		"ReadsThrottle": {true, fakeecs.Faults{NeverRegisters: true}, readsThrottled},
	}
	runners, jobs, all := object{}, object{}, map[string]*story{}
	names := slices.Sorted(maps.Keys(stories))
	for i, name := range names {
		told, s := stories[name], &story{runner: numbered(i), jobBarrier: newJobBarrier(t)}
		properties := object{"RunnerConfiguration": object{"MaxConcurrentJobs": 2}}
		if told.onHost {
			properties["Ec2Configuration"] = object{"InstanceType": "m5.large"}
		}
		runners[s.runner], all[name] = properties, s
		state := job(last(), s.recordCommand("begun"), s.waitCommand())
		state["Properties"].(object)["Runner"] = s.runner
		jobs[s.runner] = state
	}
	d := open(t).deploy(t, templateFor(runners, object{"DeploymentPlan": onCallOf(jobs)}, nil))
	d.output(t, d.first(t))
	beside(func(i int) {
		t.Run(names[i], func(t *testing.T) {
			s, told := all[names[i]], stories[names[i]]
			s.stack = d
			s.hideFor(t, s.runner, restlessHides)
			s.ecsFake.SetFaults(s.resource(), told.faults)
			told.play(t, s)
			s.release(t)
			s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{})
			s.settle(t)
		})
	}, len(names))
}

// lost are the events of faults that lose all.
func lost(string, func()) {}

// call starts as many executions with a job of the Runner.
func (s *story) call(t *testing.T, count int) (executions []string) {
	for range count {
		executions = append(executions, s.calledWith(t, s.runner))
	}
	return executions
}

// failed are the errors of those of the executions that have failed, as soon as there are
// as many.
func (s *story) failed(t *testing.T, executions []string, count int) (causes []string) {
	t.Helper()
	var failed []string
	s.eventually(t, "the jobs of the task do not fail", func() bool {
		failed = s.withStatus(t, executions, sfntypes.ExecutionStatusFailed)
		return len(failed) >= count
	})
	require.Len(t, failed, count)
	for _, execution := range failed {
		name, cause := s.answer(t, execution)
		causes = append(causes, name+": "+cause)
	}
	return causes
}

// afterLoss asserts that of five jobs two have failed with a cause, and that the others run
// on another task, each once. A slow machine's agents may be idle in between, and leave.
func (s *story) afterLoss(t *testing.T, executions []string, cause string) {
	t.Helper()
	for _, found := range s.failed(t, executions, 2) {
		assert.Regexp(t, "^RuntimeError: .*"+cause, found)
	}
	s.release(t)
	s.eventually(t, "not all jobs are answered", func() bool { return len(s.withStatus(t, executions, sfntypes.ExecutionStatusRunning)) == 0 })
	assert.Len(t, s.withStatus(t, executions, sfntypes.ExecutionStatusSucceeded), 3)
	assert.Len(t, s.started(t), 5, "each job has begun once")
}

// busy has five jobs, of which two run.
func (s *story) busy(t *testing.T) (executions []string) {
	t.Helper()
	executions = s.call(t, 5)
	s.waitFor(t, 2)
	return executions
}

func (s *story) interrupt(t *testing.T) {
	t.Helper()
	last := len(s.tasks()) - 1
	require.NoError(t, s.ecsFake.Kill(s.tasks()[last].TaskArn, "SpotInterruption", "Your Spot Task was interrupted."))
	s.eventually(t, "the task does not end", func() bool { return s.tasks()[last].LastStatus == "STOPPED" })
}

func eventLost(t *testing.T, s *story) {
	jobs := s.busy(t)
	s.interrupt(t)
	s.pass(t, time.Minute)
	s.afterLoss(t, jobs, "SpotInterruption: Your Spot Task")
}

func eventTwice(t *testing.T, s *story) {
	jobs := s.busy(t)
	s.interrupt(t)
	s.afterLoss(t, jobs, "SpotInterruption: Your Spot Task")
}

// eventEarly: the task has ended, and its event been handled, when the launcher gets the
// answer to its request for it.
func eventEarly(t *testing.T, s *story) {
	handled, once := make(chan struct{}), sync.Once{}
	s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{Throttle: func(operation string) bool {
		if operation == "DescribeTasks" {
			once.Do(func() { close(handled) })
		}
		return false
	}})
	s.refusals.afterStart(s.group(s.runner), func() {
		assert.NoError(t, s.ecsFake.Kill(s.tasks()[0].TaskArn, "SpotInterruption", "Your Spot Task was interrupted."))
		select {
		case <-handled:
		case <-t.Context().Done():
		}
	})
	s.release(t)
	jobs := s.call(t, 1)
	<-handled
	s.eventually(t, "the task does not end", func() bool { return s.stopped() >= 1 })
	s.pass(t, time.Minute)
	s.succeed(t, jobs...)
	assert.Len(t, s.started(t), 1)
}

// eventLate: another task has taken the place of the one that the event is about.
func eventLate(t *testing.T, s *story) {
	var late atomic.Value
	var asked atomic.Int64
	s.ecsFake.SetFaults(s.resource(), fakeecs.Faults{
		Event: func(_ string, deliver func()) { late.Store(deliver) },
		Throttle: func(operation string) bool {
			if operation == "DescribeTasks" {
				asked.Add(1)
			}
			return false
		},
	})
	jobs := s.busy(t)
	s.interrupt(t)
	event := late.Load().(func())
	s.pass(t, time.Minute)
	s.waitFor(t, 4)
	before := asked.Load()
	event()
	s.eventually(t, "nobody looks at the event", func() bool { return asked.Load() > before })
	s.afterLoss(t, jobs, "SpotInterruption: Your Spot Task")
}
