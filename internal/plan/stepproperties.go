package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
	"github.com/attini-go/runner/schema"
)

// described reads the Properties of a step whose type schema.StepProperties describes.
// They are nil when there is nothing to go on with.
func (r *reader) described(s *State) *cfn.Node {
	known, _ := schema.StepProperties(s.Type)
	if len(known) == 0 {
		r.checkTaskKeys(s, nil)
		return nil
	}
	r.checkTaskKeys(s, []string{"Properties"})
	subject, at := stepSubject(s.Name), s.Path.Key("Properties")
	properties := s.Node.Get("Properties")
	switch {
	case properties == nil && slices.ContainsFunc(s.Node.Fields, func(f cfn.Field) bool { return isStepProperty(s.Type, f.Key) }):
		return nil // checkTaskKeys says where they belong
	case properties == nil:
		r.report(RuleRequired, subject, at, s.Place, "Properties is required ("+strings.Join(propertyNames(known), ", ")+")")
		return nil
	case isLoop(properties): // checkLiterals reports it
		return nil
	case properties.IsIntrinsic() || !properties.IsMap():
		r.report(RuleType, subject, at, properties.Place, "Properties must be an object, not "+kindOf(properties))
		return nil
	}
	stepProperties{r, s, subject}.object(known, properties, at, "")
	return properties
}

func propertyNames(properties []schema.StepProperty) []string {
	names := make([]string, len(properties))
	for i, p := range properties {
		names[i] = p.Name
	}
	return names
}

// isStepProperty reports whether a step of the type has a property of that name in its
// Properties.
func isStepProperty(stepType, key string) bool {
	known, _ := schema.StepProperties(stepType)
	return slices.Contains(propertyNames(known), strings.TrimSuffix(key, ".$"))
}

// stepProperties reads the described properties of one step.
type stepProperties struct {
	*reader
	state   *State
	subject string
}

// object reads an object of properties. label is the object's own with a dot, "" for
// Properties.
func (r stepProperties) object(known []schema.StepProperty, n *cfn.Node, at cfn.Path, label string) {
	for _, field := range n.Fields {
		if isLoopKey(field.Key) || cfn.IsNoValue(field.Value) {
			continue
		}
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		i := slices.IndexFunc(known, func(p schema.StepProperty) bool { return p.Name == name })
		if i < 0 {
			r.unknown(known, field, at)
			continue
		}
		switch p := known[i]; {
		case fromPayload && p.Literal:
			r.report(RuleIntrinsic, r.subject, at.Key(field.Key), field.Place, label+field.Key+": must be known when the template is expanded, so it cannot be taken from the payload")
		case fromPayload && r.isJSONata(r.state):
			r.report(RuleQueryLanguage, r.subject, at.Key(field.Key), field.Place, fmt.Sprintf("%s%s: belongs to JSONPath, and the step is in JSONata; give %s: '{%% … %%}'", label, field.Key, name))
		case fromPayload: // the States Language checks the path
		default:
			r.value(p, field.Value, at.Key(field.Key), label+p.Name)
		}
	}
	for _, p := range known {
		if p.Required && given(n, p.Name) == nil && !n.Has(p.Name+".$") {
			r.report(RuleRequired, r.subject, at.Key(p.Name), n.Place, label+p.Name+" is required: "+lowerFirst(strings.TrimSuffix(p.Description, ".")))
		}
	}
}

func lowerFirst(text string) string { return strings.ToLower(text[:1]) + text[1:] }

// meantProperties are names that people give and none of the steps has, with those that they
// mean. The last two are the names of configuration files' keys in the documentation.
func meantProperties() map[string]string {
	return map[string]string{
		"RoleArn": "StackRoleArn", "TemplatePath": "Template", "TemplateUrl": "Template", "TemplateURL": "Template", "ExecutionRole": "ExecutionRoleArn",
		"BuildCommands": "Build", "EnvironmentVariables": "Environment",
	}
}

func (r stepProperties) unknown(known []schema.StepProperty, field cfn.Field, at cfn.Path) {
	name, names := strings.TrimSuffix(field.Key, ".$"), propertyNames(known)
	if meant := meantProperties()[name]; slices.Contains(names, meant) {
		fix := problem.Fix{Old: field.Key, New: meant + strings.TrimPrefix(field.Key, name)}
		r.problems.Add(problem.Problem{
			Severity: problem.Error, Rule: RuleUnknownProperty, Path: at.Key(field.Key).String(), Place: field.Place, Fix: fix,
			Message: fmt.Sprintf("%s: %s: there is no such property; did you mean %q?", r.subject, field.Key, meant),
		})
		return
	}
	if r.taskKey(name) && !slices.Contains(names, wording.Nearest(name, names)) {
		r.report(RuleUnknownProperty, r.subject, at.Key(field.Key), field.Place, field.Key+": belongs on the step, beside Properties")
		return
	}
	r.reportUnknown(r.subject, at, field, "there is no such property", names)
}

// value reads the value of a property.
func (r stepProperties) value(p schema.StepProperty, n *cfn.Node, at cfn.Path, label string) {
	wrong := func(allowed string) {
		r.report(RuleType, r.subject, at, n.Place, fmt.Sprintf("%s: must be %s, not %s", label, allowed, kindOf(n)))
	}
	switch {
	case isLoop(n): // checkLiterals reports it
	case p.Runner || p.Name == "Environment": // their readers report it
	case p.Literal && p.Kind == schema.StepFlag:
		if !n.IsScalar() || n.Text != "true" && n.Text != "false" {
			wrong("true or false, written out, since it decides what the template expands to")
		}
	case r.isJSONata(r.state) && isExpression(n):
	case p.Kind == schema.StepText, p.Kind == schema.StepFlag:
		r.scalar(p, n, at, label)
	case n.IsIntrinsic():
		wrong("written out")
	case p.Kind == schema.StepTexts && !n.IsMap():
		wrong("an object of texts by name")
	case p.Kind == schema.StepTexts:
		r.texts(n, at, label)
	case p.Kind == schema.StepObject && !n.IsMap():
		wrong("an object with " + strings.Join(propertyNames(p.Of), ", "))
	case p.Kind == schema.StepObject:
		r.object(p.Of, n, at, label+".")
	case !n.IsList():
		wrong("a list")
	default:
		for i, item := range n.Items {
			place := fmt.Sprintf("%s[%d]", label, i)
			switch {
			case cfn.IsNoValue(item):
			case p.Kind == schema.StepList:
				r.checkText(r.subject, place+": ", item, at.Index(i), "")
			case item.IsIntrinsic() || !item.IsMap():
				r.report(RuleType, r.subject, at.Index(i), item.Place, fmt.Sprintf("%s: must be an object with %s, not %s", place, strings.Join(propertyNames(p.Of), ", "), kindOf(item)))
			default:
				r.object(p.Of, item, at.Index(i), place+".")
			}
		}
	}
}

func (r stepProperties) scalar(p schema.StepProperty, n *cfn.Node, at cfn.Path, label string) {
	r.checkText(r.subject, label+": ", n, at, "")
	if n.IsIntrinsic() || !n.IsScalar() || strings.Contains(n.Text, "${") || cfn.IsDynamicReference(n.Text) {
		return
	}
	allowed := p.Values
	if p.Kind == schema.StepFlag {
		allowed = []string{"true", "false"}
	}
	isAllowed := func(value string) bool {
		// The framework's CDK constructs write 0 for their CfnAction.DEPLOY.
		if p.Name == "Action" && n.Kind == cfn.Number && n.Text == "0" {
			return true
		}
		if p.Name == "SourceType" && strings.EqualFold(n.Text, sourceDistribution) {
			return true // importStep says why not
		}
		return value == n.Text || r.state.Type == schema.ImportStep && strings.EqualFold(value, n.Text)
	}
	switch {
	case n.Text == "":
		r.report(RuleType, r.subject, at, n.Place, label+": is empty")
	case len(allowed) > 0 && !slices.ContainsFunc(allowed, isAllowed):
		found := problem.Problem{
			Severity: problem.Error, Rule: RuleAllowedValues, Path: at.String(), Place: n.Place,
			Message: fmt.Sprintf("%s: %s: %s is not allowed (allowed: %s)", r.subject, label, wording.Quote(n.Text), strings.Join(allowed, ", ")),
		}
		if near := wording.Nearest(n.Text, allowed); near != "" {
			found.Fix = problem.Fix{Old: n.Text, New: near}
		}
		r.problems.Add(found)
	}
}

func (r stepProperties) texts(n *cfn.Node, at cfn.Path, label string) {
	for _, field := range n.Fields {
		name, fromPayload := strings.CutSuffix(field.Key, ".$")
		where := at.Key(field.Key)
		switch {
		case isLoopKey(field.Key) || cfn.IsNoValue(field.Value):
		case fromPayload && r.isJSONata(r.state):
			r.report(RuleQueryLanguage, r.subject, where, field.Place, fmt.Sprintf("%s: %s belongs to JSONPath, and the step is in JSONata; give %s: '{%% … %%}'", label, field.Key, name))
		case fromPayload:
		default:
			r.checkText(r.subject, label+"."+field.Key+": ", field.Value, where, "")
		}
	}
}
