package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/problem"
)

type testCommand struct {
	Paths       []string `arg:"" optional:"" name:"path" help:"Test files, or directories in which, and below which, files named *.plantest.yaml are. Default: the working directory."`
	Case        string   `name:"run" help:"Run only the cases whose names match." placeholder:"REGEXP"`
	Format      string   `help:"text for people; json, github (annotations) or junit on standard output." enum:"text,json,github,junit" default:"text"`
	Verbose     bool     `short:"v" help:"List the cases that pass, and the states that each case entered."`
	Coverage    string   `help:"Write which states and transitions the cases took, as JSON." placeholder:"FILE"`
	MinCoverage int      `help:"Fail if the cases cover less of a plan's states and transitions." placeholder:"PERCENT"`
	Update      bool     `help:"Write what was seen into the test files, in place of what was expected there."`
	Parallel    int      `help:"How many cases run at once. Default: the number of CPUs." placeholder:"N"`
}

// Help is the longer part of the command's help.
func (testCommand) Help() string {
	return `A test file stands beside its template: release.plantest.yaml tests release.yaml.

  cases:
    - name: a nightly release is not packaged
      parameters: {Channel: nightly}
      mocks: {Build: {result: {version: 1.0.0, channel: nightly}}}
      expect:
        states: [Build, ..., SkipPackage, ...]

Wait states and retries take no time, and nothing runs unless the file says "jobs: run". docs/testing-plans.md has a tutorial and the reference, and
"runnerctl schema --for plantest" prints the JSON Schema for editors.

Exit codes: 0 all cases passed; 1 a case failed, a test file is not valid, or the coverage is too low; 2 wrong usage, or a file that cannot be read.`
}

// Run runs the command.
func (c testCommand) Run(ctx context.Context, s streams, signals *interrupts) error {
	matches, err := c.check()
	if err != nil {
		return usageError{err}
	}
	began := time.Now()
	files, invalid, err := c.read(s)
	if err != nil {
		return err
	}
	cases := selected(files, matches)
	switch {
	case len(cases) == 0 && invalid:
		return errReported
	case len(cases) == 0:
		return usageError{fmt.Errorf("no case has a name that matches --run %s", c.Case)}
	}
	outcomes, err := c.runCases(ctx, s, signals, cases)
	if err != nil {
		return err
	}
	if c.Update {
		return errors.Join(c.update(s, files, outcomes), reportedIf(invalid))
	}
	coverage := plantesting.Cover(outcomes)
	report := testReport{testCommand: c, streams: s, outcomes: outcomes, coverage: coverage, took: time.Since(began)}
	if err := errors.Join(report.write(), c.writeCoverage(coverage)); err != nil {
		return err
	}
	return reportedIf(invalid || !report.passed() || report.tooLow())
}

func reportedIf(failed bool) error {
	if failed {
		return errReported
	}
	return nil
}

func (c testCommand) check() (*regexp.Regexp, error) {
	matches, err := regexp.Compile(c.Case)
	switch {
	case err != nil:
		return nil, fmt.Errorf("--run: %w", err)
	case c.MinCoverage < 0 || c.MinCoverage > 100:
		return nil, fmt.Errorf("--min-coverage %d: a percentage is from 0 to 100", c.MinCoverage)
	case c.Parallel < 0:
		return nil, fmt.Errorf("--parallel %d: must be at least 1", c.Parallel)
	}
	return matches, checkTarget("--coverage", c.Coverage)
}

// read reads all test files, and prints what is wrong with them; invalid says that
// something is. The files that are valid run all the same.
func (c testCommand) read(s streams) (files []*plantesting.File, invalid bool, err error) {
	paths := c.Paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	names, err := testFiles(paths)
	if err != nil {
		return nil, false, usageError{err}
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, false, usageError{err}
		}
		file, problems := plantesting.Read(name, text)
		if err := c.writeProblems(s, source{name, name, text}, problems); err != nil {
			return nil, false, err
		}
		if problems.HasErrors() {
			invalid = true
			continue
		}
		files = append(files, file)
	}
	return files, invalid, nil
}

