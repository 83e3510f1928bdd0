package plantesting

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strconv"
	"sync"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/runevents"
)

// Plan is a template's plan as it is deployed with one set of parameters.
type Plan struct {
	Deployment *localrun.Deployment
	Places     localrun.Places
	// Template is what messages call the template; Source is the distribution of jobs that
	// run.
	Template, Source string
}

// Deploy deploys the template of a file with parameters. It is called once for each set
// of them, concurrently.
type Deploy func(ctx context.Context, file *File, parameters map[string]string) (*Plan, problem.List)

// Options are how cases are run.
type Options struct {
	Deploy Deploy
	// Workers is how many cases run at once, at least 1.
	Workers int
	// Shell, Environment, KillNow and Logger are for jobs that run, as in localrun.Options.
	Shell       string
	Environment []string
	KillNow     <-chan struct{}
	Program     *process.Program
	Logger      *slog.Logger
	// Directory exists, and is where jobs have their files.
	Directory string
}

// Outcome is how a case came out.
type Outcome struct {
	File *File
	Case *Case
	// Problems are mistakes of the case, Mismatches what was not as expected. A case has
	// passed if it has neither.
	Problems   problem.List
	Mismatches []Mismatch
	Seen       Seen
	Plan       *Plan
}

// Passed reports whether all was as expected.
func (o *Outcome) Passed() bool { return !o.Problems.HasErrors() && len(o.Mismatches) == 0 }

// Run runs cases, and returns their outcomes in the order of the files. The error is
// about the means of the runs, or ctx's cause.
func Run(ctx context.Context, cases []Selected, o Options) ([]Outcome, error) {
	deployed := &deployments{options: o, plans: map[string]*deployment{}}
	outcomes := make([]Outcome, len(cases))
	errs := make([]error, len(cases))
	next := make(chan int)
	var workers sync.WaitGroup
	for range max(1, o.Workers) {
		workers.Go(func() {
			for i := range next {
				outcomes[i], errs[i] = runCase(ctx, cases[i], deployed, o, strconv.Itoa(i))
			}
		})
	}
	for i := range cases {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	workers.Wait()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return outcomes, nil
}

// Selected is a case that is run.
type Selected struct {
	File *File
	Case *Case
}

func runCase(ctx context.Context, s Selected, deployed *deployments, o Options, id string) (Outcome, error) {
	outcome := Outcome{File: s.File, Case: s.Case}
	plan, problems := deployed.plan(ctx, s.File, s.Case.Parameters)
	if problems.HasErrors() {
		outcome.Problems = deployProblems(s, problems)
		return outcome, nil
	}
	outcome.Plan = plan
	if outcome.Problems = s.Case.check(plan); outcome.Problems.HasErrors() {
		return outcome, nil
	}
	watcher := newWatcher()
	result, err := plan.Deployment.Run(ctx, s.Case.options(plan, o, watcher, id))
	if err != nil {
		return outcome, fmt.Errorf("%s:%d: run the case %q: %w", s.File.Name, s.Case.Place.Line, s.Case.Name, err)
	}
	if result.Status == runevents.Stopped && ctx.Err() != nil {
		return outcome, context.Cause(ctx)
	}
	outcome.Seen = watcher.end(result)
	outcome.Mismatches = s.Case.Expect.compare(&outcome.Seen)
	return outcome, nil
}

func (c *Case) options(plan *Plan, o Options, w *watcher, id string) localrun.Options {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same numbers each time
	token := 0
	options := localrun.Options{
		Input: c.Input, Answers: c.Mocks, Items: c.Items, Shell: o.Shell, Environment: o.Environment,
		Places: plan.Places, Watch: w.observe, Logger: o.Logger, Directory: filepath.Join(o.Directory, id), KillNow: o.KillNow, Program: o.Program,
		Time: asl.NewVirtualTime(c.Start), Random: random.Float64, InspectJob: w.inspect,
		MockAdvice: "give %s a mock in the test's mocks",
		NewToken: func() string {
			token++
			return "token-" + strconv.Itoa(token)
		},
	}
	if c.RunJobs {
		options.Source = plan.Source
	} else {
		options.JobResult = json.RawMessage("{}")
	}
	return options
}

// deployProblems are those of a template that could not be deployed, at the place of
// what the case gives to it.
func deployProblems(s Selected, found problem.List) problem.List {
	var problems problem.List
	for _, p := range found.Sorted() {
		if p.Severity != problem.Error {
			continue
		}
		where := s.File.Template
		if p.Line > 0 {
			where = fmt.Sprintf("%s:%d", where, p.Line)
		}
		problems.Add(problem.Problem{
			Severity: problem.Error, Rule: p.Rule, Path: p.Path, Place: s.Case.ParametersPlace,
			Message: fmt.Sprintf("case %q cannot run, since its template is not valid with its parameters: %s: %s", s.Case.Name, where, p.Message), Advice: p.Advice,
		})
	}
	return problems
}

// deployments deploys each set of parameters once.
type deployments struct {
	options Options
	mutex   sync.Mutex
	plans   map[string]*deployment
}

type deployment struct {
	once     sync.Once
	plan     *Plan
	problems problem.List
}

func (d *deployments) plan(ctx context.Context, file *File, parameters map[string]string) (*Plan, problem.List) {
	key := string(jsonOf([]any{file.Template, file.Lookups, parameters}))
	d.mutex.Lock()
	one := d.plans[key]
	if one == nil {
		one = &deployment{}
		d.plans[key] = one
	}
	d.mutex.Unlock()
	one.once.Do(func() { one.plan, one.problems = d.options.Deploy(ctx, file, parameters) })
	return one.plan, one.problems
}
