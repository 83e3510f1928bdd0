package runview

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/attini-go/runner/internal/runevents"
)

// GitHub writes for the log of a GitHub Actions job: a group for each step, so that
// its lines fold, and annotations for failures. Of steps that run at once, one streams
// and the others follow in groups of their own when they end, since groups cannot be
// interleaved.
type GitHub struct {
	w     io.Writer
	names *names
	// streaming is the visit of the step whose group is open; 0 for none.
	streaming int
	kept      map[int]*bytes.Buffer
}

var _ View = (*GitHub)(nil)

// NewGitHub returns a view that writes to w.
func NewGitHub(w io.Writer, o Options) *GitHub {
	return &GitHub{w: w, names: newNames(o.Colour), kept: map[int]*bytes.Buffer{}}
}

// Take implements runevents.Sink.
func (g *GitHub) Take(event runevents.Event) {
	switch event.Kind {
	case runevents.Message:
		command := map[string]string{runevents.Warning: "::warning::", runevents.Problem: "::error::"}[event.Level]
		if command == "" {
			fmt.Fprintln(g.w, event.Text)
			return
		}
		fmt.Fprintln(g.w, command+escapeData(event.Text))
	case runevents.Log:
		if event.Step == nil {
			g.prefixed(event)
			return
		}
		_, _ = g.to(event.Step).Write(event.Lines) // nobody is there to be told
	case runevents.AttemptFailed:
		fmt.Fprintln(g.to(event.Step), "-- "+OneLine(describeRetry(event)))
	case runevents.WaitStarted:
		fmt.Fprintf(g.w, "%s waits %s\n", OneLine(event.Step.Path), runevents.Clock(event.Delay.Duration()))
	case runevents.StepEnded:
		g.ended(event.Ended)
	}
}

func (g *GitHub) prefixed(event runevents.Event) {
	for line := range bytes.Lines(event.Lines) {
		fmt.Fprintf(g.w, "%s%s", g.names.prefix(event), line)
	}
}

// to is where a step's lines go: into the open group, or a buffer until it ends.
func (g *GitHub) to(step *runevents.Step) io.Writer {
	if g.streaming == 0 {
		g.streaming = step.Visit
		fmt.Fprintf(g.w, "::group::%s\n", escapeData(step.Path))
		if kept := g.kept[step.Visit]; kept != nil {
			_, _ = kept.WriteTo(g.w) // nobody is there to be told
			delete(g.kept, step.Visit)
		}
	}
	if g.streaming == step.Visit {
		return g.w
	}
	if g.kept[step.Visit] == nil {
		g.kept[step.Visit] = &bytes.Buffer{}
	}
	return g.kept[step.Visit]
}

func (g *GitHub) ended(end *runevents.StepResult) {
	if kept := g.kept[end.Visit]; kept != nil {
		g.closeGroup() // a group that is open goes on in one of its own
		fmt.Fprintf(g.w, "::group::%s\n%s::endgroup::\n", escapeData(end.Path), kept)
		delete(g.kept, end.Visit)
	} else if g.streaming == end.Visit {
		g.closeGroup()
	}
	if !works(&end.Step) && end.Status == runevents.Succeeded {
		return
	}
	fmt.Fprintf(g.w, "%s %s\n", OneLine(end.Path), describeEnd(end))
	switch {
	case end.Status == runevents.Failed && end.Type != "Parallel" && end.Type != "Map":
		g.annotate("error", end)
	case end.Status == runevents.Caught:
		g.annotate("warning", end)
	}
}

func (g *GitHub) closeGroup() {
	if g.streaming != 0 {
		fmt.Fprintln(g.w, "::endgroup::")
		g.streaming = 0
	}
}

// annotate marks the line of the template that failed.
func (g *GitHub) annotate(command string, end *runevents.StepResult) {
	place := end.Place
	if end.Failure != nil && end.Failure.Command != nil && end.Failure.Command.Place.Line > 0 {
		place = end.Failure.Command.Place
	}
	at := ""
	if place.Line > 0 {
		at = fmt.Sprintf("file=%s,line=%d,", escapeProperty(place.File), place.Line)
	}
	fmt.Fprintf(g.w, "::%s %stitle=%s::%s\n", command, at, escapeProperty("Step "+end.Path+" failed"), escapeData(runevents.Explain(*end)))
}

// Close implements View.
func (g *GitHub) Close() { g.closeGroup() }

// escapeData keeps text in one workflow command.
func escapeData(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(text)
}

func escapeProperty(text string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(text)
}

// Markdown is the result of a run for $GITHUB_STEP_SUMMARY.
func Markdown(run runevents.Run, result runevents.Result) string {
	mark := map[runevents.Status]string{
		runevents.Succeeded: "✅ succeeded", runevents.Failed: "❌ failed", runevents.Caught: "⚠️ caught", runevents.Stopped: "⏹️ stopped",
	}
	var text strings.Builder
	fmt.Fprintf(&text, "### %s: plan %s, %s\n\n| Step | Result | Time | Attempts |\n|---|---|---|---|\n",
		cell(run.Template), cell(run.Plan), mark[result.Status])
	const most = 200 // a summary can have 1 MiB
	for _, step := range result.Steps[:min(len(result.Steps), most)] {
		fmt.Fprintf(&text, "| %s | %s | %s | %d |\n", cell(step.Path), mark[step.Status], runevents.Clock(step.Duration.Duration()), step.Attempts)
	}
	if more := len(result.Steps) - most; more > 0 {
		fmt.Fprintf(&text, "\n… and %d more steps\n", more)
	}
	for _, step := range result.Steps {
		if step.Path == result.FailedStep && step.Status == runevents.Failed {
			fence := "```"
			for strings.Contains(runevents.Explain(step), fence) {
				fence += "`"
			}
			fmt.Fprintf(&text, "\n**%s failed**\n\n%s\n%s\n%s\n", cell(step.Path), fence, runevents.Explain(step), fence)
		}
	}
	return text.String()
}

// cell keeps text within a table's cell.
func cell(text string) string {
	return strings.NewReplacer("|", "\\|", "<", "&lt;", "`", "\\`", "*", "\\*", "_", "\\_").Replace(OneLine(text))
}
