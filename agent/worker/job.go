package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
)

// endTimeout is how long the end of a job's processes, files and log may take,
// besides its own time to end. It is far more than the bounds of each.
const endTimeout = 2 * time.Minute

// jobResult is how a job ended: with an output, or with a failure.
type jobResult struct {
	outcome Outcome
	output  json.RawMessage
	failure Failure
}

// runJob runs a job that is this worker's own, and reports it. job ends when
// the worker is being stopped, or when nobody waits for the job any more.
func (w *Worker) runJob(job context.Context, h *heldJob) {
	w.ports.Meter.JobStarted(h.queueWait())
	begin := time.Now()
	log := w.ports.Log.Open(h.message)
	ended := w.execute(job, h, log)
	if errors.Is(context.Cause(job), errAbandoned) {
		ended.outcome = Abandoned
	}
	w.ports.Meter.JobEnded(ended.outcome, time.Since(begin))
	closeLog(job, log)
	h.mustEnd(0)
	var answered bool
	switch ended.outcome {
	case Abandoned:
		w.logger.Info("ended a job that nobody waits for", "job", h.message)
		answered = true
	case Succeeded:
		answered = w.succeed(job, h.message, ended.output)
	default:
		answered = w.fail(job, h.message, w.withLogURL(ended.failure))
	}
	if answered {
		w.finishClaim(job, h)
	}
}

// execute runs a job in a directory of its own. A panic is the job's failure,
// not the agent's end.
func (w *Worker) execute(ctx context.Context, h *heldJob, log JobLog) (ended jobResult) {
	message := h.message
	defer func() {
		if thrown := recover(); thrown != nil {
			w.logger.Error("panic while a job ran", "job", message, "panic", thrown, "stack", string(debug.Stack()))
			ended = failed(Failed, runtimeFailure("run the job", fmt.Errorf("internal error: %v", thrown)))
		}
	}()
	if ctx.Err() != nil {
		return w.interrupted(ctx, jobResult{})
	}
	h.mustEnd(w.config.JobTimeout + endTimeout)
	d, err := w.jobDirs.acquire(message)
	defer func() { w.jobDirs.release(d, ended.outcome == Succeeded) }()
	if err != nil {
		return failed(Failed, runtimeFailure("prepare the job's directory", err))
	}
	if err := w.fetchDistribution(ctx, message, d.source()); err != nil {
		return w.interrupted(ctx, failed(outcomeOf(err), runtimeFailure("get the distribution", err)))
	}
	environment, err := w.environment(message, d)
	if err != nil {
		return failed(Failed, runtimeFailure("set the job's environment", err))
	}
	h.mustEnd(w.config.JobTimeout + w.config.KillGrace + endTimeout) // the script has the time for itself
	r, err := w.start(ctx, script{
		commands: message.Job.Commands, file: d.script, directory: d.source(), environment: environment,
		log: log,
	})
	if err != nil {
		return failed(Failed, runtimeFailure("start the job", err))
	}
	defer r.End() // for a panic below; it is idempotent
	exit, err := r.wait(ctx, w.config.JobTimeout)
	r.End()
	if err != nil || exit.Code != 0 || exit.Signal != 0 {
		return w.scriptFailed(ctx, exit, err)
	}
	output, err := w.output(d)
	if err != nil {
		return failed(Failed, runtimeFailure("read "+protocol.EnvOutput, err))
	}
	return jobResult{outcome: Succeeded, output: output}
}

// closeLog lets a log be complete before its job is reported. A job whose agent
// is being stopped has little time left.
func closeLog(job context.Context, log JobLog) {
	patience := logTimeout
	if job.Err() != nil {
		patience = logStopTimeout
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(job), patience)
	defer cancel()
	log.Close(ctx)
}

func (w *Worker) output(d jobDir) (json.RawMessage, error) {
	content, err := readOutput(d.output(), w.config.OutputLimit)
	if err != nil {
		return nil, err
	}
	output := protocol.ParseOutput(content)
	if len(output) > w.config.OutputLimit {
		return nil, tooLarge(len(output), w.config.OutputLimit)
	}
	return output, nil
}

// fetchDistribution gets the distribution; JobTimeout bounds that too, on its own clock.
func (w *Worker) fetchDistribution(ctx context.Context, message *protocol.Message, directory string) error {
	bounded, cancel := context.WithTimeoutCause(ctx, w.config.JobTimeout, errTimeout)
	defer cancel()
	err := w.ports.Source.Fill(bounded, message.Origin, directory)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		err = fmt.Errorf("%w after %d seconds", errTimeout, int(w.config.JobTimeout.Seconds()))
	}
	return err
}

// scriptFailed says how a script failed. The words are the original agent's,
// as plans may match them.
func (w *Worker) scriptFailed(ctx context.Context, exit process.Exit, err error) jobResult {
	switch {
	case errors.Is(err, errTimeout):
		return failed(TimedOut, &Failure{protocol.ErrorScript, fmt.Sprintf("Script timed out after %d seconds", int(w.config.JobTimeout.Seconds()))})
	case err != nil:
		return w.interrupted(ctx, failed(Failed, runtimeFailure("wait for the job", err)))
	case exit.Signal != 0:
		return failed(Failed, &Failure{protocol.ErrorScript, fmt.Sprintf("Script exited with code %d: it %s", exit.Code, exit)})
	}
	return failed(Failed, &Failure{protocol.ErrorScript, fmt.Sprintf("Script exited with code %d", exit.Code)})
}

// interrupted prefers the worker's stop over what it caused.
func (w *Worker) interrupted(ctx context.Context, ended jobResult) jobResult {
	if ctx.Err() != nil {
		return failed(Stopped, &Failure{protocol.ErrorRuntime, "the runner was stopped: " + context.Cause(ctx).Error()})
	}
	return ended
}

func failed(outcome Outcome, failure *Failure) jobResult {
	return jobResult{outcome: outcome, failure: *failure}
}

func outcomeOf(err error) Outcome {
	if errors.Is(err, errTimeout) {
		return TimedOut
	}
	return Failed
}

func runtimeFailure(what string, err error) *Failure {
	return &Failure{protocol.ErrorRuntime, what + ": " + err.Error()}
}
