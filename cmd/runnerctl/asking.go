package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/mattn/go-isatty"

	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/runevents"
)

// stepsOf are the steps of STEP[=MESSAGE].
func stepsOf(given []string) []string {
	steps := make([]string, len(given))
	for i, one := range given {
		steps[i], _, _ = strings.Cut(one, "=")
	}
	return steps
}

// checkApprovals refuses a step that is answered twice.
func (c runCommand) checkApprovals() error {
	seen := map[string]bool{}
	for _, step := range slices.Concat(stepsOf(c.Approve), stepsOf(c.Reject)) {
		if seen[step] {
			return usageError{fmt.Errorf("step %q is answered twice by --approve and --reject", step)}
		}
		seen[step] = true
	}
	return nil
}

// approvals answers the steps that wait for a person: as the flags say, or as the person at
// the terminal does.
func (c runCommand) approvals(s streams, events *runevents.Stream) localrun.Approve {
	answers := map[string]approvals.Answer{}
	for approved, given := range map[bool][]string{true: c.Approve, false: c.Reject} {
		for _, one := range given {
			step, message, _ := strings.Cut(one, "=")
			answers[step] = approvals.Answer{Approved: approved, Message: message}
		}
	}
	asker := &asker{in: s.stdin, say: func(text string) { events.Say(runevents.Info, text) }}
	return func(ctx context.Context, step string) (approvals.Answer, error) {
		if answer, given := answers[step]; given {
			return answer, nil
		}
		if !canAsk(s) {
			return approvals.Answer{}, fmt.Errorf("step %q waits for an approval, and there is no terminal to ask on; answer it with --approve %s or --reject %s", step, step, step)
		}
		return asker.ask(ctx, step)
	}
}

// canAsk reports whether there is a person at a terminal.
func canAsk(s streams) bool {
	file, ok := s.stdin.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// unanswered are the steps that wait for a person and that no flag answers.
func (c runCommand) unanswered(deployment *localrun.Deployment, options localrun.Options) []string {
	given := slices.Concat(stepsOf(c.Approve), stepsOf(c.Reject))
	return slices.DeleteFunc(deployment.Approvals(options), func(step string) bool { return slices.Contains(given, step) })
}

// asker asks on the terminal, one question at a time.
type asker struct {
	mutex sync.Mutex
	in    io.Reader
	say   func(text string)
	lines chan string
}

func (a *asker) ask(ctx context.Context, step string) (approvals.Answer, error) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if a.lines == nil {
		a.lines = make(chan string)
		// It ends with the program: a read from a terminal cannot be ended.
		go a.read()
	}
	approved, err := a.question(ctx, fmt.Sprintf("Step %q waits for an approval. Approve it? [y/N]", step))
	if err != nil {
		return approvals.Answer{}, err
	}
	message, err := a.question(ctx, "Message (optional):")
	if err != nil {
		return approvals.Answer{}, err
	}
	is := strings.ToLower(strings.TrimSpace(approved))
	return approvals.Answer{Approved: is == "y" || is == "yes", Message: strings.TrimSpace(message)}, nil
}

func (a *asker) read() {
	defer close(a.lines)
	for scanner := bufio.NewScanner(a.in); scanner.Scan(); {
		a.lines <- scanner.Text()
	}
}

func (a *asker) question(ctx context.Context, text string) (string, error) {
	a.say(text)
	select {
	case line, more := <-a.lines:
		if !more {
			return "", errors.New("the terminal was closed before an answer")
		}
		return line, nil
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}
