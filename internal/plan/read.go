package plan

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/quota"
	"github.com/attini-go/runner/internal/wording"
)

// Rules, as problems name them.
const (
	RuleType            = "type"
	RuleRequired        = "required"
	RuleExclusive       = "exclusive"
	RuleUnknownProperty = "unknown-property"
	RuleUnknownStepType = "unknown-step-type"
	RuleUnknownStep     = "unknown-step"
	RuleTransition      = "transition"
	RuleStepName        = "step-name"
	RuleUnreachable     = "unreachable"
	RuleNumber          = "number"
	RuleRange           = "range"
	RuleEnvironment     = "environment"
	RuleReserved        = "reserved"
	RuleRunner          = "runner"
	RuleIntrinsic       = "intrinsic"
	RuleQueryLanguage   = "query-language"
	RuleExpression      = "expression"
	RuleAllowedValues   = "allowed-values"
	// RuleResource is of what a Task cannot call, as in the States Language.
	RuleResource = string(asl.RuleResource)
	// RuleDynamicReference is a Warning for references to what is not a secret.
	RuleDynamicReference = "dynamic-reference"
)

func planProperties() []string {
	return []string{"DeploymentPlan", "DefaultRunner", "DefinitionSubstitutions", "PayloadDefaults", "PermissionsBoundary", "Policies", "Prewarm", "RoleArn", "Tags"}
}

// Read reads the plan of the given logical id and reports everything that is
// wrong with it, in stable order. resource is the whole resource, at leads to
// it. Whether the Runners that its jobs name exist is for the caller to say.
func Read(name string, resource *cfn.Node, at cfn.Path) (*Plan, problem.List) {
	properties := withTexts(resource.Get("Properties"))
	p := &Plan{
		Name: name, Resource: resource, Path: at,
		RoleArn:                 given(properties, "RoleArn"),
		DefinitionSubstitutions: given(properties, "DefinitionSubstitutions"),
		PermissionsBoundary:     given(properties, "PermissionsBoundary"),
		Policies:                given(properties, "Policies"),
		PayloadDefaults:         given(properties, "PayloadDefaults"),
		Tags:                    given(properties, "Tags"),
	}
	r := &reader{plan: name, made: map[*cfn.Node]cfn.Path{}, opaque: &cfn.Node{}, taskKeys: ownTaskKeys()}
	if r.properties(p, properties, at.Key("Properties")) {
		r.readBody(p, properties, at.Key("Properties"))
	}
	if p.Machine != nil {
		r.checkNames(p.Machine)
		r.checkDefinition(p, properties.Get("DeploymentPlan"), at.Keys("Properties", "DeploymentPlan"))
	}
	r.checkLiterals(properties, at.Key("Properties"))
	return p, r.problems.WithoutMissing(RuleRequired).Sorted()
}

// given returns the value under key, or nil when it is AWS::NoValue.
func given(properties *cfn.Node, key string) *cfn.Node {
	if n := properties.Get(key); !cfn.IsNoValue(n) {
		return n
	}
	return nil
}

// reader reads one plan and collects its problems.
type reader struct {
	plan     string
	problems problem.List
	// taskKeys are ownTaskKeys, made once.
	taskKeys []string
	// jsonata says that the plan's states are in JSONata unless they say otherwise.
	jsonata bool
	// inAttiniMap says that the steps that are read are those of an AttiniMap.
	inAttiniMap bool
	// made has the values that a list leaves out, with the paths of what they are
	// made for.
	made map[*cfn.Node]cfn.Path
	// opaque replaces what could not be read, which has been reported.
	opaque *cfn.Node
}

func (r *reader) isJSONata(s *State) bool { return speaksJSONata(s, r.jsonata) }

func (r *reader) report(rule, subject string, at cfn.Path, place problem.Place, message string) {
	r.problems.Add(problem.Problem{Severity: problem.Error, Rule: rule, Path: at.String(), Place: place, Message: subject + ": " + message})
}

// reportUnknown reports a key that its object cannot have, with the one that was
// meant. A key that ends in .$ takes its value from the payload.
func (r *reader) reportUnknown(subject string, at cfn.Path, field cfn.Field, message string, known []string) {
	name, fromPayload := strings.CutSuffix(field.Key, ".$")
	fix := problem.Fix{}
	if near := wording.Nearest(name, known); near != "" {
		fix = problem.Fix{Old: field.Key, New: near}
		if fromPayload {
			fix.New += ".$"
		}
	}
	r.problems.Add(problem.Problem{
		Severity: problem.Error, Rule: RuleUnknownProperty, Path: at.Key(field.Key).String(), Place: field.Place, Fix: fix,
		Message: fmt.Sprintf("%s: %s: %s; %s", subject, field.Key, message, wording.Suggestion(name, known)),
	})
}

func (r *reader) subject() string { return "Plan " + wording.Quote(r.plan) }

// properties checks all properties but the plan's body, and reports whether
// there are any.
func (r *reader) properties(p *Plan, properties *cfn.Node, at cfn.Path) bool {
	switch {
	case properties == nil:
		r.report(RuleRequired, r.subject(), at, p.Resource.KeyPlace("Properties"), "has no Properties, so no DeploymentPlan")
		return false
	case !properties.IsMap():
		r.report(RuleType, r.subject(), at, properties.Place, "Properties must be an object, not "+kindOf(properties))
		return false
	}
	for _, field := range properties.Fields {
		if !slices.Contains(planProperties(), field.Key) {
			r.reportUnknown(r.subject(), at, field, "there is no such property", planProperties())
		}
	}
	if runner := given(properties, "DefaultRunner"); runner != nil {
		p.DefaultRunner = r.runnerName(runner, r.subject()+": DefaultRunner", at.Key("DefaultRunner"))
	}
	p.Prewarm = r.readBool("Prewarm", given(properties, "Prewarm"), at)
	r.checkRole(p, properties, at)
	r.checkStrings("DefinitionSubstitutions", p.DefinitionSubstitutions, at)
	r.checkStrings("Tags", p.Tags, at)
	if defaults := p.PayloadDefaults; defaults != nil && !defaults.IsMap() {
		r.report(RuleType, r.subject(), at.Key("PayloadDefaults"), defaults.Place, "PayloadDefaults: must be an object, not "+kindOf(defaults))
	} else if origin := defaults.Get(protocol.KeyOrigin); origin != nil {
		r.report(RuleReserved, r.subject(), at.Keys("PayloadDefaults", protocol.KeyOrigin), origin.Place,
			"PayloadDefaults: "+protocol.KeyOrigin+" says where the deployment came from and cannot be replaced; use another key")
	}
	return true
}

// readBool reads a property that decides what the template expands to. It is true
// unless it is given.
func (r *reader) readBool(property string, n *cfn.Node, at cfn.Path) bool {
	switch {
	case n == nil || n.IsScalar() && n.Text == "true":
		return true
	case !n.IsScalar() || n.Text != "false":
		found := kindOf(n)
		if n.IsString() {
			found = strconv.Quote(n.Text)
		}
		r.report(RuleType, r.subject(), at.Key(property), n.Place, property+": must be true or false, not "+found+"; it has to be known when the template is expanded")
	}
	return false
}

// checkRole checks what the state machine may do. SAM takes a role, or the policies
// to make one from, but not both.
func (r *reader) checkRole(p *Plan, properties *cfn.Node, at cfn.Path) {
	for _, key := range []string{"RoleArn", "PermissionsBoundary"} {
		if n := given(properties, key); n != nil && !n.IsIntrinsic() && (!n.IsString() || n.Text == "") {
			reason := "must be an ARN, not " + kindOf(n)
			if n.IsString() {
				reason = "is empty"
			}
			r.report(RuleType, r.subject(), at.Key(key), n.Place, key+": "+reason)
		}
	}
	if p.RoleArn != nil && p.Policies != nil {
		r.report(RuleExclusive, r.subject(), at.Key("Policies"), properties.KeyPlace("Policies"),
			"Policies: cannot be given beside RoleArn; the policies belong to the role")
	}
}

// checkStrings checks a property that is an object of texts by name:
// DefinitionSubstitutions and Tags, which the expansion adds its own to.
func (r *reader) checkStrings(property string, n *cfn.Node, at cfn.Path) {
	at = at.Key(property)
	switch {
	case n == nil:
		return
	case n.IsIntrinsic() || !n.IsMap():
		r.report(RuleType, r.subject(), at, n.Place, property+": must be an object of texts by name, not "+kindOf(n))
		return
	}
	for _, field := range n.Fields {
		if !field.Value.IsIntrinsic() && !field.Value.IsScalar() {
			r.report(RuleType, r.subject(), at.Key(field.Key), field.Value.Place, fmt.Sprintf("%s: %s must be a string, not %s", property, field.Key, kindOf(field.Value)))
		}
		if property == "Tags" {
			r.checkTag(field, at.Key(field.Key))
		}
	}
}

func (r *reader) checkTag(field cfn.Field, at cfn.Path) {
	wrong := func(rule, message string) { r.report(rule, r.subject(), at, field.Place, "Tags: "+message) }
	switch length := utf8.RuneCountInString(field.Key); {
	case length == 0:
		wrong(RuleRange, "a name is empty")
	case length > quota.TagName:
		wrong(RuleRange, fmt.Sprintf("a name has %d characters (at most %d): %s…", length, quota.TagName, string([]rune(field.Key)[:20])))
	case strings.HasPrefix(strings.ToLower(field.Key), "aws:"):
		wrong(RuleReserved, field.Key+": names that begin with aws: are AWS's own")
	case field.Key == ProviderTag:
		wrong(RuleReserved, field.Key+": is given to every plan, so that tools find it; choose another name")
	}
	if value := field.Value; value.IsString() && utf8.RuneCountInString(value.Text) > quota.TagValue {
		wrong(RuleRange, fmt.Sprintf("%s has %d characters (at most %d)", field.Key, utf8.RuneCountInString(value.Text), quota.TagValue))
	}
}

// readBody reads DeploymentPlan in either syntax.
func (r *reader) readBody(p *Plan, properties *cfn.Node, at cfn.Path) {
	body, where := properties.Get("DeploymentPlan"), at.Key("DeploymentPlan")
	if language := body.Get("QueryLanguage"); language.IsString() {
		r.jsonata = language.Text == string(asl.JSONata)
	}
	switch {
	case body == nil:
		r.report(RuleRequired, r.subject(), where, properties.Place, "DeploymentPlan is required: an object with StartAt and States, or a list of steps")
	case body.IsList():
		p.Machine = r.list(body, r.subject()+": DeploymentPlan", where)
	default:
		p.Machine = r.machine(body, r.subject()+": DeploymentPlan", where)
	}
}
