package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/protocol"
)

// endTimeout is how long the end of a job's processes, files and log may take,
// beyond the job's own timeout. It is far more than the bounds of each.
const endTimeout = 2 * time.Minute

// jobResult is how a job ended: with an output or with a failure.
type jobResult struct {
	outcome Outcome
	output  json.RawMessage
	failure Failure
}

// runJob runs a claimed job and reports its result. job ends when the worker is
// halted or when the step has ended.
func (w *Worker) runJob(job context.Context, h *heldJob) {
	w.measure(func(m Meter) { m.JobStarted(h.queueWait()) })
	begin := time.Now()
	log := w.openLog(h.message)
	var ended jobResult
	panicked := w.catchPanic(func() error {
		ended = w.execute(job, h, log)
		return nil
	})
	if panicked != nil {
		ended = failed(Failed, runtimeFailure("run the job", panicked))
	}
	if errors.Is(context.Cause(job), errAbandoned) {
		ended.outcome = Abandoned
	}
	w.measure(func(m Meter) { m.JobEnded(ended.outcome, time.Since(begin)) })
	log.close(job)
	h.mustEnd(0)
	if w.config.SingleJob {
		h.leaveSlot()
	}
	var answered bool
	switch ended.outcome {
	case Abandoned:
		w.logger.Info("ended a job, because its step has already ended (stopped, timed out or answered)", "job", h.message)
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

// execute runs a job in a directory of its own.
func (w *Worker) execute(ctx context.Context, h *heldJob, log *guardedLog) (ended jobResult) {
	message := h.message
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
	h.mustEnd(w.config.JobTimeout + w.config.KillGrace + endTimeout) // the script's own JobTimeout starts here
	r, err := w.start(ctx, script{
		commands: message.Job.Commands, file: d.script, directory: d.source(), environment: environment,
		log: log,
	})
	if err != nil {
		return failed(Failed, runtimeFailure("start the job", err))
	}
	defer r.End() // in case of a panic; it is idempotent
	exit, err := r.wait(ctx, w.config.JobTimeout)
	r.End()
	if err != nil || exit.Code != 0 || exit.Signal != 0 {
		return w.scriptFailed(ctx, r.where(exit), err)
	}
	output, err := w.output(d)
	if err != nil {
		return failed(Failed, runtimeFailure("read "+protocol.EnvOutput, err))
	}
	if r.hides(output) {
		log.write(time.Now(), []byte("warning: "+protocol.EnvOutput+" contains a secret that this log hides. Anyone who may read the execution can see it\n"))
	}
	return jobResult{outcome: Succeeded, output: output}
}

func (w *Worker) output(d jobDir) (json.RawMessage, error) {
	content, err := readOutput(d.output(), w.config.OutputLimit)
	if err != nil {
		return nil, err
	}
	output := protocol.ParseOutput(content)
	if len(output) > w.config.OutputLimit {
		if len(content) > w.config.OutputLimit {
			return nil, tooLarge(len(content), w.config.OutputLimit) // what the job sees
		}
		return nil, tooLarge(len(output), w.config.OutputLimit)
	}
	return output, nil
}

// fetchDistribution fills the job's directory with the distribution. JobTimeout
// bounds it, apart from the script.
func (w *Worker) fetchDistribution(ctx context.Context, message *protocol.Message, directory string) error {
	bounded, cancel := context.WithTimeoutCause(ctx, w.config.JobTimeout, errTimeout)
	defer cancel()
	err := w.catchPanic(func() error { return w.ports.Source.Fill(bounded, message.Origin, directory) })
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		reason := strings.TrimPrefix(err.Error(), errTimeout.Error())
		if errors.Is(err, context.DeadlineExceeded) {
			reason = "" // it says the same
		}
		err = fmt.Errorf("%w after %d seconds%s", errTimeout, int(w.config.JobTimeout.Seconds()), reason)
	}
	return err
}

// scriptFailed describes how a script failed. Plans may match the start of the text,
// which is the same as the framework's agent wrote.
func (w *Worker) scriptFailed(ctx context.Context, end *ScriptEnd, err error) jobResult {
	switch {
	case errors.Is(err, errTimeout):
		end.Code, end.Signal, end.Limit = 0, "", w.config.JobTimeout
		cause := fmt.Sprintf("Script timed out after %d seconds", int(w.config.JobTimeout.Seconds()))
		if end.Command > 0 {
			cause += fmt.Sprintf(", %s (limit: the Runner's JobTimeout)", end)
		}
		return failed(TimedOut, &Failure{Error: protocol.ErrorScript, Cause: cause, Script: end})
	case err != nil:
		return w.interrupted(ctx, failed(Failed, runtimeFailure("wait for the job", err)))
	}
	cause := fmt.Sprintf("Script exited with code %d", end.Code)
	if end.Command > 0 {
		cause += ", " + end.String()
	}
	if words := end.Words(); words != "" {
		cause += " (" + words + ")"
	}
	return failed(Failed, &Failure{Error: protocol.ErrorScript, Cause: cause, Script: end})
}

// interrupted reports the worker's stop instead of the errors that it caused.
func (w *Worker) interrupted(ctx context.Context, ended jobResult) jobResult {
	if ctx.Err() != nil {
		return failed(Stopped, &Failure{Error: protocol.ErrorRuntime, Cause: "the runner was stopped: " + context.Cause(ctx).Error()})
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
	return &Failure{Error: protocol.ErrorRuntime, Cause: what + ": " + err.Error()}
}
