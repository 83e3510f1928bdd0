package plantesting

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// The keys of a file and of a case.
func fileKeys() []string {
	return []string{"template", "lookups", "parameters", "input", "mocks", "items", "jobs", "start", "cases"}
}

func caseKeys() []string {
	return []string{"name", "parameters", "input", "mocks", "items", "jobs", "start", "expect"}
}

// How jobs without a mock are treated.
const (
	jobsInspect = "inspect"
	jobsRun     = "run"
)

// Read reads a test file, and reports everything that is wrong with it. name is its path.
func Read(name string, text []byte) (*File, problem.List) {
	r := &reader{}
	node, problems := cfn.ReadData(text)
	r.problems = problems
	file := &File{Name: name, Text: text, Template: templateBeside(name)}
	if node == nil || problems.HasErrors() {
		adviseQuotes(text, r.problems)
		return file, r.problems
	}
	root := at{node, cfn.NewPath(), node.Place}
	beside := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(name), path)
	}
	common := settings{start: defaultStart(), parameters: map[string]string{}, items: map[string]string{}, mocks: map[string]at{}}
	var cases []at
	r.fields(root, "a test file", fileKeys(), func(key string, value at) {
		switch key {
		case "template":
			file.Template = beside(r.text(value, key))
		case "lookups":
			file.Lookups = beside(r.text(value, key))
		case "cases":
			cases = r.items(value, key)
			if value.IsList() && len(cases) == 0 {
				r.report(value, RuleRequired, "cases is empty; give at least one")
			}
		default:
			r.setting(&common, key, value, beside)
		}
	})
	misspelt := func(field cfn.Field) bool { return strings.Contains(suggestion(field.Key, fileKeys()), `mean "cases"`) }
	if node.IsMap() && !node.Has("cases") && !slices.ContainsFunc(node.Fields, misspelt) {
		r.report(root, RuleRequired, "cases is required: a list of runs, each with a name and what is expected of it")
	}
	if info, err := os.Stat(file.Template); node.IsMap() && (err != nil || info.IsDir()) {
		r.report(keyPlace(root, "template"), RuleValue, "the template %s cannot be read; name it with template: FILE, as seen from this file", file.Template)
	}
	r.readMocks(common.mocks, map[string]problem.Place{}) // once, even where no case uses them
	names := map[string]int{}
	for _, n := range cases {
		file.Cases = append(file.Cases, r.readCase(n, common, names, beside))
	}
	return file, r.problems
}

func keyPlace(n at, key string) at {
	if value := n.Get(key); value != nil {
		return at{value, n.path.Key(key), value.Place}
	}
	return n
}

// templateBeside is the template that a test file is of by its name: plan.plantest.yaml
// tests plan.yaml.
func templateBeside(name string) string {
	base := name
	for _, suffix := range Suffixes() {
		base = strings.TrimSuffix(base, suffix)
	}
	for _, extension := range []string{".yaml", ".yml", ".json", ".template"} {
		if info, err := os.Stat(base + extension); err == nil && info.Mode().IsRegular() {
			return base + extension
		}
	}
	return base + ".yaml"
}

// settings are what a file gives to all its cases, and a case to itself.
type settings struct {
	parameters map[string]string
	place      problem.Place
	input      *cfn.Node
	mocks      map[string]at
	items      map[string]string
	runJobs    bool
	start      time.Time
}

func (s settings) clone() settings {
	s.parameters, s.mocks, s.items = maps.Clone(s.parameters), maps.Clone(s.mocks), maps.Clone(s.items)
	return s
}

func (r *reader) setting(s *settings, key string, value at, beside func(string) string) {
	switch key {
	case "parameters":
		s.place = value.place
		for _, parameter := range r.entries(value, key) {
			s.parameters[parameter.path.LastKey()] = r.parameter(parameter)
		}
	case "input":
		if !value.IsMap() {
			r.report(value, RuleType, "input must be an object, which is laid over the payload, not %s", kindOf(value.Node))
			return
		}
		s.input = value.Node
	case "mocks":
		for _, mock := range r.entries(value, key) {
			s.mocks[mock.path.LastKey()] = mock
		}
	case "items":
		for _, item := range r.entries(value, key) {
			s.items[item.path.LastKey()] = beside(r.text(item, "the items of a step"))
		}
	case "jobs":
		s.runJobs = r.oneOf(value, key, jobsInspect, jobsRun) == jobsRun
	case "start":
		var err error
		if s.start, err = time.Parse(time.RFC3339, r.text(value, key)); err != nil {
			r.report(value, RuleValue, "start must be a time such as 2026-01-31T12:00:00Z")
			s.start = defaultStart()
		}
	}
}

