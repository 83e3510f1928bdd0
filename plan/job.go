package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/cfn"
)

func jobProperties() []string {
	return []string{"Runner", "Commands", "Environment"}
}

// job reads the Properties of a job step. A key that ends in .$ takes its
// value from the payload, as everywhere in a state machine.
func (r *reader) job(s *State) *Job {
	subject, at := stepSubject(s.Name), s.Path.Key("Properties")
	for _, key := range []string{"Resource", "Parameters", "Arguments"} {
		if s.Node.Has(key) {
			r.report(RuleReserved, subject, s.Path.Key(key), s.Node.KeyPlace(key), key+" cannot be given on an "+JobType+": it is made from Properties")
		}
	}
	properties := s.Node.Get("Properties")
	job := &Job{Properties: properties, RunnerPath: at.Key("Runner"), RunnerPlace: s.Place}
	switch {
	case properties == nil:
		r.report(RuleRequired, subject, at, s.Place, "Properties is required, with the Commands to run")
		return job
	case !properties.IsMap():
		r.report(RuleType, subject, at, properties.Place, fmt.Sprintf("Properties must be an object, not a %s", properties.Kind))
		return job
	}
	for _, field := range properties.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		switch {
		case !slices.Contains(jobProperties(), name):
			r.report(RuleUnknownProperty, subject, at.Key(field.Key), field.Place, fmt.Sprintf("%s: there is no such property; %s", field.Key, suggestion(name, jobProperties())))
		case fromPayload && name == "Runner":
			r.report(RuleRunner, subject, at.Key(field.Key), field.Place, "Runner: must be known when the template is expanded, not taken from the payload")
		}
	}
	if runner := properties.Get("Runner"); runner != nil {
		job.RunnerPlace = runner.Place
		job.Runner = r.runnerName(runner, subject+": Runner", job.RunnerPath)
	}
	r.commands(subject, properties, at)
	r.environment(subject, properties.Get("Environment"), at.Key("Environment"))
	return job
}

// runnerName reads a Runner's name, also from {"Ref": name}.
func (r *reader) runnerName(n *cfn.Node, subject string, at cfn.Path) string {
	if name, argument, ok := cfn.Intrinsic(n); ok && name == "Ref" && argument.IsString() {
		return argument.Text
	}
	if !n.IsString() || n.Text == "" {
		r.report(RuleRunner, subject, at, n.Place, "must be the name of a Runner; it has to be known when the template is expanded")
		return ""
	}
	return n.Text
}

func (r *reader) commands(subject string, properties *cfn.Node, at cfn.Path) {
	commands := properties.Get("Commands")
	where := at.Key("Commands")
	switch {
	case commands == nil && properties.Has("Commands.$"):
		return
	case commands == nil:
		r.report(RuleRequired, subject, where, properties.Place, "Commands is required: a list of shell commands")
		return
	case commands.IsString():
		r.report(RuleType, subject, where, commands.Place, "Commands must be a list; write each command as an item, behind a dash")
		return
	case !commands.IsList():
		r.report(RuleType, subject, where, commands.Place, fmt.Sprintf("Commands must be a list of strings, not a %s", commands.Kind))
		return
	case len(commands.Items) == 0:
		r.report(RuleRequired, subject, where, commands.Place, "Commands is empty: give at least one command")
	}
	for i, command := range commands.Items {
		if _, _, intrinsic := cfn.Intrinsic(command); !intrinsic && !command.IsScalar() {
			r.report(RuleType, subject, where.Index(i), command.Place, fmt.Sprintf("Commands[%d]: must be a string, not a %s", i, command.Kind))
		}
	}
}

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) environment(subject string, n *cfn.Node, at cfn.Path) {
	if n == nil {
		return
	}
	if _, _, intrinsic := cfn.Intrinsic(n); intrinsic || !n.IsMap() {
		r.report(RuleType, subject, at, n.Place, "Environment must be an object of variables")
		return
	}
	for _, field := range n.Fields {
		name := strings.TrimSuffix(field.Key, ".$")
		if !environmentName.MatchString(name) {
			r.report(RuleEnvironment, subject, at.Key(field.Key), field.Place, fmt.Sprintf("Environment: %q is no name of a variable (letters, digits and _, not beginning with a digit)", name))
		}
		if _, _, intrinsic := cfn.Intrinsic(field.Value); !intrinsic && !field.Value.IsScalar() {
			r.report(RuleType, subject, at.Key(field.Key), field.Value.Place, fmt.Sprintf("Environment: %s must be a string, not a %s", field.Key, field.Value.Kind))
		}
	}
}
