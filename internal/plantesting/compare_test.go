package plantesting_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plantesting"
)

// TestExpectations: each kind passes where it should, and names its line where not.
func TestExpectations(t *testing.T) {
	t.Parallel()
	const answers = "Ask: {payload: [a, b]}"
	for name, test := range map[string]struct {
		mocks, right, wrong string
		what                string
	}{
		"status":      {answers, "{status: SUCCEEDED}", "{status: FAILED}", "status"},
		"no error":    {answers, "{}", "{error: E}", "status error"},
		"error":       {"Ask: {error: E, cause: out of order}", "{error: E}", "{error: F}", "error"},
		"unexpected":  {"Ask: {error: E, cause: out of order}", "{error: E, cause: of}", "{}", "status"},
		"cause":       {"Ask: {error: E, cause: out of order}", "{cause: of order}", "{cause: in order}", "cause"},
		"states":      {answers, "{states: [Build, Ask, Each, 'Each[0].One', 'Each[1].One']}", "{states: [Build, Ask, Each, 'Each[1].One', 'Each[0].One']}", "states"},
		"ellipsis":    {answers, "{states: [..., Each, ..., 'Each[1].One', ...]}", "{states: [..., 'Each[0].One']}", "states"},
		"never":       {answers, "{never: [Mend, 'Each[2].One']}", "{never: [One]}", "never"},
		"payload":     {answers, "{payload: {$.asked.list: [a, b], '$.each[0]': a}}", "{payload: {$.asked.list: [a]}}", "payload $.asked.list"},
		"no payload":  {answers, "{payload: {$.output.Build: {}}}", "{payload: {$.output.Bulid: {}}}", "payload $.output.Bulid"},
		"of failure":  {"Ask: {error: E}", "{error: E, payload: {$.output.Build: {}}}", "{error: E, payload: {$.asked: 1}}", "payload $.asked"},
		"absent":      {answers, "{absent: [$.error, '$.each[2]']}", "{absent: ['$.each[1]']}", "absent $.each[1]"},
		"caught":      {answers + "\n      Build: {error: Broken}", "{caught: {Build: Broken}}", "{caught: {}}", "caught"},
		"none caught": {answers, "{caught: {}}", "{caught: {Build: Broken}}", "caught"},
		"attempts":    {answers + "\n      Build: [{error: Busy}, {result: 1}]", "{attempts: {Build: 2, Ask: 1}, takes: 60}", "{attempts: {Build: 3}, takes: 59s}", "attempts of Build takes"},
		"delay":       {"Ask: {payload: [], delay: 36h}", "{takes: 36h}", "{takes: 0}", "takes"},
		"commands":    {answers, "{jobs: {Build: {runner: R, commands: [make, make install]}}}", "{jobs: {Build: {runner: S, commands: [make]}}}", "job Build: runner job Build: commands"},
		"environment": {answers, "{jobs: {Build: {environment: {STAGE: dev}}}}", "{jobs: {Build: {environment: {STAGE: prod, X: 1}}}}", "job Build: environment STAGE job Build: environment X"},
		"input":       {answers, "{jobs: {Build: [{input: {$.deploymentOriginData.stackName: local}}]}}", "{jobs: {Build: {input: {$.x: 1}}}}", "job Build: input $.x"},
		"no job":      {answers, "{jobs: {Build: [{}]}}", "{jobs: {Build: [{}, {}]}}", "job Build, attempt 2"},
	} {
		file, problems := write(t, fmt.Sprintf("cases:\n  - name: right\n    mocks:\n      %[1]s\n    expect: %s\n  - name: wrong\n    mocks:\n      %[1]s\n    expect: %[3]s\n", test.mocks, test.right, test.wrong))
		require.Empty(t, problems, name)
		outcomes := run(t, file, 2)
		assert.Empty(t, outcomes[0].Annotations(), name)
		var whats []string
		for _, m := range outcomes[1].Mismatches {
			whats = append(whats, m.What)
			assert.Equal(t, len(strings.Split(string(file.Text), "\n"))-1, m.Place.Line, name)
			assert.NotEmpty(t, m.Diff)
		}
		assert.Equal(t, test.what, strings.Join(whats, " "), name)
	}
}

// TestCasesAreDeterministic: also where several run at once.
func TestCasesAreDeterministic(t *testing.T) {
	t.Parallel()
	file, problems := write(t, "cases:\n"+manyCases(40))
	require.Empty(t, problems)
	first := run(t, file, 1)
	second := run(t, file, 8)
	for i := range first {
		assert.Equal(t, first[i].Seen, second[i].Seen)
	}
}

func manyCases(n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "  - name: case %d\n    mocks: {Build: [{error: Busy}, {result: %d}], Ask: {payload: [a, b, c], delay: 1h}}\n    expect: {takes: 1h1m, states: [Build, Ask, Each, ...], payload: {$.output.Build: %[2]d}}\n", i, i%7)
	}
	return text.String()
}

// TestCoverage counts what all cases of a template took.
func TestCoverage(t *testing.T) {
	t.Parallel()
	file, problems := write(t, "mocks: {Ask: {payload: []}}\ncases:\n  - name: a\n  - name: b\n    mocks: {Build: {error: Broken}}\n")
	require.Empty(t, problems)
	coverage := plantesting.Cover(run(t, file, 2))
	require.Len(t, coverage, 1)
	s := coverage[0].Summary
	assert.Equal(t, plantesting.Ratio{Covered: 4, Total: 5}, s.States)
	assert.Equal(t, plantesting.Ratio{Covered: 4, Total: 5}, s.Transitions)
	assert.Equal(t, plantesting.Ratio{Covered: 1, Total: 1}, s.Catchers)
	assert.Equal(t, plantesting.Ratio{Covered: 0, Total: 1}, s.Retriers)
	assert.Equal(t, 75, s.Percent)
	assert.Equal(t, []string{"plan.yaml:1: Build Retry[0] (Busy)", "plan.yaml:5: One End"}, coverage[0].Missing())
}

// BenchmarkCases is how long a thousand cases take that run no jobs.
func BenchmarkCases(b *testing.B) {
	file, problems := write(b, "cases:\n"+manyCases(1000))
	require.Empty(b, problems)
	for b.Loop() {
		for _, o := range run(b, file, 2) {
			require.True(b, o.Passed())
		}
	}
}
