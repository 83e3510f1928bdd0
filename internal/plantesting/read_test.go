package plantesting_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plantesting"
	"github.com/attini-go/runner/internal/problem"
)

// places are the rules of problems with their lines.
func places(problems problem.List) []string {
	found := []string{}
	for _, p := range problems.Sorted() {
		found = append(found, fmt.Sprintf("%d %s", p.Line, p.Rule))
	}
	return found
}

// TestMistakesOfAFile: all are reported, each at its line.
func TestMistakesOfAFile(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"no cases":            {"mocks: {}\n", []string{"1 required"}},
		"empty cases":         {"cases: []\n", []string{"1 required"}},
		"a list":              {"- name: a\n", []string{"1 not-an-object"}},
		"cases as an object":  {"cases:\n  a: {}\n", []string{"2 type"}},
		"no name":             {"cases:\n  - expect: {}\n", []string{"2 required"}},
		"one name twice":      {"cases:\n  - name: a\n  - name: a\n", []string{"3 duplicate-name"}},
		"a text as a case":    {"cases:\n  - a\n", []string{"2 type"}},
		"unknown keys":        {"case: []\ncases:\n  - nmae: a\n    expects: {}\n", []string{"1 unknown-key", "3 required", "3 unknown-key", "4 unknown-key"}},
		"template":            {"template: nowhere.yaml\ncases: [{name: a}]\n", []string{"1 value"}},
		"input":               {"cases:\n  - name: a\n    input: [1]\n", []string{"3 type"}},
		"parameter":           {"cases:\n  - name: a\n    parameters: {A: {}}\n", []string{"3 type"}},
		"jobs":                {"jobs: runs\ncases: [{name: a}]\n", []string{"1 value"}},
		"start":               {"start: tomorrow\ncases: [{name: a}]\n", []string{"1 value"}},
		"status":              {"cases:\n  - name: a\n    expect:\n      status: succeeded\n", []string{"4 value"}},
		"error of a success":  {"cases:\n  - name: a\n    expect:\n      status: SUCCEEDED\n      error: E\n", []string{"4 value"}},
		"states":              {"cases:\n  - name: a\n    expect:\n      states: {A: 1}\n      never: A\n", []string{"4 type", "5 type"}},
		"paths":               {"cases:\n  - name: a\n    expect:\n      payload:\n        output.A: 1\n        $.a[: 1\n      absent:\n        - b\n", []string{"5 path", "6 path", "8 path"}},
		"attempts and takes":  {"cases:\n  - name: a\n    expect:\n      attempts:\n        A: 0\n        B: some\n      takes: long\n", []string{"5 value", "6 value", "7 value"}},
		"jobs' keys":          {"cases:\n  - name: a\n    expect:\n      jobs:\n        A:\n          env: {}\n          commands: x\n        B: [1]\n", []string{"6 unknown-key", "7 type", "8 type"}},
		"mocks":               {"mocks:\n  A:\n    - result: 1\n    - {}\n    - error: E\n      casue: x\n  B:\n    iterations:\n      0: {delay: soon, result: 1}\n      x: {result: 1}\ncases: [{name: a}]\n", []string{"4 mock", "6 mock", "9 mock", "10 mock"}},
		"mocks of a case":     {"cases:\n  - name: a\n    mocks:\n      A: 1\n", []string{"4 mock"}},
		"not YAML":            {"cases: [\n", []string{"2 unreadable"}},
		"keys twice":          {"cases: [{name: a}]\ncases: [{name: a}]\n", []string{"2 duplicate-key"}},
		"merge keys and tags": {"cases:\n  - name: a\n    input: {<<: {}, x: !Sub a}\n", []string{"3 merge-key", "3 unknown-tag"}},
		"nothing":             {"", []string{"1 unreadable"}},
	} {
		_, problems := write(t, test.text)
		assert.Equal(t, test.want, places(problems), name)
	}
}

func TestMistakesNameWhatWasMeant(t *testing.T) {
	t.Parallel()
	_, problems := write(t, "cases:\n  - name: a\n    expect: {state: [], status: SUCEEDED}\n    paramters: {}\n")
	require.Len(t, problems, 3)
	for i, want := range []string{`did you mean "states"?`, `did you mean "SUCCEEDED"?`, `did you mean "parameters"?`} {
		assert.Contains(t, problems[i].Message, want)
	}
	_, problems = write(t, "tests:\n  - name: a\n")
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].Message, `did you mean "cases"?`)
	_, problems = write(t, "cases:\n  - name: a\n    expect: {states: [A, B[0].C]}\n")
	require.Len(t, problems, 1)
	assert.Equal(t, `Inside of [ ] and { }, a path needs quotes: "B[0].C".`, problems[0].Advice)
}

// TestMistakesOfACase: what does not fit the plan is no failed expectation.
func TestMistakesOfACase(t *testing.T) {
	t.Parallel()
	file, problems := write(t, `cases:
  - name: names
    mocks:
      Bulid: {result: 1}
      Each: {result: 1}
      Ask: {result: {}}
    items: {Nothing: x.json}
    expect:
      states:
        - Biuld
        - Each[0].One
        - Each[0].Two
      never: [Nobody]
      caught: {Nix: E}
      attempts: {Build: 1, Nox: 1}
      jobs:
        Nux: {}
        One: {}
  - name: parameters
    parameters: {Stage: test, Stgae: dev}
`)
	require.Empty(t, problems)
	outcomes := run(t, file, 1)
	assert.Equal(t, []string{
		"2 unknown-state", "4 mock", "5 mock", "6 mock", "10 unknown-state", "12 unknown-state", "13 unknown-state", "14 unknown-state", "15 unknown-state", "17 unknown-state", "18 unknown-state",
	}, places(outcomes[0].Problems))
	assert.Equal(t, []string{"20 unknown-parameter", "20 parameter-value"}, places(outcomes[1].Problems))
	assert.False(t, outcomes[0].Passed())
}

func TestIsTestFile(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{"a.plantest.yaml": true, "d/a.plantest.yml": true, "d/.plantest.yaml": false, "a.yaml": false} {
		assert.Equal(t, want, plantesting.IsTestFile(name), name)
	}
}

// FuzzRead: no text ends the program, and what is read can be run.
func FuzzRead(f *testing.F) {
	f.Add("cases:\n  - name: a\n    mocks: {Ask: [{error: E, delay: 1h}, {payload: [1]}]}\n    expect: {states: [Build, ...], payload: {$.a: 1}, jobs: {Build: [{environment: {A: 1}}]}}\n")
	f.Add("mocks: {Ask: {iterations: {0: {error: E}, default: {result: 1}}}}\ncases: [{name: a, expect: {takes: 1h, caught: {}}}]")
	f.Fuzz(func(t *testing.T, text string) {
		file, problems := plantesting.Read("x.plantest.yaml", []byte(text))
		for _, p := range problems {
			assert.NotEmpty(t, p.Message)
		}
		if !problems.HasErrors() {
			_, _, err := plantesting.Update(file, nil)
			require.NoError(t, err)
		}
	})
}
