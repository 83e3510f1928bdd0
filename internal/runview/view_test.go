package runview_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/runview"
)

// buffer is a file that a view and a test use at once.
type buffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *buffer) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(text)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// story tells a view what happens, at the virtual time.
type story struct {
	stream *runevents.Stream
	visits int
	open   map[string]runevents.Step
}

func tell(view runevents.Sink) *story {
	return &story{stream: runevents.NewStream(view), open: map[string]runevents.Step{}}
}

func (s *story) start(path, kind string) {
	s.visits++
	step := runevents.Step{Name: path[strings.LastIndexAny(path, ".")+1:], Path: path, Type: kind, Visit: s.visits, Place: runevents.Place{File: "t.yaml", Line: s.visits}}
	s.open[path] = step
	s.stream.Emit(runevents.Event{Kind: runevents.StepStarted, Step: &step})
	if kind == "Task" {
		s.attempt(path, 1)
	}
}

func (s *story) emit(path string, event runevents.Event) {
	step := s.open[path]
	event.Step = &step
	s.stream.Emit(event)
}

func (s *story) attempt(path string, n int) {
	s.emit(path, runevents.Event{Kind: runevents.AttemptStarted, Attempt: n})
}

func (s *story) print(path, lines string) {
	s.emit(path, runevents.Event{Kind: runevents.Log, Lines: []byte(lines)})
}

func (s *story) end(path string, status runevents.Status) {
	end := &runevents.StepResult{Step: s.open[path], Status: status, Attempts: 1, Duration: runevents.Seconds(time.Second)}
	if status == runevents.Failed || status == runevents.Caught {
		end.Error = &runevents.Error{Name: "ScriptExecutionError", Cause: "Script exited with code 1"}
		end.Failure = &runevents.Failure{ExitCode: 1, Command: &runevents.Command{Number: 2, Count: 3, Line: 1, Text: "false, 100%", Place: runevents.Place{File: "t.yaml", Line: 12}}}
	}
	s.emit(path, runevents.Event{Kind: runevents.StepEnded, Ended: end})
}

// aRun is what all views are shown.
func aRun(s *story) {
	s.stream.Say(runevents.Warning, "careful\nplease")
	s.stream.Emit(runevents.Event{Kind: runevents.Log, Runner: "R", Lines: []byte("warm\n")})
	s.start("Fork", "Parallel")
	s.start("Fork[0].A", "Task")
	s.start("Fork[1].B", "Task")
	s.print("Fork[0].A", "a one\na two\n")
	s.print("Fork[1].B", "b one\n")
	s.emit("Fork[1].B", runevents.Event{Kind: runevents.PartialLine, Lines: []byte("Enter a value: ")})
	s.emit("Fork[0].A", runevents.Event{Kind: runevents.AttemptFailed, Attempt: 1, Error: &runevents.Error{Name: "E"}, Delay: runevents.Seconds(5 * time.Second)})
	time.Sleep(5 * time.Second)
	s.attempt("Fork[0].A", 2)
	s.print("Fork[0].A", "a again\n")
	s.end("Fork[0].A", runevents.Succeeded)
	time.Sleep(90 * time.Second)
	s.print("Fork[1].B", "Enter a value: \n")
	s.end("Fork[1].B", runevents.Failed)
	s.end("Fork", runevents.Caught)
	s.start("Choose", "Choice")
	s.end("Choose", runevents.Succeeded)
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options runview.Options
		want    string
	}{
		"normal": {runview.Options{}, `careful
please
Startup | warm
-- Fork started
-- Fork[0].A started
-- Fork[1].B started
Fork[0].A | a one
Fork[0].A | a two
Fork[1].B | b one
Fork[1].B | Enter a value: 
-- Fork[0].A attempt 1 failed: E; attempt 2 in 5s
Fork[0].A | a again
-- Fork[0].A succeeded after 1s
-- Fork[1].B still running 20s; last line: Enter a value: 
-- Fork[1].B still running 1m20s; last line: Enter a value: 
Fork[1].B | Enter a value: 
-- Fork[1].B failed after 1s: ScriptExecutionError
-- Fork failed after 1s: ScriptExecutionError; its Catch goes on
`},
		"quiet": {runview.Options{Detail: runview.Quiet}, "careful\nplease\nFork[1].B | b one\nFork[1].B | Enter a value: \n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var out buffer
				view := runview.NewPlain(&out, c.options)
				aRun(tell(view))
				view.Close()
				assert.Equal(t, c.want, out.String())
			})
		})
	}
}

// TestVerboseShowsTimesAndEveryState.
func TestVerboseShowsTimesAndEveryState(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		view := runview.NewPlain(&out, runview.Options{Detail: runview.Verbose})
		aRun(tell(view))
		view.Close()
		assert.Regexp(t, `(?m)^\d\d:\d\d:\d\d\.000 Fork\[0\]\.A \| a two$`, out.String())
		assert.Regexp(t, `(?m)^\d\d:\d\d:\d\d\.000 -- Choose started$`, out.String())
	})
}

// TestColoursAreDealtInTurn: the first steps never have the same one.
func TestColoursAreDealtInTurn(t *testing.T) {
	t.Parallel()
	var out buffer
	view := runview.NewPlain(&out, runview.Options{Colour: true})
	s := tell(view)
	colours := map[string]bool{}
	for i := range 5 {
		path := fmt.Sprintf("Map[%d].Step", i)
		s.start(path, "Task")
		_, after, found := strings.Cut(out.String()[strings.LastIndex(out.String(), "\x1b[2m"):], " \x1b[")
		require.True(t, found)
		colours[after[:2]] = true
	}
	view.Close()
	assert.Len(t, colours, 5)
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		view := runview.NewGitHub(&out, runview.Options{})
		aRun(tell(view))
		view.Close()
		assert.Equal(t, `::warning::careful%0Aplease
Startup | warm
::group::Fork[0].A
a one
a two
-- attempt 1 failed: E; attempt 2 in 5s
a again
::endgroup::
Fork[0].A succeeded after 1s
::group::Fork[1].B
b one
Enter a value: 
::endgroup::
Fork[1].B failed after 1s: ScriptExecutionError
::error file=t.yaml,line=12,title=Step Fork[1].B failed::ScriptExecutionError: Script exited with code 1%0Acommand 2 of 3: false, 100%25%0Aat t.yaml:12%0Ait printed nothing
Fork failed after 1s: ScriptExecutionError; its Catch goes on
::warning file=t.yaml,line=12,title=Step Fork failed::ScriptExecutionError: Script exited with code 1%0Acommand 2 of 3: false, 100%25%0Aat t.yaml:12%0Ait printed nothing
`, out.String())
	})
}

// TestMarkdown: names cannot leave their cells.
func TestMarkdown(t *testing.T) {
	t.Parallel()
	step := runevents.StepResult{Step: runevents.Step{Path: "A|<b>\n`x`"}, Status: runevents.Failed, Error: &runevents.Error{Name: "E", Cause: "``` and more"}}
	text := runview.Markdown(runevents.Run{Template: "t.yaml", Plan: "P"}, runevents.Result{Status: runevents.Failed, Steps: []runevents.StepResult{step}, FailedStep: step.Path})
	assert.Contains(t, text, "| A\\|&lt;b> \\`x\\` | ❌ failed | 0s | 0 |\n")
	assert.Contains(t, text, "\n````\nE: ``` and more\n````\n")
}
