package plantesting_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/plantesting"
)

// TestUpdate: what is written is what was seen, and everything else stays as it was.
func TestUpdate(t *testing.T) {
	t.Parallel()
	const mocks = "    mocks: {Ask: {payload: [a]}}   # as it is\n"
	for name, test := range map[string]struct{ before, after string }{
		"nothing to do": {
			"cases:\n  - name: a\n" + mocks + "    expect: {states: [..., Each, ...]}\n",
			"cases:\n  - name: a\n" + mocks + "    expect: {states: [..., Each, ...]}\n",
		},
		"no expectation": {
			"cases:\n  - name: a\n" + mocks + "\n  # the next\n  - name: b\n    mocks: {Ask: {error: E}}",
			"cases:\n  - name: a\n" + mocks + "    expect:\n      states:\n        - Build\n        - Ask\n        - Each\n        - Each[0].One\n" +
				"\n  # the next\n  - name: b\n    mocks: {Ask: {error: E}}\n    expect:\n      status: FAILED\n      error: E\n      states:\n        - Build\n        - Ask\n",
		},
		"comments of a list": {
			"cases:\n- name: a\n  expect:\n    states: # all\n    - Build # one\n    # not this\n    - Mend\n\n    # that\n    - Each # two\n    - ...\n    takes: 0 # no wait\n  mocks: {Ask: {payload: [a]}}\n",
			"cases:\n- name: a\n  expect:\n    states: # all\n    - Build # one\n    - Ask\n    # that\n    - Each # two\n    - ...\n    takes: 0 # no wait\n  mocks: {Ask: {payload: [a]}}\n",
		},
		"success and failure": {
			"cases:\n  - name: a\n    expect:\n      error: E # no\n      cause: x\n      never: [One]\n" + mocks + "  - name: b\n    expect: # what\n      # ends\n      status: SUCCEEDED # well\n    mocks: {Ask: {error: E, cause: no}}\n",
			"cases:\n  - name: a\n    expect:\n      status: SUCCEEDED\n" + mocks + "  - name: b\n    expect: # what\n      # ends\n      status: FAILED # well\n      error: E\n    mocks: {Ask: {error: E, cause: no}}\n",
		},
		"values": {
			"cases:\n  - name: a\n" + mocks + "    expect:\n      payload:\n        $.asked: 1 # the answer\n        $.nothing: 2\n\n      attempts:\n        Build: 2 # tries\n      caught: {Build: Broken}\n      absent:\n        - $.asked # gone\n        - $.none # stays\n",
			"cases:\n  - name: a\n" + mocks + "    expect:\n      payload:\n        $.asked: {list: [a]} # the answer\n\n      attempts:\n        Build: 1 # tries\n      caught: {}\n      absent:\n        - $.none # stays\n",
		},
		"jobs": {
			"cases:\n  - name: a\n" + mocks + "    expect:\n      jobs:\n        Build: # the job\n          commands:\n            - make # first\n            - false\n          environment: {STAGE: prod, X: y}\n          runner: S\n",
			"cases:\n  - name: a\n" + mocks + "    expect:\n      jobs:\n        Build: # the job\n          commands:\n            - make # first\n            - make install\n          environment: {STAGE: dev}\n          runner: R\n",
		},
		"jobs that did not start": {
			"cases:\n  - name: a\n" + mocks + "    expect:\n      jobs:\n        Build:\n          - runner: R # one\n          - runner: R\n          - runner: R\n  - name: b\n" + mocks + "    expect:\n      takes: 0\n      jobs:\n        Mend: {}\n",
			"cases:\n  - name: a\n" + mocks + "    expect:\n      jobs:\n        Build:\n          - runner: R # one\n  - name: b\n" + mocks + "    expect:\n      takes: 0\n",
		},
		"nothing is left": {
			"cases:\n  - name: a # one\n    expect:\n      never: [One]\n" + mocks + "  # two\n  - name: b\n" + mocks,
			"cases:\n  - name: a # one\n    mocks: {Ask: {payload: [a]}} # as it is\n  # two\n  - name: b\n" + mocks + "    expect:\n      states:\n        - Build\n        - Ask\n        - Each\n        - Each[0].One\n",
		},
		"a case in one line": {
			"cases:\n  - {name: a, mocks: {Ask: {payload: []}}, expect: {states: [Build]}} # end\n  - {name: b, mocks: {Ask: {payload: []}}}\n",
			"cases:\n  - name: a # end\n    mocks: {Ask: {payload: []}}\n    expect: {states: [Build, Ask, Each]}\n  - name: b\n    mocks: {Ask: {payload: []}}\n    expect:\n      states:\n        - Build\n        - Ask\n        - Each\n",
		},
		"Windows' lines": {
			"cases:\r\n  - name: ü\r\n    mocks: {Ask: {payload: []}}\r\n    expect:\r\n      takes: 5\r\n      caught: {}\r\n",
			"cases:\r\n  - name: ü\r\n    mocks: {Ask: {payload: []}}\r\n    expect:\r\n      takes: 0s\r\n      caught: {}\r\n",
		},
	} {
		file, problems := write(t, test.before)
		require.Empty(t, problems, name)
		text, changed, err := plantesting.Update(file, run(t, file, 1))
		require.NoError(t, err, name)
		assert.Equal(t, test.after, string(text), name)
		assert.Equal(t, test.before != test.after, changed > 0, name)

		again, problems := write(t, string(text))
		require.Empty(t, problems, name)
		for _, o := range run(t, again, 1) {
			assert.Empty(t, o.Annotations(), name)
		}
	}
}

// TestUpdateKeepsOthers: a case that has mistakes, or does not run, is not touched.
func TestUpdateKeepsOthers(t *testing.T) {
	t.Parallel()
	text := "cases:\n  - name: a\n    expect: {never: [Nobody]}\n  - name: b\n    expect: {takes: 9}\n"
	file, problems := write(t, text)
	require.Empty(t, problems)
	outcomes := run(t, file, 1)
	updated, changed, err := plantesting.Update(file, outcomes[:1])
	require.NoError(t, err)
	assert.Zero(t, changed)
	assert.Equal(t, text, string(updated))
	assert.Equal(t, 4, strings.Count(text, "\n")-1)
}
