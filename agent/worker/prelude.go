package worker

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/attini-go/runner/agent/process"
)

// The first line of each script: the first failing command ends it, also in a
// pipe if the shell has pipefail.
const (
	headerPipefail = "set -eo pipefail\n"
	headerPlain    = "set -e\n"
	// headerAsking asks the shell in the script itself, which costs a process. An
	// unknown option ends some shells, so a subshell tries it.
	headerAsking = "set -e; if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi\n"
)

// askTimeout bounds askShell; scripts work without its answer.
const askTimeout = 5 * time.Second

// shellOptions knows whether the shell has the option pipefail, which older
// versions of dash lack. The shell is asked once, unless it gives no answer.
type shellOptions struct {
	state atomic.Int32
}

// The states.
const (
	noAnswer int32 = iota
	asking
	hasPipefail
	lacksPipefail
)

// scriptHeader returns the first line of a script. Until the shell has answered,
// each script finds out by itself, so pipefail is never lost.
func (w *Worker) scriptHeader(ctx context.Context) string {
	o := &w.options
	if o.state.CompareAndSwap(noAnswer, asking) {
		answer, err := w.askShell(ctx)
		if err != nil {
			w.logger.Warn("cannot find out whether the shell has pipefail; trying again for the next job", "shell", w.config.Shell, "error", err)
		}
		if answer == lacksPipefail {
			w.logger.Warn("the shell has no pipefail: of a pipe, only the last command's failure ends a job; use bash", "shell", w.config.Shell)
		}
		o.state.Store(answer)
	}
	switch o.state.Load() {
	case hasPipefail:
		return headerPipefail
	case lacksPipefail:
		return headerPlain
	default:
		return headerAsking
	}
}

// askShell returns noAnswer and an error when the shell did not answer.
func (w *Worker) askShell(ctx context.Context) (answer int32, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, askTimeout, errTimeout)
	defer cancel()
	question, err := w.config.Start(process.Command{
		Path: w.config.Shell, Args: []string{"-c", "set -o pipefail"}, Dir: w.config.Directory, Env: w.config.Environment,
	}, true)
	if err != nil {
		return noAnswer, err
	}
	exit, err := question.Wait(ctx)
	question.End()
	// Codes from 126 mean that a command could not be run or was killed.
	const lastAnswer = 125
	switch {
	case err != nil:
		return noAnswer, err
	case exit.Signal != 0 || exit.Code < 0 || exit.Code > lastAnswer:
		return noAnswer, fmt.Errorf("the shell %s", exit)
	case exit.Code == 0:
		return hasPipefail, nil
	default:
		return lacksPipefail, nil
	}
}
