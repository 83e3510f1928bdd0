package worker

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/attini-go/runner/agent/process"
)

// The first line of each script: the first failing command ends it, in a pipe
// too where the shell can.
const (
	headerPipefail = "set -eo pipefail\n"
	headerPlain    = "set -e\n"
	// headerAsking asks the shell in the script itself, which takes a process
	// each time. An unknown option would end some shells: so it is tried in
	// another one.
	headerAsking = "set -e; if (set -o pipefail) 2>/dev/null; then set -o pipefail; fi\n"
)

// askTimeout bounds the question to the shell; the scripts can do without.
const askTimeout = 5 * time.Second

// shellOptions says whether the shell has the option pipefail, which dash has
// learned late. The shell is asked once, unless it gives no answer.
type shellOptions struct {
	state atomic.Int32
}

// The states. No answer yet is zero.
const (
	noAnswer int32 = iota
	asking
	hasPipefail
	lacksPipefail
)

// scriptHeader is the first line of a script. As long as the shell has not answered,
// the script finds out by itself: pipefail is never lost.
func (w *Worker) scriptHeader(ctx context.Context) string {
	o := &w.options
	if o.state.CompareAndSwap(noAnswer, asking) {
		answer, err := w.askShell(ctx)
		if err != nil {
			w.logger.Warn("cannot ask the shell whether it has pipefail; it is asked again for the next job", "shell", w.config.Shell, "error", err)
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

// askShell returns noAnswer and an error when the shell did not come to answer.
func (w *Worker) askShell(ctx context.Context) (answer int32, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, askTimeout, errTimeout)
	defer cancel()
	question, err := process.Start(process.Command{
		Path: w.config.Shell, Args: []string{"-c", "set -o pipefail"}, Dir: w.config.Directory, Env: w.config.Environment,
	})
	if err != nil {
		return noAnswer, err
	}
	exit, err := question.Wait(ctx)
	question.End()
	// From 126 on a code says that a command could not be run, or was killed.
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
