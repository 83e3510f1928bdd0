package system_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// tests are all tests, after which the account is closed.
type tests struct{ *testing.M }

func (m tests) Run() int {
	// Most of the tests' time is waiting, so more than the processors go at once.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.M.Run()
	if shared.record != nil && code == 0 {
		if err := shared.record.Compare("../../testdata/requests/system.jsonl"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
		if err := shared.requests.Check(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	if err := shared.close(code != 0); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }
