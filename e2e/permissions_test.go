package e2e_test

import (
	"encoding/json"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// permissions hold what all agents of all tests have called against the policy
// that the documentation names: it must permit that, and nothing else.
var permissions allowed

type allowed struct {
	mutex sync.Mutex
	// called are the policy's actions, and whether an agent has called them.
	called map[string]bool
}

func (a *allowed) read(t testing.TB) {
	t.Helper()
	if a.called != nil {
		return
	}
	text, err := os.ReadFile("../docs/policies/attini-runner-basic-execution-policy.json")
	require.NoError(t, err)
	var policy struct{ Statement []struct{ Action any } }
	require.NoError(t, json.Unmarshal(text, &policy))
	a.called = map[string]bool{}
	for _, statement := range policy.Statement {
		actions, several := statement.Action.([]any)
		if !several {
			actions = []any{statement.Action}
		}
		for _, action := range actions {
			name, _ := action.(string)
			a.called[name] = false
		}
	}
}

// check notes what an agent has called.
func (a *allowed) check(t testing.TB, actions []string) {
	t.Helper()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.read(t)
	for _, action := range actions {
		_, permitted := a.called[action]
		assert.True(t, permitted, "the agent calls %s, which its policy does not permit", action)
		a.called[action] = true
	}
}

// unused are the actions that the policy permits, and that no agent has called.
func (a *allowed) unused() (names []string) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for action, called := range a.called {
		if !called {
			names = append(names, action)
		}
	}
	slices.Sort(names)
	return names
}
