package runview

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/attini-go/runner/internal/runevents"
)

// redraw is how often the tree is drawn at most.
const redraw = 100 * time.Millisecond

// Live shows jobs' lines, and below them a tree of the steps that run, which it draws
// anew as time goes by.
type Live struct {
	options Options
	names   *names
	stop    chan struct{}
	done    sync.WaitGroup

	mu    sync.Mutex
	w     io.Writer
	steps []*treeStep
	// ended counts the ended ones among steps.
	ended int
	// pending are lines that are written above the tree when it is drawn next.
	pending bytes.Buffer
	// drawn is how many rows the tree has on the screen.
	drawn int
}

// treeStep is a step in the tree, running or ended.
type treeStep struct {
	openStep
	end *runevents.StepResult
}

var _ View = (*Live)(nil)

// NewLive returns a view that draws on a terminal until it is closed.
func NewLive(w io.Writer, o Options) *Live {
	l := &Live{options: o, names: newNames(o.Colour), w: w, stop: make(chan struct{})}
	l.done.Go(l.animate)
	return l
}

// maxPending is how many bytes of lines wait for the next drawing.
const maxPending = 64 << 10

// Take implements runevents.Sink.
func (l *Live) Take(event runevents.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.track(event)
	switch event.Kind {
	case runevents.Message:
		fmt.Fprintln(&l.pending, event.Text)
	case runevents.Log:
		if l.options.Detail > Quiet {
			prefix := l.names.prefix(event)
			for line := range bytes.Lines(event.Lines) {
				l.pending.WriteString(prefix)
				l.pending.Write(line)
			}
		}
	case runevents.AttemptFailed:
		l.say(event, yellow, describeRetry(event))
	case runevents.StepEnded:
		if works(event.Step) || event.Ended.Status != runevents.Succeeded || l.options.Detail == Verbose {
			l.say(event, colourOf(event.Ended.Status), describeEnd(event.Ended))
		}
	}
	if l.pending.Len() > maxPending {
		l.draw(time.Now())
	}
}

func (l *Live) say(event runevents.Event, colour, text string) {
	if l.options.Detail > Quiet {
		fmt.Fprintf(&l.pending, "%s %s %s\n", style(l.options.Colour, dim, "--"), l.names.paint(source(event)), style(l.options.Colour, colour, OneLine(text)))
	}
}

// track keeps the tree's steps: those that run, and those that ended around or beside
// them.
func (l *Live) track(event runevents.Event) {
	if event.Step == nil || event.Step.Visit == 0 {
		return
	}
	if event.Kind == runevents.StepStarted {
		l.steps = append(l.steps, &treeStep{openStep: openStep{step: *event.Step, started: event.Time}})
		return
	}
	for _, s := range l.steps {
		if s.step.Visit != event.Step.Visit {
			continue
		}
		s.note(event)
		if event.Kind == runevents.StepEnded {
			s.end = event.Ended
			l.forget(s)
		}
		return
	}
}

// maxEnded is how many ended steps of branches and iterations stay in the tree.
const maxEnded = 20

// forget drops an ended step of the top level with those in it. In a Parallel or Map,
// the last ones stay.
func (l *Live) forget(ended *treeStep) {
	if !strings.Contains(ended.step.Path, "[") {
		l.steps = slices.DeleteFunc(l.steps, func(s *treeStep) bool {
			inside := s == ended || strings.HasPrefix(s.step.Path, ended.step.Path+"[")
			if inside && s != ended && s.end != nil {
				l.ended--
			}
			return inside
		})
		return
	}
	hasEnded := func(s *treeStep) bool { return s.end != nil }
	if l.ended++; l.ended > maxEnded {
		i := slices.IndexFunc(l.steps, hasEnded)
		l.steps = slices.Delete(l.steps, i, i+1)
		l.ended--
	}
}

func (l *Live) animate() {
	ticker := time.NewTicker(redraw)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case now := <-ticker.C:
			if l.mu.TryLock() { // else a drawing is under way
				l.draw(now)
				l.mu.Unlock()
			}
		}
	}
}

// Close implements View.
func (l *Live) Close() {
	close(l.stop)
	l.done.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.steps = nil
	l.draw(time.Now())
}

// draw replaces the tree on the screen by the lines that came since, and the tree as
// it is now, in one write.
func (l *Live) draw(now time.Time) {
	columns, rows := l.size()
	tree := l.tree(now, columns, max(1, rows/2))
	if l.pending.Len() == 0 && len(tree) == 0 && l.drawn == 0 {
		return
	}
	var screen bytes.Buffer
	screen.WriteString("\x1b[?2026h") // shown at once, where the terminal can
	if l.drawn > 0 {
		fmt.Fprintf(&screen, "\r\x1b[%dA", l.drawn)
	}
	screen.WriteString("\r\x1b[J")
	screen.Write(l.pending.Bytes())
	l.pending.Reset()
	for _, line := range tree {
		screen.WriteString(line + "\n")
	}
	screen.WriteString("\x1b[?2026l")
	l.drawn = len(tree)
	_, _ = l.w.Write(screen.Bytes()) // nobody is there to be told that the terminal is gone
}

func (l *Live) size() (columns, rows int) {
	if l.options.Size != nil {
		columns, rows = l.options.Size()
	}
	if columns <= 0 || rows <= 0 {
		return 80, 24
	}
	return columns, rows
}

// tree is a line for each step that runs or ended beside one, cut to the screen.
func (l *Live) tree(now time.Time, columns, rows int) []string {
	nodes := arrange(l.steps)
	hidden := len(nodes) - rows
	if hidden > 0 {
		nodes = nodes[:rows]
	}
	var lines []string
	for _, n := range nodes {
		lines = append(lines, ansi.Truncate(l.row(n, now), columns-1, "…"))
	}
	if hidden > 0 {
		lines = append(lines, style(l.options.Colour, dim, fmt.Sprintf("  … and %d more steps", hidden)))
	}
	return lines
}

// row is a step's line: its mark, name, time, and what it does.
func (l *Live) row(n treeNode, now time.Time) string {
	s := n.treeStep
	text := strings.Repeat("  ", n.depth) + l.mark(s, now) + " " + style(l.options.Colour, bold, OneLine(n.name))
	switch {
	case s.end != nil:
		return text + "  " + style(l.options.Colour, colourOf(s.end.Status), describeEnd(s.end))
	case !s.waitsUntil.IsZero() && s.waitsUntil.After(now):
		left := runevents.Clock(s.waitsUntil.Sub(now).Round(time.Second))
		if s.step.Type == "Wait" {
			return text + "  " + style(l.options.Colour, yellow, left+" left")
		}
		return text + "  " + style(l.options.Colour, yellow, fmt.Sprintf("attempt %d in %s", s.attempt+1, left))
	}
	text += "  " + runevents.Clock(now.Sub(s.started).Round(time.Second))
	if s.attempt > 1 {
		text += fmt.Sprintf("  attempt %d", s.attempt)
	}
	if s.lastLine != "" {
		text += "  " + style(l.options.Colour, dim, ansi.Strip(s.lastLine))
	}
	return text
}

// mark shows at a glance how a step is doing.
func (l *Live) mark(s *treeStep, now time.Time) string {
	switch {
	case s.end == nil:
		frames := []rune("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏")
		return style(l.options.Colour, cyan, string(frames[int(now.UnixMilli()/100)%len(frames)]))
	case s.end.Status == runevents.Succeeded:
		return style(l.options.Colour, green, "✓")
	case s.end.Status == runevents.Failed:
		return style(l.options.Colour, red, "✗")
	default:
		return style(l.options.Colour, yellow, "!")
	}
}