func (c testCommand) writeProblems(s streams, t source, problems problem.List) error {
	switch {
	case c.Format == "github":
		return problem.WriteGitHub(s.stdout, t.name, problems)
	case c.Format == "text" && s.screen:
		return t.writeExcerpts(s.stderr, t.name, problems)
	default:
		return problem.WriteText(s.stderr, t.name, problems)
	}
}

// testFiles are the files that are named, and those in directories, without double.
func testFiles(paths []string) ([]string, error) {
	var names []string
	for _, path := range paths {
		info, err := os.Stat(path)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			names = append(names, filepath.Clean(path))
			continue
		}
		before := len(names)
		err = filepath.WalkDir(path, func(name string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case entry.IsDir() && name != path && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules"):
				return filepath.SkipDir
			case entry.Type().IsRegular() && plantesting.IsTestFile(name):
				names = append(names, name)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("look for tests in %s: %w", path, err)
		}
		if len(names) == before {
			return nil, fmt.Errorf("no file named *.plantest.yaml is in %s; runnerctl test --help shows one", path)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func selected(files []*plantesting.File, matches *regexp.Regexp) []plantesting.Selected {
	var cases []plantesting.Selected
	for _, file := range files {
		for i := range file.Cases {
			if matches.MatchString(file.Cases[i].Name) {
				cases = append(cases, plantesting.Selected{File: file, Case: &file.Cases[i]})
			}
		}
	}
	return cases
}

// runCases runs the cases in a directory of their own.
func (c testCommand) runCases(ctx context.Context, s streams, signals *interrupts, cases []plantesting.Selected) (outcomes []plantesting.Outcome, err error) {
	options := plantesting.Options{
		Workers: c.Parallel, Deploy: deployTest(s), Environment: s.environment, KillNow: signals.jobs(), Program: process.NewProgram(), Directory: localrun.NewDirectory(),
		Logger: slog.New(slog.NewTextHandler(s.stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	if options.Workers == 0 {
		options.Workers = runtime.GOMAXPROCS(0)
	}
	if options.Shell, err = (runCommand{}).shell(); err != nil {
		return nil, usageError{err}
	}
	if err := os.Mkdir(options.Directory, 0o700); err != nil {
		return nil, fmt.Errorf("make the directory of the tests: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(options.Directory)) }()
	if slices.ContainsFunc(cases, func(s plantesting.Selected) bool { return s.Case.RunJobs }) {
		stop, err := guarded(s, nil, options.Directory)
		if err != nil {
			return nil, err
		}
		defer stop()
	}
	return plantesting.Run(ctx, cases, options)
}

func (c testCommand) writeCoverage(coverage []plantesting.Coverage) error {
	if c.Coverage == "" {
		return nil
	}
	return writeFile(c.Coverage, func(w io.Writer) error { return plantesting.WriteCoverage(w, coverage) })
}

func writeFile(path string, write func(io.Writer) error) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(file), file.Close())
}

// update writes what was seen into the test files.
func (c testCommand) update(s streams, files []*plantesting.File, outcomes []plantesting.Outcome) error {
	failed := false
	for i := range outcomes {
		if o := &outcomes[i]; o.Problems.HasErrors() {
			failed = true
			if err := c.writeProblems(s, source{o.File.Name, o.File.Name, o.File.Text}, o.Problems); err != nil {
				return err
			}
		}
	}
	updated := 0
	for _, file := range files {
		text, changed, err := plantesting.Update(file, outcomes)
		if err != nil {
			return err
		}
		if changed == 0 {
			continue
		}
		info, err := os.Stat(file.Name)
		if err != nil {
			return err
		}
		if err := os.WriteFile(file.Name, text, info.Mode().Perm()); err != nil {
			return fmt.Errorf("update the tests: %w", err)
		}
		updated += changed
		fmt.Fprintf(s.stderr, "%s: %s updated\n", file.Name, counted(changed, "case"))
	}
	if updated == 0 {
		fmt.Fprintln(s.stderr, "All cases are as expected; nothing is updated.")
	}
	return reportedIf(failed)
}
