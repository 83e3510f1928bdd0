package e2e_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/test/apimodel"
	"github.com/attini-go/runner/internal/test/authz"
	"github.com/attini-go/runner/internal/test/fakeaws"
)

// shared is the stand-in that all tests share, since it takes seconds to start.
// Each test has names and access keys of its own in it.
var shared account

type account struct {
	once      sync.Once
	cloud     *fakeaws.Cloud
	authority *authz.Authority
	record    *authz.Record
	requests  apimodel.Requests
	err       error
}

// open opens the stand-in when the first test wants it.
func (a *account) open(t testing.TB) *fakeaws.Cloud {
	t.Helper()
	a.once.Do(func() {
		if a.cloud, a.err = fakeaws.Open(context.Background()); a.err == nil {
			a.err = a.enforce(context.Background())
		}
	})
	require.NoError(t, a.err)
	return a.cloud
}

// tests are all tests, after which the stand-in ends.
type tests struct{ *testing.M }

func (m tests) Run() int {
	// Most of the tests' time is waiting, so more than the processors go at once.
	if err := flag.Set("test.parallel", "5"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.M.Run()
	if shared.record != nil && code == 0 {
		if err := shared.record.Compare("../testdata/requests/agents.jsonl"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		if err := shared.requests.Check(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if programs != "" {
		_ = os.RemoveAll(programs) // it is in the system's directory for what is temporary
	}
	if shared.cloud == nil {
		return code
	}
	if code != 0 {
		fmt.Fprintln(os.Stderr, shared.cloud.Logs())
	}
	if err := shared.cloud.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }
