package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

func jobProperties() []string {
	return []string{"Runner", "Commands", "Environment"}
}

// checkTaskKeys checks the keys of a step that becomes a Task: those of a Task are
// the user's, but for the reserved ones, which say what the Task does.
func (r *reader) checkTaskKeys(s *State, own, reserved []string) {
	allowed := append([]string{
		"Type", "Comment", "Next", "End", "Retry", "Catch", "TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath",
		"InputPath", "OutputPath", "ResultSelector", "ResultPath", "Assign", "QueryLanguage",
	}, own...)
	for _, field := range s.Node.Fields {
		at, subject := s.Path.Key(field.Key), stepSubject(s.Name)
		switch {
		case isLoopKey(field.Key): // checkLiterals reports it
		case field.Key == "Properties" && slices.Contains(reserved, field.Key):
			r.report(RuleReserved, subject, at, field.Place, fmt.Sprintf("Properties: an %s has none; give Parameters", s.Type))
		case slices.Contains(reserved, field.Key):
			r.report(RuleReserved, subject, at, field.Place, fmt.Sprintf("%s: cannot be given on an %s, which makes its own", field.Key, s.Type))
		case !slices.Contains(allowed, field.Key):
			r.report(RuleUnknownProperty, subject, at, field.Place, fmt.Sprintf("%s: an %s has no such key; %s", field.Key, s.Type, suggestion(field.Key, allowed)))
		case field.Key == "QueryLanguage" && (!field.Value.IsString() || field.Value.Text != "JSONPath"):
			r.report(RuleQueryLanguage, subject, at, field.Value.Place, fmt.Sprintf("QueryLanguage: must be JSONPath on an %s", s.Type))
		}
	}
}

// job reads the Properties of a job step. A key that ends in .$ takes its
// value from the payload, as everywhere in a state machine.
func (r *reader) job(s *State) *Job {
	r.checkTaskKeys(s, []string{"Properties"}, []string{"Resource", "Parameters", "Arguments"})
	subject, at := stepSubject(s.Name), s.Path.Key("Properties")
	properties := s.Node.Get("Properties")
	job := &Job{Properties: properties, RunnerPath: at.Key("Runner"), RunnerPlace: s.Place}
	switch {
	case properties == nil:
		r.report(RuleRequired, subject, at, s.Place, "Properties is required, with the Commands to run")
		return job
	case isLoop(properties): // checkLiterals reports it
		return job
	case isIntrinsic(properties) || !properties.IsMap():
		r.report(RuleType, subject, at, properties.Place, "Properties must be an object, not "+kindOf(properties))
		return job
	}
	r.jobKeys(subject, properties, at)
	if runner := given(properties, "Runner"); runner != nil {
		job.RunnerPlace = runner.Place
		job.Runner = r.runnerName(runner, subject+": Runner", job.RunnerPath)
	}
	r.commands(subject, properties, at)
	r.environment(subject, properties.Get("Environment"), at.Key("Environment"))
	return job
}

func (r *reader) jobKeys(subject string, properties *cfn.Node, at cfn.Path) {
	for _, field := range properties.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		where := at.Key(field.Key)
		switch {
		case isLoopKey(field.Key):
		case !slices.Contains(jobProperties(), name):
			r.report(RuleUnknownProperty, subject, where, field.Place, fmt.Sprintf("%s: there is no such property; %s", field.Key, suggestion(name, jobProperties())))
		case !fromPayload:
		case name == "Runner":
			r.report(RuleRunner, subject, where, field.Place, "Runner.$: the Runner must be known when the template is expanded, so it cannot be taken from the payload")
		case properties.Has(name):
			r.report(RuleExclusive, subject, where, field.Place, fmt.Sprintf("has both %s and %s; remove one of them", name, field.Key))
		default:
			r.fromPayload(subject, field, where)
		}
	}
}

// fromPayload checks the value of a key that ends in .$: a path into the
// payload or the context, or a function of the States Language.
func (r *reader) fromPayload(subject string, field cfn.Field, at cfn.Path) {
	if n := field.Value; !n.IsString() || !strings.HasPrefix(n.Text, "$") && !strings.HasPrefix(n.Text, "States.") {
		r.report(RuleType, subject, at, n.Place, field.Key+": must be a path such as $.output.Build or a function such as States.Format(…)")
	}
}

