package runview_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/runview"
)

// screen is what a terminal shows after text: it knows the sequences that the view
// uses, and takes no others.
func screen(t *testing.T, text string) []string {
	t.Helper()
	lines, row := []string{""}, 0
	for len(text) > 0 {
		switch {
		case strings.HasPrefix(text, "\x1b[?2026"):
			text = text[len("\x1b[?2026h"):]
		case strings.HasPrefix(text, "\x1b[J"):
			lines = append(lines[:row], "")
			text = text[3:]
		case strings.HasPrefix(text, "\x1b["):
			up, rest, _ := strings.Cut(text[2:], "A")
			n, err := strconv.Atoi(up)
			if err != nil {
				t.Fatalf("unknown sequence: %q", text[:10])
			}
			row -= n
			text = rest
		case text[0] == '\r':
			text = text[1:]
		case text[0] == '\n':
			row++
			if row == len(lines) {
				lines = append(lines, "")
			}
			text = text[1:]
		default:
			end := strings.IndexAny(text, "\r\n\x1b")
			if end < 0 {
				end = len(text)
			}
			lines[row] += text[:end]
			text = text[end:]
		}
	}
	return lines
}

func TestLive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		view := runview.NewLive(&out, runview.Options{Size: func() (int, int) { return 60, 20 }})
		s := tell(view)
		s.start("Fork", "Map")
		for i := range 12 {
			s.start(fmt.Sprintf("Fork[%d].A", i), "Task")
		}
		s.print("Fork[3].A", "first\n"+strings.Repeat("wide ", 30)+"\n")
		s.emit("Fork[11].A", runevents.Event{Kind: runevents.AttemptFailed, Attempt: 1, Error: &runevents.Error{Name: "E"}, Delay: runevents.Seconds(30 * time.Second)})
		s.end("Fork[2].A", runevents.Failed)
		time.Sleep(10*time.Second + redrawn)
		shown := screen(t, out.String())
		assert.Equal(t, []string{
			"Fork[3].A | first",
			"Fork[3].A | " + strings.Repeat("wide ", 30),
			"-- Fork[11].A attempt 1 failed: E; attempt 2 in 30s",
			"-- Fork[2].A failed after 1s: ScriptExecutionError",
			"⠙ Fork  10s",
			"  ⠙ [0].A  10s",
		}, shown[:6])
		assert.Equal(t, "  ✗ [2].A  failed after 1s: ScriptExecutionError", shown[7])
		assert.Equal(t, "  ⠙ [3].A  10s  wide wide wide wide wide wide wide wide wi…", shown[8])
		assert.Equal(t, "  … and 3 more steps", shown[14], "a tree leaves room for lines")
		for _, line := range shown[4:] {
			assert.LessOrEqual(t, ansi.StringWidth(line), 60)
		}

		s.end("Fork", runevents.Stopped)
		view.Close()
		shown = screen(t, out.String())
		assert.Equal(t, []string{"-- Fork stopped after 1s", ""}, shown[len(shown)-2:], "nothing of the tree stays")
	})
}

// redrawn is when the screen has what happened before.
const redrawn = 150 * time.Millisecond

// TestLiveCountsDown waits and retries.
func TestLiveCountsDown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		view := runview.NewLive(&out, runview.Options{})
		s := tell(view)
		s.start("Pause", "Wait")
		s.emit("Pause", runevents.Event{Kind: runevents.WaitStarted, Delay: runevents.Seconds(time.Minute)})
		s.start("Job", "Task")
		s.emit("Job", runevents.Event{Kind: runevents.AttemptFailed, Attempt: 2, Error: &runevents.Error{Name: "E"}, Delay: runevents.Seconds(30 * time.Second)})
		time.Sleep(20*time.Second + redrawn)
		shown := strings.Join(screen(t, out.String()), "\n")
		assert.Contains(t, shown, "Pause  40s left")
		assert.Contains(t, shown, "Job  attempt 3 in 10s")
		time.Sleep(10 * time.Second)
		s.attempt("Job", 3)
		s.emit("Job", runevents.Event{Kind: runevents.PartialLine, Lines: []byte("\x1b[31mEnter a value: ")})
		time.Sleep(redrawn)
		assert.Contains(t, strings.Join(screen(t, out.String()), "\n"), "Job  30s  attempt 3  Enter a value: ")
		view.Close()
	})
}

// TestLiveForgetsEndedIterations: the tree of a long Map stays small.
func TestLiveForgetsEndedIterations(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out buffer
		view := runview.NewLive(&out, runview.Options{Size: func() (int, int) { return 80, 1000 }, Detail: runview.Quiet})
		s := tell(view)
		s.start("Loop", "Map")
		for i := range 2000 {
			path := fmt.Sprintf("Loop[%d].A", i)
			s.start(path, "Task")
			s.end(path, runevents.Succeeded)
		}
		time.Sleep(redrawn)
		assert.Less(t, len(screen(t, out.String())), 30)
		view.Close()
	})
}
