package authz

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/iam"
)

// TestRecording: what another run has otherwise is not in a recording, and a file
// is read as it was written.
func TestRecording(t *testing.T) {
	t.Parallel()
	r := NewRecord()
	for _, stack := range []string{"s0123456789", "sabcdefabcd"} {
		r.add("arn:aws:iam::111122223333:role/attini-runner-LauncherRole-0123456789AB1", iam.Request{
			Action: "sqs:SendMessage", Resource: "arn:aws:sqs:eu-west-1:111122223333:" + stack + "-AttiniRunnerQueueBuild.fifo",
			Context: iam.Context{"k": {"v1-30ef7cb3-3c3f-4d1b-9d0c-1d5c3f1f0b5a", stack}},
		}, true)
	}
	r.add("arn:other", iam.Request{Action: "sqs:SendMessage", Resource: "*"}, false)
	file := filepath.Join(t.TempDir(), "requests.jsonl")
	require.NoError(t, r.Recording().Write(file))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, `{"Role":"arn:aws:iam::111122223333:role/attini-runner-LauncherRole-x","Action":"sqs:SendMessage",`+
		`"Resource":"arn:aws:sqs:eu-west-1:111122223333:sx-AttiniRunnerQueueBuild.fifo","Context":{"k":["v1-x","sx"]}}`+"\n", string(text))
	read, err := ReadRecording(file)
	require.NoError(t, err)
	assert.Equal(t, r.Recording(), read)
}

// TestWithout: a recording tells which actions another does not have, whatever they
// are about.
func TestWithout(t *testing.T) {
	t.Parallel()
	a, b := Recording{}, Recording{}
	for _, asked := range []Asked{{Role: "r", Action: "a:A", Resource: "x"}, {Role: "r", Action: "a:B", Resource: "x"}} {
		a.add(asked)
	}
	b.add(Asked{Role: "r", Action: "a:A", Resource: "y"})
	b.add(Asked{Role: "s", Action: "a:B", Resource: "x"})
	assert.Equal(t, []string{"r a:B"}, a.without(b))
	assert.Equal(t, []string{"s a:B"}, b.without(a))
	assert.Empty(t, a.without(a))
}
