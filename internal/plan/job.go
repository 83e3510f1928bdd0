package plan

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

func jobProperties() []string {
	return []string{"Runner", "Commands", "Environment"}
}

// ownTaskKeys are the keys of a Task that a step of Attini's own may have.
func ownTaskKeys() []string {
	var keys []string
	for _, f := range asl.FieldsOf("Task") {
		if !slices.Contains([]string{"Resource", "Parameters", "Arguments", "Credentials"}, f.Name) {
			keys = append(keys, f.Name)
		}
	}
	return keys
}

func (r *reader) taskKey(key string) bool { return slices.Contains(r.taskKeys, key) }

// checkTaskKeys checks the keys of a step that becomes a Task: those of a Task are
// the user's, but for what says what the Task does. own are the step's own.
func (r *reader) checkTaskKeys(s *State, own []string) {
	reserved := []string{"Resource", "Parameters", "Arguments"}
	if s.Type == InvokeType {
		reserved = append(reserved, "Properties")
	}
	for _, field := range s.Node.Fields {
		at, subject := s.Path.Key(field.Key), stepSubject(s.Name)
		switch {
		case isLoopKey(field.Key) || slices.Contains(own, field.Key) || r.taskKey(field.Key):
		case field.Key == "Properties" && s.Type == InvokeType:
			r.report(RuleReserved, subject, at, field.Place, fmt.Sprintf("Properties: an %s has none; give Parameters", s.Type))
		case elsewhere(s.Type, field.Key) != "":
			r.report(RuleUnknownProperty, subject, at, field.Place, field.Key+": "+elsewhere(s.Type, field.Key))
		case slices.Contains(reserved, field.Key):
			r.report(RuleReserved, subject, at, field.Place, fmt.Sprintf("%s: cannot be given on an %s, which makes its own", field.Key, s.Type))
		default:
			r.reportUnknown(subject, s.Path, field, fmt.Sprintf("an %s has no such key", s.Type), slices.Concat(own, r.taskKeys))
		}
	}
}

// job reads the Properties of a job step. A key that ends in .$ takes its
// value from the payload, as everywhere in a state machine.
func (r *reader) job(s *State) *Job {
	r.checkTaskKeys(s, []string{"Properties"})
	subject, at := stepSubject(s.Name), s.Path.Key("Properties")
	properties := s.Node.Get("Properties")
	job := &Job{Properties: properties, RunnerPath: at.Key("Runner"), RunnerPlace: s.Place}
	switch {
	case properties == nil && slices.ContainsFunc(s.Node.Fields, func(field cfn.Field) bool { return isJobProperty(field.Key) }):
		return job // checkTaskKeys says where they belong
	case properties == nil:
		r.report(RuleRequired, subject, at, s.Place, "Properties is required, with the Commands to run")
		return job
	case isLoop(properties): // checkLiterals reports it
		return job
	case properties.IsIntrinsic() || !properties.IsMap():
		r.report(RuleType, subject, at, properties.Place, "Properties must be an object, not "+kindOf(properties))
		return job
	}
	r.jobKeys(s, properties, at)
	if runner := given(properties, "Runner"); runner != nil {
		job.RunnerPlace = runner.Place
		job.Runner = r.runnerName(runner, subject+": Runner", job.RunnerPath)
	}
	r.commands(s, properties, at)
	r.environment(s, properties.Get("Environment"), at.Key("Environment"))
	r.literalExpressions(s, properties, at)
	return job
}

func (r *reader) jobKeys(s *State, properties *cfn.Node, at cfn.Path) {
	subject := stepSubject(s.Name)
	for _, field := range properties.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		where := at.Key(field.Key)
		switch {
		case isLoopKey(field.Key):
		case !slices.Contains(jobProperties(), name):
			switch owner := elsewhere(s.Type, name); {
			case owner != "":
				r.report(RuleUnknownProperty, subject, where, field.Place, field.Key+": "+owner)
			case r.taskKey(name):
				r.report(RuleUnknownProperty, subject, where, field.Place, field.Key+": belongs on the step, beside Properties")
			default:
				r.reportUnknown(subject, at, field, "there is no such property", jobProperties())
			}
		case !fromPayload:
		case name == "Runner":
			r.report(RuleRunner, subject, where, field.Place, "Runner.$: the Runner must be known when the template is expanded, so it cannot be taken from the payload")
		case r.isJSONata(s):
			r.report(RuleQueryLanguage, subject, where, field.Place, fmt.Sprintf("%s: belongs to JSONPath, and the step is in JSONata; give %s: '{%% … %%}'", field.Key, name))
		}
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

func (r *reader) commands(s *State, properties *cfn.Node, at cfn.Path) {
	subject, commands := stepSubject(s.Name), properties.Get("Commands")
	where := at.Key("Commands")
	switch {
	case isLoop(commands):
		return
	case commands == nil && properties.Has("Commands.$"), r.isJSONata(s) && isExpression(commands):
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

func (r *reader) environment(s *State, n *cfn.Node, at cfn.Path) {
	subject := stepSubject(s.Name)
	if n == nil || isLoop(n) || r.isJSONata(s) && isExpression(n) {
		return
	}
	if n.IsIntrinsic() || !n.IsMap() {
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
			r.report(RuleEnvironment, subject, where, field.Place, fmt.Sprintf("Environment: %s is no name of a variable (letters, digits and _, not beginning with a digit)", wording.Quote(name)))
		}
		switch {
		case !fromPayload:
			r.checkText(subject, "Environment."+field.Key+": ", field.Value, where, "")
		case r.isJSONata(s):
			r.report(RuleQueryLanguage, subject, where, field.Place, fmt.Sprintf("Environment: %s belongs to JSONPath, and the step is in JSONata; give %s: '{%% … %%}'", field.Key, name))
		}
	}
}

// checkText checks a value that becomes text: a scalar, or an intrinsic function
// whose Fn::Sub, if any, can be taken apart.
func (r *reader) checkText(subject, label string, n *cfn.Node, at cfn.Path, advice string) {
	if !n.IsIntrinsic() {
		if !n.IsScalar() {
			r.report(RuleType, subject, at, n.Place, label+"must be a string, not "+kindOf(n)+advice)
		}
		return
	}
	for inside := range n.All() {
		name, argument, _ := cfn.Intrinsic(inside)
		if name != "Fn::Sub" {
			continue
		}
		if sub, err := cfn.ParseSub(argument); sub.Text != nil && err != nil {
			r.report(RuleIntrinsic, subject, at, sub.Text.Place, label+err.Error())
		}
	}
}
