package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/protocol"
)

// runJob runs a job that is this worker's own now, and reports it. job ends
// with ctx, or when nobody waits for the job any more.
func (w *Worker) runJob(ctx, job context.Context, message *protocol.Message) {
	output, failure := w.execute(job, message)
	switch cause := context.Cause(job); {
	case errors.Is(cause, errAbandoned):
		w.logger.Info("ended a job that nobody waits for", "job", message)
	case failure != nil:
		w.fail(ctx, message, *failure)
	default:
		w.succeed(ctx, message, output)
	}
}

// execute runs a job in a directory of its own. A panic in a port is the job's
// failure, not the agent's end.
func (w *Worker) execute(ctx context.Context, message *protocol.Message) (output json.RawMessage, failure *Failure) {
	defer func() {
		if thrown := recover(); thrown != nil {
			w.logger.Error("panic while a job ran", "job", message, "panic", thrown, "stack", string(debug.Stack()))
			failure = runtimeFailure("run the job", fmt.Errorf("internal error: %v", thrown))
		}
	}()
	directory, err := os.MkdirTemp(w.config.Directory, "job-")
	if err != nil {
		return nil, runtimeFailure("make the job's directory", err)
	}
	defer w.removeAll(directory)
	d := jobDirectory(directory)
	if err := d.prepare(message); err != nil {
		return nil, runtimeFailure("prepare the job's directory", err)
	}
	if failure := w.fill(ctx, message, d.source()); failure != nil {
		return nil, failure
	}
	environment, err := w.environment(message, d)
	if err != nil {
		return nil, runtimeFailure("set the job's environment", err)
	}
	r, err := w.start(script{
		commands: message.Job.Commands, file: d.script(), directory: d.source(), environment: environment,
		step: message.Metadata.StepName, token: message.Metadata.TaskToken,
	})
	if err != nil {
		return nil, runtimeFailure("start the job", err)
	}
	defer r.End() // for a panic below; it is idempotent
	exit, err := r.wait(ctx, w.config.JobTimeout)
	r.End()
	if failure := w.scriptFailure(ctx, exit, err); failure != nil {
		return nil, failure
	}
	content, err := readOutput(d.output(), w.config.OutputLimit)
	if err != nil {
		return nil, runtimeFailure("read "+protocol.EnvOutput, err)
	}
	output = protocol.ParseOutput(content)
	if len(output) > w.config.OutputLimit {
		return nil, runtimeFailure("read "+protocol.EnvOutput, tooLarge(len(output), w.config.OutputLimit))
	}
	return output, nil
}

// fill gets the distribution; JobTimeout bounds that too, on its own clock.
func (w *Worker) fill(ctx context.Context, message *protocol.Message, directory string) *Failure {
	bounded, cancel := context.WithTimeoutCause(ctx, w.config.JobTimeout, errTimeout)
	defer cancel()
	err := w.ports.Source.Fill(bounded, message.Origin, directory)
	if err != nil && ctx.Err() == nil && bounded.Err() != nil {
		err = fmt.Errorf("timed out after %d seconds", int(w.config.JobTimeout.Seconds()))
	}
	if err != nil {
		return w.interrupted(ctx, runtimeFailure("get the distribution", err))
	}
	return nil
}

// scriptFailure says how a script failed; nil when it did not. The words are
// the original agent's, as plans may match them.
func (w *Worker) scriptFailure(ctx context.Context, exit process.Exit, err error) *Failure {
	switch {
	case errors.Is(err, errTimeout):
		return &Failure{protocol.ErrorScript, fmt.Sprintf("Script timed out after %d seconds", int(w.config.JobTimeout.Seconds()))}
	case err != nil:
		return w.interrupted(ctx, runtimeFailure("wait for the job", err))
	case exit.Signal != 0:
		return &Failure{protocol.ErrorScript, fmt.Sprintf("Script exited with code %d: it %s", exit.Code, exit)}
	case exit.Code != 0:
		return &Failure{protocol.ErrorScript, fmt.Sprintf("Script exited with code %d", exit.Code)}
	}
	return nil
}

// interrupted prefers the worker's stop over what it caused.
func (w *Worker) interrupted(ctx context.Context, failure *Failure) *Failure {
	if ctx.Err() != nil {
		return &Failure{protocol.ErrorRuntime, "the runner was stopped: " + context.Cause(ctx).Error()}
	}
	return failure
}

func runtimeFailure(what string, err error) *Failure {
	return &Failure{protocol.ErrorRuntime, what + ": " + err.Error()}
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// environment is what the job sees: what the agent hands on, what the
// documentation promises, and what the step says, each over the one before.
func (w *Worker) environment(message *protocol.Message, d jobDirectory) ([]string, error) {
	origin := message.Origin
	environment := slices.Concat(w.config.Environment, []string{
		protocol.EnvEnvironmentName + "=" + origin.Environment,
		protocol.EnvDistributionName + "=" + origin.DistributionName,
		protocol.EnvDistributionID + "=" + origin.DistributionID,
		protocol.EnvArtifactsPrefix + "=" + origin.Source.Prefix,
		protocol.EnvObjectIdentifier + "=" + origin.ObjectIdentifier,
		protocol.EnvStepName + "=" + message.Metadata.StepName,
		protocol.EnvInput + "=" + d.input(),
		protocol.EnvOutput + "=" + d.output(),
		protocol.EnvSourceDir + "=" + d.source(),
		"TMPDIR=" + d.temporary(),
		// The shell sets PWD itself, but what reads it earlier must not see
		// the agent's.
		"PWD=" + d.source(),
	})
	var problems []error
	for _, variable := range environment {
		if name, _, _ := strings.Cut(variable, "="); strings.ContainsRune(variable, 0) {
			problems = append(problems, fmt.Errorf("%s has a NUL byte, which no variable can hold", strings.ReplaceAll(name, "\x00", "")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(message.Job.Environment)) {
		value := message.Job.Environment[name]
		switch {
		case !variableName.MatchString(name):
			problems = append(problems, fmt.Errorf("%q in Environment is no name of a variable: use letters, digits and _, and no digit first", name))
		case strings.ContainsRune(value, 0):
			problems = append(problems, fmt.Errorf("%q in Environment has a NUL byte, which no variable can hold", name))
		}
		environment = append(environment, name+"="+value)
	}
	return environment, errors.Join(problems...)
}

// jobDirectory is a job's private directory.
type jobDirectory string

func (d jobDirectory) source() string    { return filepath.Join(string(d), "source") }
func (d jobDirectory) temporary() string { return filepath.Join(string(d), "tmp") }
func (d jobDirectory) input() string     { return filepath.Join(string(d), "input.json") }
func (d jobDirectory) output() string    { return filepath.Join(string(d), "output.json") }
func (d jobDirectory) script() string    { return filepath.Join(string(d), "script") }

func (d jobDirectory) prepare(message *protocol.Message) error {
	return errors.Join(
		os.Mkdir(d.source(), 0o700),
		os.Mkdir(d.temporary(), 0o700),
		os.WriteFile(d.input(), message.Input(), 0o600),
		os.WriteFile(d.output(), nil, 0o600),
	)
}

// removeAll removes a job's directory, also what the job made unwritable.
func (w *Worker) removeAll(directory string) {
	err := os.RemoveAll(directory)
	if err != nil {
		makeWritable(directory)
		err = os.RemoveAll(directory)
	}
	if err != nil {
		w.logger.Warn("remove a job's directory", "error", err)
	}
}