// parameter is a parameter's value as a stack gets it: a list is a text with commas.
func (r *reader) parameter(n at) string {
	if !n.IsList() {
		return r.text(n, "a parameter")
	}
	var texts []string
	for _, item := range r.items(n, "a parameter") {
		texts = append(texts, r.text(item, "an entry of a parameter"))
	}
	return strings.Join(texts, ",")
}

func (r *reader) readCase(n at, common settings, names map[string]int, beside func(string) string) Case {
	own := common.clone()
	c := Case{Place: n.place, ParametersPlace: n.place, MockPlaces: map[string]problem.Place{}}
	c.Expect = Expect{Place: n.place, Status: Value{"SUCCEEDED", n.place}}
	ownMocks := settings{mocks: map[string]at{}}
	r.fields(n, "a case", caseKeys(), func(key string, value at) {
		switch key {
		case "name":
			c.Name = strings.TrimSpace(r.text(value, key))
			if first, taken := names[c.Name]; taken && c.Name != "" {
				r.report(value, RuleName, "the name %q is that of the case in line %d; each case has its own", c.Name, first)
			} else {
				names[c.Name] = value.place.Line
			}
		case "mocks":
			r.setting(&ownMocks, key, value, beside)
		case "expect":
			r.readExpect(value, &c.Expect)
		default:
			r.setting(&own, key, value, beside)
		}
	})
	if n.IsMap() && c.Name == "" {
		r.report(n, RuleRequired, "a case needs a name, such as \"a failed test stops the release\"")
	}
	r.readMocks(ownMocks.mocks, map[string]problem.Place{})
	maps.Copy(own.mocks, ownMocks.mocks)
	// Problems of the common mocks are reported already.
	c.Mocks = (&reader{}).readMocks(own.mocks, c.MockPlaces)
	c.Parameters, c.Items, c.RunJobs, c.Start = own.parameters, own.items, own.runJobs, own.start
	if own.place.Line > 0 {
		c.ParametersPlace = own.place
	}
	c.Input = r.input(own.input, common.input)
	return c
}

// input lays a case's input over the file's.
func (r *reader) input(own, common *cfn.Node) json.RawMessage {
	if own == nil {
		return nil
	}
	whole := own
	if common != nil && own != common {
		whole = common.Clone()
		for _, field := range own.Fields {
			whole.Set(field.Key, field.Value)
		}
	}
	text, err := whole.MarshalJSON()
	if err != nil {
		r.report(at{own, cfn.NewPath("input"), own.Place}, RuleValue, "input cannot be written as JSON: %s", err)
	}
	return text
}

// readMocks reads the mocks of states, and notes their places.
func (r *reader) readMocks(mocks map[string]at, places map[string]problem.Place) *asl.Mocks {
	all := cfn.Obj()
	for _, name := range sorted(mocks) {
		mock := mocks[name]
		places[name] = mock.place
		one, err := cfn.Obj(cfn.F(name, mock.Node)).MarshalJSON()
		if err == nil {
			_, err = asl.ParseMocks(one)
		}
		if err != nil {
			r.reportMock(mock, name, err)
			continue
		}
		all.Set(name, mock.Node)
	}
	text, err := all.MarshalJSON()
	if err != nil {
		return nil
	}
	parsed, err := asl.ParseMocks(text)
	if err != nil {
		return nil // each was read before
	}
	return parsed
}

var unquotedPath = regexp.MustCompile(`[\[{,]\s*(\w+\[\d+\]\.\w+)`)

// adviseQuotes says what is wrong with [Check, Check[0].Scan], which is no YAML.
func adviseQuotes(text []byte, problems problem.List) {
	lines := strings.Split(string(text), "\n")
	for i, p := range problems {
		if p.Line < 1 || p.Line > len(lines) {
			continue
		}
		if found := unquotedPath.FindStringSubmatch(lines[p.Line-1]); found != nil {
			problems[i].Advice = fmt.Sprintf("Inside of [ ] and { }, a path needs quotes: %q.", found[1])
		}
	}
}