// runnerName reads a Runner's name, also from {"Ref": name}.
func (r *reader) runnerName(n *cfn.Node, subject string, at cfn.Path) string {
	if name, argument, ok := cfn.Intrinsic(n); ok && name == "Ref" {
		n = argument
	}
	if n.IsString() && n.Text != "" {
		return n.Text
	}
	found := "nothing"
	if !n.IsString() {
		found = kindOf(n)
	}
	r.report(RuleRunner, subject, at, n.Place, "must be the name of a Runner, not "+found+"; it has to be known when the template is expanded")
	return ""
}

func (r *reader) commands(subject string, properties *cfn.Node, at cfn.Path) {
	commands := properties.Get("Commands")
	where := at.Key("Commands")
	switch {
	case isLoop(commands):
		return
	case commands == nil && properties.Has("Commands.$"):
		return
	case commands == nil:
		r.report(RuleRequired, subject, where, properties.Place, "Commands is required: a list of shell commands")
		return
	case commands.IsString():
		r.report(RuleType, subject, where, commands.Place, "Commands must be a list; write each command as an item, behind a dash")
		return
	case !commands.IsList():
		r.report(RuleType, subject, where, commands.Place, "Commands must be a list of strings, not "+kindOf(commands))
		return
	case !slices.ContainsFunc(commands.Items, func(n *cfn.Node) bool { return !cfn.IsNoValue(n) }):
		r.report(RuleRequired, subject, where, commands.Place, "Commands is empty: give at least one command")
	}
	for i, command := range commands.Items {
		advice := ""
		if command.IsMap() {
			advice = `; put a command with ": " in it in quotes`
		}
		r.checkText(subject, fmt.Sprintf("Commands[%d]: ", i), command, where.Index(i), advice)
	}
}

var environmentName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func (r *reader) environment(subject string, n *cfn.Node, at cfn.Path) {
	if n == nil || isLoop(n) {
		return
	}
	if isIntrinsic(n) || !n.IsMap() {
		r.report(RuleType, subject, at, n.Place, "Environment must be an object of variables, not "+kindOf(n))
		return
	}
	for _, field := range n.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		where := at.Key(field.Key)
		if isLoopKey(field.Key) {
			continue
		}
		if !environmentName.MatchString(name) {
			r.report(RuleEnvironment, subject, where, field.Place, fmt.Sprintf("Environment: %q is no name of a variable (letters, digits and _, not beginning with a digit)", name))
		}
		switch {
		case !fromPayload:
			r.checkText(subject, "Environment."+field.Key+": ", field.Value, where, "")
		case n.Has(name):
			r.report(RuleExclusive, subject, where, field.Place, fmt.Sprintf("Environment has both %s and %s; remove one of them", name, field.Key))
		default:
			r.fromPayload(subject+": Environment", field, where)
		}
	}
}

// checkText checks a value that becomes text: a scalar, or an intrinsic function
// whose Fn::Sub, if any, can be taken apart.
func (r *reader) checkText(subject, label string, n *cfn.Node, at cfn.Path, advice string) {
	if !isIntrinsic(n) {
		if !n.IsScalar() {
			r.report(RuleType, subject, at, n.Place, label+"must be a string, not "+kindOf(n)+advice)
		}
		return
	}
	r.checkSubs(n, func(text *cfn.Node) {
		if _, err := cfn.SubParts(text.Text); err != nil {
			r.report(RuleIntrinsic, subject, at, text.Place, label+err.Error())
		}
	})
}

// checkSubs calls check for the text of every Fn::Sub in a tree.
func (r *reader) checkSubs(n *cfn.Node, check func(text *cfn.Node)) {
	if name, argument, ok := cfn.Intrinsic(n); ok && name == "Fn::Sub" {
		text := argument
		if argument.IsList() && len(argument.Items) > 0 {
			text = argument.Items[0]
		}
		if text.IsString() {
			check(text)
		}
	}
	for _, item := range n.Items {
		r.checkSubs(item, check)
	}
	for _, field := range n.Fields {
		r.checkSubs(field.Value, check)
	}
}
