package plantesting

import (
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"

	"github.com/attini-go/runner/internal/runevents"
)

// Update returns the text of a test file with what was seen in place of what was
// expected and did not come. changed counts the cases. Only the lines of what changes are
// written anew, with their comments; a case that expects nothing gets its states.
func Update(file *File, outcomes []Outcome) (text []byte, changed int, err error) {
	var document yaml.Node
	if err := yaml.Unmarshal(file.Text, &document); err != nil {
		return nil, 0, fmt.Errorf("update %s: %w", file.Name, err)
	}
	e := newEditor(file.Text, &document)
	for i := range outcomes {
		o := &outcomes[i]
		if o.File != file || o.Problems.HasErrors() {
			continue
		}
		if e.updateCase(o) {
			changed++
		}
	}
	text, err = e.text()
	if err != nil {
		return nil, 0, fmt.Errorf("update %s: %w", file.Name, err)
	}
	return text, changed, nil
}

// updateCase changes what one case expects; it reports whether it has to.
func (e *editor) updateCase(o *Outcome) bool {
	steps := e.find(o.Case)
	if steps == nil {
		return false
	}
	node := steps[len(steps)-1].value
	expect := child(node, "expect")
	seen := &o.Seen
	if expect == nil || expect.Kind != yaml.MappingNode || len(expect.Content) == 0 {
		e.set(steps, []string{"expect"}, seen.expectation())
		return true
	}
	for _, m := range o.Mismatches {
		way := append([]string{"expect"}, m.key...)
		switch m.key[0] {
		case "status":
			e.set(steps, way, scalar(string(seen.Status)))
			if seen.Error != "" {
				e.set(steps, []string{"expect", "error"}, scalar(seen.Error))
			} else {
				e.set(steps, []string{"expect", "error"}, nil)
				e.set(steps, []string{"expect", "cause"}, nil)
			}
		case "error":
			e.setText(steps, way, seen.Error)
		case "cause":
			e.setText(steps, way, seen.Cause)
		case "states":
			e.set(steps, way, merged(child(expect, "states"), m.Diff))
		case "never", "absent":
			e.removeFrom(steps, way, m.Place.Line, m.Place.Column)
		case "payload":
			e.set(steps, way, seen.at(seen.Payload, m.key[1]))
		case "caught":
			e.set(steps, way, mapping(seen.Caught))
		case "attempts":
			e.set(steps, way, count(seen.Attempts[m.key[1]]))
		case "takes":
			e.set(steps, way, scalar(clock(seen)))
		}
	}
	for _, m := range slices.Backward(o.Mismatches) { // of a list of attempts, the last one goes first
		if m.key[0] == "jobs" {
			e.updateJob(steps, append([]string{"expect"}, m.key...), seen, m)
		}
	}
	return len(o.Mismatches) > 0
}

// count is a number as YAML; nil for 0.
func count(n int) *yaml.Node {
	if n == 0 {
		return nil
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.Itoa(n)}
}

// expectation is what a case gets that has none.
func (s *Seen) expectation() *yaml.Node {
	expect := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value *yaml.Node) { expect.Content = append(expect.Content, scalar(key), value) }
	if s.Status != runevents.Succeeded {
		add("status", scalar(string(s.Status)))
		add("error", scalar(s.Error))
	}
	states := &yaml.Node{Kind: yaml.SequenceNode}
	for _, path := range s.States {
		states.Content = append(states.Content, scalar(path))
	}
	add("states", states)
	if len(s.Caught) > 0 {
		add("caught", mapping(s.Caught))
	}
	return expect
}

// updateJob changes what a job is expected to be given.
func (e *editor) updateJob(steps []step, way []string, seen *Seen, m Mismatch) {
	runs, part := seen.Jobs[m.key[1]], m.key[2:]
	at := len(runs) - 1
	if len(part) > 0 {
		if attempt, err := strconv.Atoi(part[0]); err == nil {
			at, part = attempt, part[1:]
		}
	}
	if len(part) == 0 { // it was not started
		e.set(steps, way, nil)
		return
	}
	job := runs[at]
	switch part[0] {
	case "runner":
		e.set(steps, way, scalar(job.Runner))
	case "commands":
		e.set(steps, way, merged(e.get(steps, way), m.Diff))
	case "environment":
		if value, ok := job.Environment[part[1]]; ok {
			e.set(steps, way, scalar(value))
		} else {
			e.set(steps, way, nil)
		}
	case "input":
		e.set(steps, way, seen.at(job.Input, part[1]))
	}
}

// merged is a list as a comparison found it; entries that stay keep their comments.
func merged(old *yaml.Node, diff []string) *yaml.Node {
	list := &yaml.Node{Kind: yaml.SequenceNode}
	if old != nil {
		list.Style, list.HeadComment, list.LineComment = old.Style, old.HeadComment, old.LineComment
	}
	i := 0
	for _, line := range diff {
		switch mark, text := line[:2], line[2:]; {
		case mark == "+ ":
			list.Content = append(list.Content, scalar(text))
		case mark == "- ":
			i++
		case old != nil && i < len(old.Content) && old.Content[i].Value == text:
			list.Content = append(list.Content, old.Content[i])
			i++
		}
	}
	return list
}

func mapping(entries []Entry) *yaml.Node {
	node := &yaml.Node{Kind: yaml.MappingNode}
	var keys []string
	for _, entry := range entries {
		if !slices.Contains(keys, entry.Key) {
			keys = append(keys, entry.Key)
			node.Content = append(node.Content, scalar(entry.Key), scalar(entry.Value.Text))
		}
	}
	return node
}
