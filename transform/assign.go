package transform

import (
	"fmt"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// assignJobs finds the Runner of every job step.
func (i *Contents) assignJobs(resources *cfn.Node) problem.List {
	var problems problem.List
	types := resources.ByKey()
	var names []string
	report := func(subject, name string, at cfn.Path, place problem.Place) {
		switch {
		case resources.Has(cfn.TransformKey) || i.loops:
			return // it may be there
		case problems.Full():
			names = nil
		case names == nil:
			names = i.runnerNames()
		}
		problems.Add(unknownRunner(subject, name, at, place, types[name].Get("Type"), names))
	}
	if wanted := i.Plan.DefaultRunner; wanted != "" && i.runner(wanted) == nil {
		report("Plan "+wording.Quote(i.Plan.Name)+": DefaultRunner", wanted,
			i.Plan.Path.Keys("Properties", "DefaultRunner"),
			i.Plan.Resource.At("Properties", "DefaultRunner").Place)
	}
	for state := range i.Plan.Machine.All() {
		if state.Job == nil {
			continue
		}
		name := state.Job.Runner
		switch {
		case name == "" && i.Plan.DefaultRunner != "":
			name = i.Plan.DefaultRunner
		case name == "":
			name = DefaultRunnerName
			i.addDefaultRunner(resources)
		}
		if i.runner(name) == nil && name != i.Plan.DefaultRunner {
			report("Step "+wording.Quote(state.Name)+": Runner", name,
				state.Job.RunnerPath, state.Job.RunnerPlace)
		}
		i.Jobs = append(i.Jobs, Assignment{State: state, Runner: name})
	}
	return problems
}

func (i *Contents) runner(name string) *schema.Runner { return i.byName[name] }

func (i *Contents) addDefaultRunner(resources *cfn.Node) {
	if i.runner(DefaultRunnerName) != nil || resources.Has(DefaultRunnerName) {
		return
	}
	resource := cfn.Obj(cfn.F("Type", cfn.Str(schema.RunnerType)))
	runner, _ := schema.Read(DefaultRunnerName, resource, cfn.NewPath("Resources", DefaultRunnerName), nil)
	i.add(runner, []runnerCase{{runner: runner}})
}

// unknownRunner is the problem of a name that no Runner has; names are those
// that Runners have.
func unknownRunner(subject, name string, at cfn.Path, place problem.Place, kind *cfn.Node, names []string) problem.Problem {
	p := problem.Problem{Severity: problem.Error, Rule: "unknown-runner", Path: at.String(), Place: place}
	name, wanted := wording.Quote(name), name
	if kind.IsString() {
		p.Message = fmt.Sprintf("%s: %s is an %s, not an %s", subject, name, wording.Brief(kind.Text), schema.RunnerType)
		return p
	}
	switch near := wording.Nearest(wanted, names); {
	case near != "":
		p.Message = fmt.Sprintf("%s: %s is no Runner of this template; did you mean %q?", subject, name, near)
		p.Fix = problem.Fix{Old: wanted, New: near}
	case len(names) > 0:
		p.Message = fmt.Sprintf("%s: %s is no Runner of this template (its Runners: %s)", subject, name, wording.Listed(names))
	default:
		p.Message = fmt.Sprintf("%s: %s is no Runner of this template, which has none", subject, name)
	}
	return p
}

func (i *Contents) runnerNames() []string {
	names := make([]string, len(i.Runners))
	for n, runner := range i.Runners {
		names[n] = runner.Name
	}
	return names
}

// unusedRunners warns only when the plan could be read whole: a broken step
// may well be the one that uses the Runner.
func (i *Contents) unusedRunners(found problem.List) problem.List {
	if found.HasErrors() {
		return nil
	}
	used := map[string]bool{i.Plan.DefaultRunner: true}
	for _, job := range i.Jobs {
		used[job.Runner] = true
	}
	var problems problem.List
	for _, runner := range i.Runners {
		if !used[runner.Name] {
			problems.Add(problem.Problem{
				Severity: problem.Warning, Rule: "unused-runner",
				Path: runner.Path.String(), Place: runner.Resource.Place,
				Message: "Runner " + wording.Quote(runner.Name) + ": no job step uses it",
			})
		}
	}
	return problems
}
