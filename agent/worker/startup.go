package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// StartupError says that the agent could not start, so that no job can run:
// mostly, that its startup commands failed.
type StartupError struct{ Cause string }

// Error implements error.
func (e *StartupError) Error() string { return e.Cause }

// startup runs the startup commands. What they leave running lives until end
// is called, which it always must be. The error is a *StartupError, whose text
// is the cause with which every job fails, also when ctx has ended.
func (w *Worker) startup(ctx context.Context) (end func(), err error) {
	nothing := func() {}
	if len(w.config.StartupCommands) == 0 {
		return nothing, nil
	}
	directory, err := os.MkdirTemp(w.config.Directory, "startup-")
	if err != nil {
		return nothing, &StartupError{Cause: "make a directory for the startup commands: " + err.Error()}
	}
	log := w.ports.Log.Open(nil)
	r, err := w.start(ctx, script{
		commands: w.config.StartupCommands, file: filepath.Join(directory, "script"), directory: directory,
		environment: w.config.Environment, log: log,
	})
	if err != nil {
		closeLog(ctx, log)
		removeAll(directory, w.logger)
		return nothing, &StartupError{Cause: err.Error()}
	}
	end = func() {
		r.End()
		closeLog(ctx, log)
		removeAll(directory, w.logger)
	}
	return end, w.awaitStartupScript(ctx, r)
}

func (w *Worker) awaitStartupScript(ctx context.Context, r *running) error {
	exit, err := r.wait(ctx, w.config.StartupTimeout)
	switch {
	case errors.Is(err, errTimeout):
		return &StartupError{Cause: fmt.Sprintf("Startup script timed out after %d seconds", int(w.config.StartupTimeout.Seconds()))}
	case err != nil:
		return &StartupError{Cause: "Startup script was stopped: " + err.Error()}
	case exit.Code != 0:
		cause := fmt.Sprintf("Startup script finished with exit code = %d", exit.Code)
		if w.config.LogURL != "" {
			cause += ". See complete logs at: " + w.config.LogURL
		}
		return &StartupError{Cause: cause}
	}
	return nil
}
