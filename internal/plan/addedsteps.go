package plan

import (
	"encoding/json"
	"slices"

	"github.com/attini-go/runner/internal/cfn"
)

// Suffixes of the names of added steps, as the original framework has them.
const (
	packageSuffix = "PackageSam"
	diffSuffix    = "CdkDiff"
	askSuffix     = "ApproveChanges?"
	approveSuffix = "ApproveChanges"
)

// What a step that looks for changes comes to.
const (
	NoChange       = "no-change"
	ChangeDetected = "change-detected"
)

// addSteps adds the steps that others make necessary: the packaging before an
// AttiniSam, the diff and its approval before an AttiniCdk. Every way to the step leads
// to the first of those that are added. The source is left as it is.
func (r *reader) addSteps(m *Machine) {
	first := map[string]string{}
	for _, s := range m.States {
		switch {
		case s.Type == SamType && s.Job != nil:
			first[s.Name] = s.Name + packageSuffix
		case s.Type == CdkType && s.Job != nil && asksForApproval(s):
			first[s.Name] = s.Name + diffSuffix
		}
	}
	changed := slices.ContainsFunc(m.States, func(s *State) bool { return m.Node.At("States", s.Name) != s.Node })
	if len(first) > 0 {
		changed = true
		if to := first[m.StartAt]; to != "" {
			m.StartAt = to
		}
		var states []*State
		for _, s := range m.States {
			s.Node = redirected(s.Node, first)
			switch {
			case first[s.Name] == "":
			case s.Type == SamType:
				states = append(states, r.packageStep(s))
			default:
				states = append(states, r.diffSteps(s)...)
			}
			states = append(states, s)
		}
		m.States = states
	}
	if changed {
		m.Node = withStates(m)
	}
}

func asksForApproval(s *State) bool {
	enabled := s.Job.Properties.At("Diff", "Enabled")
	return enabled.IsScalar() && enabled.Text == "true"
}

// withStates is a machine's node with the states as they were read.
func withStates(m *Machine) *cfn.Node {
	node := *m.Node
	node.Fields = slices.Clone(m.Node.Fields)
	read := make(map[string]bool, len(m.States))
	states := &cfn.Node{Kind: cfn.Map, Place: m.Node.Get("States").KeyPlace("")}
	for _, s := range m.States {
		read[s.Name] = true
		states.Fields = append(states.Fields, cfn.Field{Key: s.Name, Value: s.Node, Place: s.Place})
	}
	for _, field := range m.Node.Get("States").Entries() {
		if !read[field.Key] { // it could not be read
			states.Fields = append(states.Fields, field)
		}
	}
	node.Set("States", states)
	if m.StartAt != "" {
		node.Set("StartAt", cfn.Str(m.StartAt))
	}
	return &node
}

// redirected is a state's node with the names of steps replaced wherever it goes on.
func redirected(n *cfn.Node, names map[string]string) *cfn.Node {
	return replaced(n, func(key string, value *cfn.Node) *cfn.Node {
		switch key {
		case "Next", "Default":
			if value.IsString() && names[value.Text] != "" {
				return &cfn.Node{Kind: cfn.String, Text: names[value.Text], Place: value.Place}
			}
		case "Choices", "Catch":
			return redirected(value, names)
		}
		return value
	})
}

// added is a step that another makes necessary, in whose place it is for problems.
func added(s *State, suffix, kind string, fields ...cfn.Field) *State {
	body := &cfn.Node{Kind: cfn.Map, Place: s.Node.Place, Fields: append([]cfn.Field{cfn.F("Type", stringAt(kind, s.Node))}, fields...)}
	return &State{Name: s.Name + suffix, Type: kind, Node: body, Path: s.Path, Place: s.Place, AddedFor: s.Name}
}

func next(name string) cfn.Field { return cfn.F("Next", cfn.Str(name)) }

// attempts are the keys of a step that an added one has, too: how it is tried, and in
// which language.
func attempts(s *State) (fields []cfn.Field) {
	for _, key := range []string{"QueryLanguage", "Retry", "Catch", "TimeoutSeconds", "TimeoutSecondsPath"} {
		if value := s.Node.Get(key); value != nil {
			fields = append(fields, cfn.F(key, value))
		}
	}
	return fields
}

// packageStep is the job that packages a SAM project. The step itself then deploys what
// it has made.
func (r *reader) packageStep(s *State) *State {
	properties := cfn.Obj()
	rest := &cfn.Node{Kind: cfn.Map, Place: s.Job.Properties.Place}
	for _, field := range s.Job.Properties.Fields {
		switch field.Key {
		case "Project", "Project.$", "Runner":
			properties.Fields = append(properties.Fields, field)
		case "Template", "Template.$": // what was packaged is deployed
		default:
			rest.Fields = append(rest.Fields, field)
		}
	}
	made := added(s, packageSuffix, PackageType, append(attempts(s), cfn.F("Properties", properties), next(s.Name))...)
	made.Job = s.Job
	made.Job.Properties = properties
	s.Job = nil
	template := cfn.F("Template.$", cfn.Str(made.OutputPath()+".result"))
	if r.isJSONata(s) {
		name, _ := json.Marshal(made.Name) // a text can always be written
		template = cfn.F("Template", cfn.Str("{% $lookup($states.input.output, "+string(name)+").result %}"))
	}
	rest.Fields = append(rest.Fields, template)
	s.Node = with(s.Node, "Properties", rest)
	return made
}

// with is a copy of a Map with another value under a key.
func with(n *cfn.Node, key string, value *cfn.Node) *cfn.Node {
	clone := *n
	clone.Fields = slices.Clone(n.Fields)
	clone.Set(key, value)
	return &clone
}

// diffSteps are the job that looks for changes, the choice, and the approval.
func (r *reader) diffSteps(s *State) []*State {
	diff := added(s, diffSuffix, DiffType, append(attempts(s), cfn.F("Properties", s.Job.Properties), next(s.Name+askSuffix))...)
	diff.Job = s.Job
	rule := cfn.Obj(cfn.F("Variable", cfn.Str(diff.OutputPath()+".result")), cfn.F("StringEquals", cfn.Str(ChangeDetected)), next(s.Name+approveSuffix))
	if r.isJSONata(s) {
		name, _ := json.Marshal(diff.Name) // a text can always be written
		rule = cfn.Obj(cfn.F("Condition", cfn.Str("{% $lookup($states.input.output, "+string(name)+`).result = "`+ChangeDetected+`" %}`)), next(s.Name+approveSuffix))
	}
	var language []cfn.Field
	if value := s.Node.Get("QueryLanguage"); value != nil {
		language = append(language, cfn.F("QueryLanguage", value))
	}
	ask := added(s, askSuffix, "Choice", append(slices.Clone(language), cfn.F("Choices", cfn.Seq(rule)), cfn.F("Default", cfn.Str(s.Name)))...)
	approve := added(s, approveSuffix, ApprovalType, append(slices.Clone(language), next(s.Name))...)
	return []*State{diff, ask, approve}
}

// attiniMap reads an AttiniMap, which is a Map whose items are configuration files. Each
// iteration gets the payload with its item as ConfigFile.
func (r *reader) attiniMap(s *State) {
	body := &cfn.Node{Kind: cfn.Map, Place: s.Node.Place}
	selector := "ItemSelector"
	if iteratorKey(s.Node) == "Iterator" {
		selector = "Parameters"
	}
	for _, field := range s.Node.Fields {
		switch field.Key {
		case "InputPath", "Parameters", "ItemSelector": // as in the original, its own
		case "Type":
			body.Fields = append(body.Fields, cfn.Field{Key: "Type", Value: stringAt("Map", field.Value), Place: field.Place})
		default:
			body.Fields = append(body.Fields, field)
		}
	}
	items := cfn.Obj()
	if r.isJSONata(s) {
		selector = "ItemSelector"
		items.Set("ConfigFile", cfn.Str("{% $states.context.Map.Item.Value %}"))
	} else {
		items.Set("ConfigFile.$", cfn.Str("$$.Map.Item.Value"))
	}
	for _, key := range []string{"customData", "dependencies", "output", "deploymentOriginData", "environment", "stackParameters"} {
		if r.isJSONata(s) {
			items.Set(key, cfn.Str("{% $states.input."+key+" %}"))
		} else {
			items.Set(key+".$", cfn.Str("$."+key))
		}
	}
	body.Set(selector, items)
	s.Node, s.Type, s.Own = body, "Map", MapType
	outer := r.inAttiniMap
	r.inAttiniMap = true
	r.iterator(s)
	r.inAttiniMap = outer
}

// itemOfMap gives a stack's step in an AttiniMap the item, unless it names a
// configuration file itself.
func (r *reader) itemOfMap(s *State) {
	properties := s.Node.Get("Properties")
	if !r.inAttiniMap || properties != nil && (!properties.IsMap() || properties.Has("ConfigFile") || properties.Has("ConfigFile.$")) {
		return
	}
	given := cfn.F("ConfigFile.$", cfn.Str("$.ConfigFile"))
	if r.isJSONata(s) {
		given = cfn.F("ConfigFile", cfn.Str("{% $states.input.ConfigFile %}"))
	}
	own := &cfn.Node{Kind: cfn.Map, Place: s.Node.Place}
	if properties != nil {
		own.Place, own.Fields = properties.Place, slices.Clone(properties.Fields)
	}
	own.Fields = append(own.Fields, given)
	s.Node = with(s.Node, "Properties", own)
}
