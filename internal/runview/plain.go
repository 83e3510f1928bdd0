package runview

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/attini-go/runner/internal/runevents"
)

// When a step that is silent is said to run still: soon at first, then each minute.
const (
	firstReminder = 20 * time.Second
	nextReminder  = time.Minute
)

// Plain writes a line for each thing that happens. It is for files, pipes and logs.
type Plain struct {
	options Options
	names   *names
	stop    chan struct{}
	done    sync.WaitGroup

	mu   sync.Mutex
	w    io.Writer
	open []*openStep
	// buffer is the memory of one write.
	buffer []byte
}

// openStep is a step that runs, as a view sees it.
type openStep struct {
	step    runevents.Step
	started time.Time
	// quietSince is when it was last heard of.
	quietSince time.Time
	// waitsUntil is when its Wait or its next attempt is due; zero for none.
	waitsUntil time.Time
	attempt    int
	lastLine   string
	// kept are the lines of a job that a quiet view holds back.
	kept []byte
}

var _ View = (*Plain)(nil)

// NewPlain returns a view that writes to w until it is closed.
func NewPlain(w io.Writer, o Options) *Plain {
	p := &Plain{options: o, names: newNames(o.Colour), w: w, stop: make(chan struct{})}
	p.done.Go(p.remind)
	return p
}

// Close implements View.
func (p *Plain) Close() {
	close(p.stop)
	p.done.Wait()
}

// Take implements runevents.Sink.
func (p *Plain) Take(event runevents.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if event.Kind == runevents.Message {
		fmt.Fprintln(p.w, event.Text)
		return
	}
	step := p.track(event)
	quiet := p.options.Detail == Quiet
	switch event.Kind {
	case runevents.Log, runevents.PartialLine:
		p.lines(event, step)
	case runevents.StepStarted:
		if !quiet && (works(event.Step) || p.options.Detail == Verbose) {
			p.say(event, "started")
		}
	case runevents.AttemptFailed:
		if !quiet {
			p.say(event, describeRetry(event))
		}
	case runevents.WaitStarted:
		if !quiet && event.Delay.Duration() > time.Second {
			p.say(event, "waits "+runevents.Clock(event.Delay.Duration()))
		}
	case runevents.StepEnded:
		if quiet && event.Ended.Status != runevents.Succeeded && step != nil {
			p.write(event, step.kept)
		}
		shown := works(event.Step) || event.Ended.Status != runevents.Succeeded || p.options.Detail == Verbose
		if !quiet && shown {
			p.say(event, style(p.options.Colour, colourOf(event.Ended.Status), describeEnd(event.Ended)))
		}
	}
}

// maxKept is how much a quiet view keeps of a job's output, in bytes.
const maxKept = 1 << 20

func (p *Plain) lines(event runevents.Event, step *openStep) {
	if p.options.Detail == Quiet {
		if step != nil && event.Kind == runevents.Log {
			step.kept = append(step.kept, event.Lines...)
			if cut := len(step.kept) - maxKept; cut > 0 {
				step.kept = slices.Clone(step.kept[cut:])
			}
		}
		return
	}
	p.write(event, event.Lines)
}

// write writes lines behind their step's name, in one write.
func (p *Plain) write(event runevents.Event, lines []byte) {
	prefix := p.names.prefix(event)
	if p.options.Detail == Verbose {
		prefix = event.Time.Format("15:04:05.000 ") + prefix
	}
	p.buffer = p.buffer[:0]
	for line := range bytes.Lines(lines) {
		p.buffer = append(append(p.buffer, prefix...), line...)
		if line[len(line)-1] != '\n' {
			p.buffer = append(p.buffer, '\n')
		}
	}
	_, _ = p.w.Write(p.buffer) // nobody is there to be told that the console is gone
	if cap(p.buffer) > 1<<20 {
		p.buffer = nil
	}
}

// say writes a line about a step. A mark tells it from the step's own lines.
func (p *Plain) say(event runevents.Event, text string) {
	at := ""
	if p.options.Detail == Verbose {
		at = event.Time.Format("15:04:05.000 ")
	}
	fmt.Fprintf(p.w, "%s%s %s %s\n", at, style(p.options.Colour, dim, "--"), p.names.paint(source(event)), OneLine(text))
}

// track keeps which steps run, and returns the event's one.
func (p *Plain) track(event runevents.Event) *openStep {
	if event.Step == nil {
		return nil
	}
	i := slices.IndexFunc(p.open, func(o *openStep) bool { return o.step.Visit == event.Step.Visit })
	switch {
	case event.Kind == runevents.StepStarted:
		p.open = append(p.open, &openStep{step: *event.Step, started: event.Time, quietSince: event.Time})
		return p.open[len(p.open)-1]
	case i < 0:
		return nil
	}
	step := p.open[i]
	step.quietSince = event.Time
	step.note(event)
	if event.Kind == runevents.StepEnded {
		p.open = slices.Delete(p.open, i, i+1)
	}
	return step
}

// note takes up what an event says of its step.
func (o *openStep) note(event runevents.Event) {
	switch event.Kind {
	case runevents.AttemptStarted:
		o.attempt, o.waitsUntil = event.Attempt, time.Time{}
	case runevents.AttemptFailed:
		o.attempt, o.waitsUntil = event.Attempt, event.Time.Add(event.Delay.Duration())
	case runevents.WaitStarted:
		o.waitsUntil = event.Time.Add(event.Delay.Duration())
	case runevents.Log, runevents.PartialLine:
		lines := bytes.TrimRight(event.Lines, "\n")
		o.lastLine = string(lines[bytes.LastIndexByte(lines, '\n')+1:])
	}
}

// remind says of steps that have been silent that they still run.
func (p *Plain) remind() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case now := <-ticker.C:
			p.remindAt(now)
		}
	}
}

func (p *Plain) remindAt(now time.Time) {
	if p.options.Detail == Quiet || !p.mu.TryLock() { // it is writing
		return
	}
	defer p.mu.Unlock()
	for _, o := range p.open {
		if o.step.Type == "Parallel" || o.step.Type == "Map" {
			continue // the steps in it say so
		}
		patience := firstReminder
		if now.Sub(o.started) > firstReminder+time.Second {
			patience = nextReminder
		}
		if now.Sub(o.quietSince) < patience {
			continue
		}
		o.quietSince = now
		p.say(runevents.Event{Step: &o.step, Time: now}, o.stillRunning(now))
	}
}

func (o *openStep) stillRunning(now time.Time) string {
	if left := o.waitsUntil.Sub(now); left > 0 {
		if o.step.Type != "Wait" {
			return fmt.Sprintf("attempt %d in %s", o.attempt+1, runevents.Clock(left))
		}
		return fmt.Sprintf("still waits, %s left", runevents.Clock(left))
	}
	text := "still running " + runevents.Clock(now.Sub(o.started).Round(time.Second))
	if o.attempt > 1 {
		text += fmt.Sprintf(", attempt %d", o.attempt)
	}
	if strings.TrimSpace(o.lastLine) != "" {
		text += "; last line: " + o.lastLine
	}
	return text
}
