package plan

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// errorPath is where a handler in a list finds the error: beside the payload, which
// its steps need.
const errorPath = "$.error"

// handlers turns the Steps of a step's catchers, which run after an error, into
// Next. After the last of them the plan goes on with next, as after the step itself.
func (l *listReader) handlers(s *State, next string) {
	catch := s.Node.Get("Catch")
	isStep := func(catcher *cfn.Node) bool { return catcher.Has("Type") && !catcher.Has("ErrorEquals") }
	if i := slices.IndexFunc(catch.Elements(), isStep); i >= 0 {
		l.report(RuleType, stepSubject(s.Name), s.Path.Key("Catch").Index(i), catch.Items[i].Place,
			"a catcher is not a step; write {ErrorEquals: [States.ALL], Steps: [...]}, with the step in Steps")
		s.Node.Set("Catch", l.opaque)
		return
	}
	hasSteps := func(catcher *cfn.Node) bool { return catcher.Has("Steps") }
	if !slices.ContainsFunc(catch.Elements(), hasSteps) {
		return
	}
	at := s.Path.Key("Catch")
	catchers := &cfn.Node{Kind: cfn.List, Place: catch.Place}
	for i, catcher := range catch.Items {
		if hasSteps(catcher) {
			catcher = l.handler(s, catcher, at.Index(i), next)
			l.made[catcher] = at.Index(i)
		}
		catchers.Items = append(catchers.Items, catcher)
	}
	l.made[catchers] = at
	s.Node.Set("Catch", catchers)
}

func (l *listReader) handler(s *State, catcher *cfn.Node, at cfn.Path, next string) *cfn.Node {
	place, subject := catcher.KeyPlace("Steps"), stepSubject(s.Name)+": "+at.From(s.Path)
	if catcher.Has("Next") {
		l.report(RuleExclusive, subject, at.Key("Steps"), place, "Steps: cannot be given beside Next; the plan goes on with the steps, and then with the next one of the list")
	}
	made := &cfn.Node{Kind: cfn.Map, Place: catcher.Place}
	for _, field := range catcher.Fields {
		if field.Key != "Steps" && field.Key != "Next" {
			made.Fields = append(made.Fields, field)
		}
	}
	if !catcher.Has("ResultPath") && !l.isJSONata(s) {
		made.Fields = append(made.Fields, cfn.Field{Key: "ResultPath", Value: stringAt(errorPath, catcher), Place: place})
	}
	first := l.sequence(catcher.Get("Steps"), subject+".Steps", at.Key("Steps"), next)
	if first == "" {
		return l.opaque // reported
	}
	l.used[first] = true
	made.Fields = append(made.Fields, cfn.Field{Key: "Next", Value: stringAt(first, catcher), Place: place})
	return made
}

// needsMerge reports whether the results of a step of a list become one payload
// before the plan goes on. Those of a Parallel always do. Those of a Map do where
// a step follows, or a branch ends, which is merged itself; but not where the Map keeps the payload, or
// where the next step is a Map of the results.
func (l *listReader) needsMerge(s *State, next string, following *cfn.Node) bool {
	switch {
	case following.Get("Type").AsString() == MergeType:
		return false
	case s.Type != "Map":
		return s.Type == "Parallel"
	case (next == "" || l.endings[next]) && !l.isBranch():
		return false
	}
	for _, key := range []string{"ResultSelector", "ResultWriter", "Output"} {
		if s.Node.Has(key) {
			return false
		}
	}
	items := following.Get("ItemsPath")
	ofResults := following.Get("Type").AsString() == "Map" && !following.Has("Items") && (isWhole(items) || strings.HasPrefix(items.AsString(), "$["))
	return isWhole(s.Node.Get("ResultPath")) && isWhole(s.Node.Get("OutputPath")) && !ofResults
}

// isBranch reports whether the list is a branch of a Parallel.
func (l *listReader) isBranch() bool {
	return strings.HasSuffix(l.machine.Path.String(), "]")
}
