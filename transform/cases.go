package transform

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// maxCases bounds how many cases of a Runner are looked at. Each condition that
// is not known here may double them.
const maxCases = 64

// maxCaseSize bounds the work for all Runners of a template: the sum of the
// Runners' sizes in bytes, each as often as it has cases.
const maxCaseSize = 64 << 20

// runnerCase is a Runner as it is under one of the combinations of values that
// its conditions can have together.
type runnerCase struct {
	runner *schema.Runner
	known  *cfn.StaticValues
	// conditions are the values of those that are not known otherwise.
	conditions map[string]bool
}

// caseReader reads the Runners of a template in all their cases.
type caseReader struct {
	known *cfn.StaticValues
	room  int
}

// read reads a Runner and its cases, and reports what is wrong in a case that can
// be. There is one case, in which conditions stay undecided, where all are
// known or too many are not.
func (r *caseReader) read(name string, resource *cfn.Node, at cfn.Path) (*schema.Runner, []runnerCase, problem.List) {
	runner, problems := schema.Read(name, resource, at, r.known)
	assignments := r.assignments(resource)
	if r.room -= len(assignments) * resource.Size(); len(assignments) == 0 || r.room < 0 {
		return runner, []runnerCase{{runner: runner, known: r.known}}, problems
	}
	cases := make([]runnerCase, len(assignments))
	all := caseProblems{cases: cases}
	for i, conditions := range assignments {
		known := r.known.Assume(conditions)
		read, problems := schema.Read(name, resource, at, known)
		cases[i] = runnerCase{read, known, conditions}
		all.add(i, problems...)
	}
	return runner, cases, all.joined()
}

// assignments are the values that the conditions of a Runner can have together;
// those of its compared properties, where all are too many.
func (r *caseReader) assignments(resource *cfn.Node) []map[string]bool {
	var holds []string
	if own := resource.Get("Condition"); own.IsString() {
		holds = append(holds, own.Text)
	}
	properties := resource.Get("Properties")
	inAll, inCompared := map[string]bool{}, map[string]bool{}
	r.known.Undecided(properties, inAll)
	for _, name := range comparedProperties() {
		r.known.Undecided(properties.Get(name), inCompared)
	}
	for _, names := range []map[string]bool{inAll, inCompared} {
		if len(names) == 0 || len(names) > maxCases {
			continue
		}
		if found, ok := r.known.Assignments(slices.Sorted(maps.Keys(names)), holds, maxCases); ok {
			return found
		}
	}
	return nil
}

// comparedProperties are those that are checked against each other: what is
// right alone may be wrong with another.
func comparedProperties() []string {
	return []string{"TaskDefinitionArn", "ContainerName", "Image", "Memory", "Cpu", "EcsCluster", "Ec2Configuration", "AwsVpcConfiguration"}
}

// caseProblems joins the problems of a Runner's cases: each once, with the
// conditions under which it is one.
type caseProblems struct {
	cases []runnerCase
	found []problem.Problem
	// in has the cases in which each of found was, by index.
	in map[problem.Problem][]int
}

func (c *caseProblems) add(index int, problems ...problem.Problem) {
	if c.in == nil {
		c.in = map[problem.Problem][]int{}
	}
	for _, p := range problems {
		if _, again := c.in[p]; !again {
			c.found = append(c.found, p)
		}
		c.in[p] = append(c.in[p], index)
	}
}

func (c *caseProblems) joined() problem.List {
	var problems problem.List
	for _, p := range c.found {
		in := slices.Compact(c.in[p])
		if len(in) < len(c.cases) {
			p.Message += c.when(in)
		}
		problems.Add(p)
	}
	return problems
}

// when names the conditions that have one value in all of the cases.
func (c *caseProblems) when(in []int) string {
	first := c.cases[in[0]].conditions
	var words []string
	for _, name := range slices.Sorted(maps.Keys(first)) {
		value, varies := first[name], false
		for _, i := range in {
			varies = varies || c.cases[i].conditions[name] != value
		}
		if !varies {
			words = append(words, fmt.Sprintf("%s is %t", wording.Brief(name), value))
		}
	}
	if len(words) == 0 {
		return ""
	}
	return " (when " + strings.Join(words, " and ") + ")"
}
