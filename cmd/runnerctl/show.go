package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/attini-go/runner/internal/rundir"
	"github.com/attini-go/runner/internal/runevents"
	"github.com/attini-go/runner/internal/runview"
)

// showFlags are how a run is shown.
type showFlags struct {
	Format  string `help:"text for people, json for a stream of events (docs/run-events.md), or github for the log of GitHub Actions." enum:"text,json,github" default:"text"`
	Quiet   bool   `short:"q" help:"Show only the lines of jobs that fail, and the summary." xor:"detail"`
	Verbose bool   `short:"v" help:"Show every state, and when each line was printed." xor:"detail"`
	JUnit   string `name:"junit" help:"Write the result as a JUnit file." placeholder:"FILE"`
	Report  string `help:"Write an HTML page of the run: graph, timeline, logs, payloads." placeholder:"FILE"`
}

func (f showFlags) detail() runview.Detail {
	switch {
	case f.Quiet:
		return runview.Quiet
	case f.Verbose:
		return runview.Verbose
	default:
		return runview.Normal
	}
}

// view is what people watch.
func (f showFlags) view(s streams) runview.View {
	options := runview.Options{Detail: f.detail(), Colour: s.colour, Size: s.size}
	switch {
	case f.Format == "github":
		return runview.NewGitHub(s.stdout, options)
	case s.screen && s.getenv("CI") == "":
		return runview.NewLive(s.stderr, options)
	default:
		return runview.NewPlain(s.stderr, options)
	}
}

// show is everything that takes the events of a run.
type show struct {
	flags  showFlags
	view   runview.View
	json   *runevents.JSONWriter
	kept   *rundir.Writer
	events *runevents.Stream
}

// open opens what the flags ask for; kept may be nil.
func (f showFlags) open(s streams, kept *rundir.Writer) *show {
	sh := &show{flags: f, view: f.view(s), kept: kept}
	sinks := []runevents.Sink{}
	if kept != nil {
		sinks = append(sinks, kept) // first, since a console may block
	}
	if f.Format == "json" {
		sh.json = runevents.NewJSONWriter(s.stdout)
		sinks = append(sinks, sh.json)
	}
	sh.events = runevents.NewStream(append(sinks, sh.view)...)
	return sh
}

// close ends what is shown while the run goes on.
func (sh *show) close() error {
	sh.view.Close()
	var errs []error
	if sh.json != nil {
		errs = append(errs, sh.json.Err())
	}
	if sh.kept != nil {
		errs = append(errs, sh.kept.Close())
	}
	return errors.Join(errs...)
}

// files writes the files that are made of the result.
func (sh *show) files(s streams, about runevents.Run, result runevents.Result) error {
	var errs []error
	if sh.flags.JUnit != "" {
		text, err := runevents.JUnit(about, result)
		if err == nil {
			err = os.WriteFile(sh.flags.JUnit, text, 0o644) //nolint:gosec // other programs read it
		}
		errs = append(errs, err)
	}
	if sh.flags.Report != "" && sh.kept != nil {
		errs = append(errs, reportKept(sh.kept.Directory(), sh.flags.Report))
	}
	if summary := s.getenv("GITHUB_STEP_SUMMARY"); sh.flags.Format == "github" && summary != "" {
		errs = append(errs, appendTo(summary, runview.Markdown(about, result)))
	}
	return errors.Join(errs...)
}

func appendTo(path, text string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("write the summary of the job: %w", err)
	}
	_, err = io.WriteString(file, text)
	return errors.Join(err, file.Close())
}

// messages writes what the run's agents log as messages of the run.
type messages struct{ events *runevents.Stream }

// Write implements io.Writer.
func (m messages) Write(text []byte) (int, error) {
	line := string(text)
	if len(line) > 0 && line[len(line)-1] == '\n' {
		line = line[:len(line)-1]
	}
	m.events.Say(runevents.Warning, line)
	return len(text), nil
}
