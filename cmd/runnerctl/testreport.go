package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/fatih/color"

	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
)

// testReport shows how cases came out.
type testReport struct {
	testCommand
	streams
	outcomes []plantesting.Outcome
	coverage []plantesting.Coverage
	took     time.Duration
}

func (r testReport) failures() int {
	failed := 0
	for i := range r.outcomes {
		if !r.outcomes[i].Passed() {
			failed++
		}
	}
	return failed
}

func (r testReport) passed() bool { return r.failures() == 0 }

// tooLow reports whether a plan is covered less than it must be.
func (r testReport) tooLow() bool {
	for _, c := range r.coverage {
		if c.Summary.Percent < r.MinCoverage {
			return true
		}
	}
	return false
}

func (r testReport) write() error {
	switch r.Format {
	case "json":
		return plantesting.WriteJSON(r.stdout, r.outcomes, r.coverage)
	case "junit":
		text, err := plantesting.JUnit(r.outcomes)
		if err != nil {
			return err
		}
		_, err = r.stdout.Write(text)
		return err
	case "github":
		for i := range r.outcomes {
			if err := problem.WriteGitHub(r.stdout, r.outcomes[i].File.Name, r.outcomes[i].Annotations()); err != nil {
				return err
			}
		}
	}
	return r.text(r.stdout)
}

func (r testReport) text(w io.Writer) error {
	var text strings.Builder
	p := painter(r.colour)
	for i := range r.outcomes {
		o := &r.outcomes[i]
		switch {
		case !o.Passed():
			r.failed(&text, p, o)
		case r.Verbose:
			fmt.Fprintf(&text, "%s  %s  %s\n", p.paint("ok  ", color.FgGreen), o.Case.Name, p.paint(fmt.Sprintf("%s:%d", o.File.Name, o.Case.Place.Line), color.Faint))
			fmt.Fprintf(&text, "      %s\n", strings.Join(o.Seen.States, " "))
		}
	}
	failed := r.failures()
	summary := fmt.Sprintf("%s passed", counted(len(r.outcomes)-failed, "case"))
	attribute := color.FgGreen
	if failed > 0 {
		summary, attribute = fmt.Sprintf("%s, %d failed", summary, failed), color.FgRed
	}
	fmt.Fprintf(&text, "%s in %s\n", p.paint(summary, attribute), runevents.Clock(r.took))
	for _, c := range r.coverage {
		r.covered(&text, p, c)
	}
	_, err := io.WriteString(w, text.String())
	return err
}

// failed shows a case with everything that is not as expected, each with its line.
func (r testReport) failed(w io.Writer, p painter, o *plantesting.Outcome) {
	fmt.Fprintf(w, "%s  %s  %s\n", p.paint("FAIL", color.FgRed, color.Bold), o.Case.Name, p.paint(fmt.Sprintf("%s:%d", o.File.Name, o.Case.Place.Line), color.Faint))
	for _, one := range o.Problems.Sorted() {
		fmt.Fprintf(w, "  %s:%d: %s [%s]\n", o.File.Name, one.Line, strings.TrimPrefix(one.Message, fmt.Sprintf("case %q: ", o.Case.Name)), one.Rule)
		if one.Advice != "" {
			fmt.Fprintf(w, "      %s\n", one.Advice)
		}
	}
	for _, m := range o.Mismatches {
		fmt.Fprintf(w, "  %s:%d: %s (- expected, + seen)\n", o.File.Name, m.Place.Line, m.What)
		for _, line := range m.Diff {
			switch line[0] {
			case '-':
				line = p.paint(line, color.FgRed)
			case '+':
				line = p.paint(line, color.FgGreen)
			}
			fmt.Fprintf(w, "    %s\n", line)
		}
	}
	fmt.Fprintln(w)
}

func (r testReport) covered(w io.Writer, p painter, c plantesting.Coverage) {
	s := c.Summary
	parts := []string{}
	for _, part := range []struct {
		name string
		plantesting.Ratio
	}{{"states", s.States}, {"transitions", s.Transitions}, {"choices", s.Choices}, {"catchers", s.Catchers}, {"retriers", s.Retriers}} {
		if part.Total > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d %s", part.Covered, part.Total, part.name))
		}
	}
	text := fmt.Sprintf("%s: %d%% covered: %s", c.Template, s.Percent, strings.Join(parts, ", "))
	if s.Percent < r.MinCoverage {
		text = p.paint(fmt.Sprintf("%s; --min-coverage is %d%%", text, r.MinCoverage), color.FgRed)
	}
	fmt.Fprintln(w, text)
	if !r.passed() && !r.Verbose {
		return // what is not covered matters less than what fails
	}
	missing := c.Missing()
	const most = 10
	if len(missing) > most && !r.Verbose {
		missing = append(missing[:most], fmt.Sprintf("… and %d more (--verbose lists all)", len(missing)-most))
	}
	for _, line := range missing {
		fmt.Fprintf(w, "  not covered: %s\n", line)
	}
}
