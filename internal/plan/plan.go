// Package plan reads and checks deployment plans, the resources of type
// Attini::Deploy::DeploymentPlan. A plan is a state machine in the Amazon States
// Language, or a plain list of steps; some step types are Attini's own. Both
// syntaxes become one form, all problems are reported, and the job steps are
// found at every depth.
package plan

import (
	"iter"
	"regexp"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// Type is the resource type of a deployment plan.
const Type = "Attini::Deploy::DeploymentPlan"

// ProviderTag is the tag of every plan's state machine, by which tools find it.
const ProviderTag = "AttiniProvider"

// The step types of Attini's own that are supported.
const (
	// JobType is a step whose commands a runner executes.
	JobType = "AttiniRunnerJob"
	// MergeType is a step that joins the results of a Parallel or Map.
	MergeType = "AttiniMergeOutput"
	// InvokeType is a step that calls a Lambda function of the user's.
	InvokeType = "AttiniLambdaInvoke"
)

// Plan is the deployment plan of a template.
type Plan struct {
	// Name is its logical id.
	Name string
	// Resource is the whole resource, Path leads to it.
	Resource *cfn.Node
	Path     cfn.Path
	// DefaultRunner is the Runner of job steps that name none; "" for none.
	DefaultRunner string
	// Prewarm says that runners are started ahead of their jobs.
	Prewarm bool
	// Machine is the plan itself; nil when it could not be read.
	Machine *Machine
	// The other properties as written; nil when absent.
	RoleArn                 *cfn.Node
	DefinitionSubstitutions *cfn.Node
	PermissionsBoundary     *cfn.Node
	Policies                *cfn.Node
	PayloadDefaults         *cfn.Node
	Tags                    *cfn.Node
}

// IsJSONata reports whether a step's expressions are in JSONata; without a step,
// whether those of the plan are.
func (p *Plan) IsJSONata(s *State) bool {
	language := p.Machine.Node.Get("QueryLanguage")
	whole := language.AsString() == string(asl.JSONata)
	return whole || s != nil && speaksJSONata(s, false)
}

// speaksJSONata: a plan of JSONPath may have steps of JSONata, but not the other
// way round.
func speaksJSONata(s *State, plan bool) bool {
	language := s.Node.Get("QueryLanguage")
	return plan || language.AsString() == string(asl.JSONata)
}

// Machine is a state machine: the plan's, a branch's or an iterator's.
type Machine struct {
	// Node is {StartAt, States, …}, also for a machine written as a list;
	// machines nested in it are as the source has them.
	Node    *cfn.Node
	StartAt string
	// States are in the order of the source.
	States []*State
	Path   cfn.Path
	Place  problem.Place
	// invalidStates names the steps that could not be read: they are there, but
	// where they lead is unknown.
	invalidStates []string
	// source is the value that the machine was read from, in either syntax.
	source *cfn.Node
}

// State is one state of a Machine.
type State struct {
	Name string
	Type string
	// Node is the state's body.
	Node *cfn.Node
	// Machines are the branches of a Parallel, or the one iterator of a Map.
	Machines []*Machine
	// Job is what a step runs on a runner; nil for any other state.
	Job   *Job
	Path  cfn.Path
	Place problem.Place
	// Own is the type that was written, where another took its place: AttiniMap.
	Own string
	// AddedFor is the step that made this one necessary; "" for a step that is written.
	AddedFor string
}

// Job is the Properties of a job step.
type Job struct {
	// Runner is the Runner's logical id; "" for the plan's default.
	Runner      string
	RunnerPath  cfn.Path
	RunnerPlace problem.Place
	// Properties are the step's, as written.
	Properties *cfn.Node
}

// All yields the machine's states in the order of the source, each followed by
// those nested in it.
func (m *Machine) All() iter.Seq[*State] {
	return func(yield func(*State) bool) { m.walk(yield) }
}

func (m *Machine) walk(yield func(*State) bool) bool {
	for _, state := range m.States {
		if !yield(state) {
			return false
		}
		for _, nested := range state.Machines {
			if !nested.walk(yield) {
				return false
			}
		}
	}
	return true
}

// Definition returns the machine's definition with each state's body replaced
// by what rewrite makes for it; nil keeps the body. The machines nested in a
// state are put into its new body afterwards, rewritten too. The machine itself
// is left as it is; the definition shares values with it.
func (m *Machine) Definition(rewrite func(*State) *cfn.Node) *cfn.Node {
	definition := &cfn.Node{Kind: cfn.Map, Place: m.Place}
	for _, field := range m.Node.Fields {
		if field.Key == "States" {
			field.Value = m.states(field.Value.Place, rewrite)
		}
		definition.Fields = append(definition.Fields, field)
	}
	return definition
}

func (m *Machine) states(place problem.Place, rewrite func(*State) *cfn.Node) *cfn.Node {
	states := &cfn.Node{Kind: cfn.Map, Place: place}
	for _, state := range m.States {
		states.Fields = append(states.Fields, cfn.Field{Key: state.Name, Value: state.definition(rewrite), Place: state.Place})
	}
	return states
}

func (s *State) definition(rewrite func(*State) *cfn.Node) *cfn.Node {
	body := rewrite(s)
	if body == nil {
		body = s.Node
	}
	if len(s.Machines) == 0 {
		return body
	}
	body = body.Copy()
	nested := make([]*cfn.Node, len(s.Machines))
	for i, machine := range s.Machines {
		nested[i] = machine.Definition(rewrite)
	}
	if s.Type == "Parallel" {
		body.Set("Branches", cfn.Seq(nested...))
	} else {
		body.Set(iteratorKey(body), nested[0])
	}
	return body
}

// iteratorKey is where a Map keeps its machine: ItemProcessor, or Iterator in
// the older form.
func iteratorKey(body *cfn.Node) string {
	if body.Has("Iterator") {
		return "Iterator"
	}
	return "ItemProcessor"
}

var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// OutputPath is the JSONPath at which the step's output is in the payload
// (the documentation's section Output): $.output.Name, quoted when need be.
func (s *State) OutputPath() string {
	if plainName.MatchString(s.Name) {
		return "$.output." + s.Name
	}
	return "$.output['" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s.Name) + "']"
}
