package main

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/transform"
)

// FuzzInvoke: whatever comes, the macro answers as CloudFormation wants it, and
// no panic of its own is behind the answer.
func FuzzInvoke(f *testing.F) {
	events, err := filepath.Glob("../../testdata/events/*.json")
	require.NoError(f, err)
	for _, path := range events {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(text)
	}
	templates, err := filepath.Glob("../../transform/testdata/*/template.yaml")
	require.NoError(f, err)
	for _, path := range templates {
		text, err := os.ReadFile(path)
		require.NoError(f, err)
		template, problems := cfn.Read(text)
		require.NoError(f, problems.Err())
		fragment, err := template.MarshalJSON()
		require.NoError(f, err)
		f.Add(fmt.Appendf(nil, `{"requestId":"id","region":"eu-west-1","accountId":"111122223333","params":{},"templateParameterValues":{},"fragment":%s}`, fragment))
	}
	text, err := os.ReadFile("../../transform/testdata/facts.json")
	require.NoError(f, err)
	var facts transform.Facts
	require.NoError(f, json.Unmarshal(text, &facts))
	h := handler{logger: slog.New(slog.DiscardHandler), account: facts.Account()}

	f.Fuzz(func(t *testing.T, payload []byte) {
		answer, err := h.Invoke(t.Context(), payload)
		require.NoError(t, err)
		var got struct {
			RequestID    string          `json:"requestId"`
			Status       string          `json:"status"`
			Fragment     json.RawMessage `json:"fragment"`
			ErrorMessage string          `json:"errorMessage"`
		}
		require.NoError(t, json.Unmarshal(answer, &got))
		if got.Status == statusSuccess {
			assert.NotEmpty(t, got.Fragment)
			assert.Empty(t, got.ErrorMessage)
			return
		}
		assert.Equal(t, statusFailure, got.Status)
		assert.Empty(t, got.Fragment)
		assert.NotEmpty(t, got.ErrorMessage)
		assert.NotContains(t, got.ErrorMessage, "internal error")
		assert.LessOrEqual(t, utf8.RuneCountInString(got.ErrorMessage), 2*maxMessage)
	})
}
