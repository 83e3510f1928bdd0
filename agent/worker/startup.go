package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// StartupError means that the agent could not start, so no job can run. Usually
// the startup commands failed.
type StartupError struct{ Cause string }

// Error implements error.
func (e *StartupError) Error() string { return e.Cause }

// startup runs the startup commands. The processes that they leave running live
// until the caller calls end, which it must always do. The error is a
// *StartupError, also when ctx has ended; its text is the cause of every failed
// job.
func (w *Worker) startup(ctx context.Context) (end func(), err error) {
	nothing := func() {}
	if len(w.config.StartupCommands) == 0 {
		return nothing, nil
	}
	directory, err := os.MkdirTemp(w.config.Directory, "startup-")
	if err != nil {
		return nothing, &StartupError{Cause: "make a directory for the startup commands: " + err.Error()}
	}
	log := w.openLog(nil)
	r, err := w.start(ctx, script{
		commands: w.config.StartupCommands, file: filepath.Join(directory, "script"), directory: directory,
		environment: w.config.Environment, log: log, service: true,
	})
	if err != nil {
		log.close(ctx)
		w.jobDirs.remove(directory)
		return nothing, &StartupError{Cause: err.Error()}
	}
	end = func() {
		r.End()
		log.close(ctx)
		w.jobDirs.remove(directory)
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
		if end := r.where(exit); end.Command > 0 {
			cause += ", " + end.String()
		}
		if w.config.LogURL != "" {
			cause += ". See complete logs at: " + w.config.LogURL
		}
		return &StartupError{Cause: cause}
	}
	return nil
}
