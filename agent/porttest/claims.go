package porttest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/worker"
)

// ClaimsFixture is the empty table of claims of one runner.
type ClaimsFixture struct {
	// Of returns the table as the agent of a task uses it.
	Of func(t testing.TB, task string) worker.Claims
}

// silence is how long agents do not renew in these cases.
const silence = 2 * time.Second

// Claims checks worker.Claims. open returns another runner's table for each case; cases
// run concurrently.
func Claims(t *testing.T, open func(t *testing.T) ClaimsFixture) {
	t.Helper()
	cases := map[string]func(*testing.T, ClaimsFixture){
		"a token is claimed once":                   claimedOnce,
		"an attempt can be repeated":                attemptsRepeat,
		"of many claims one counts":                 oneClaimCounts,
		"a finished claim stays":                    finishedStays,
		"a missing claim can be finished":           finishNothing,
		"unfinished claims are those of others":     unfinishedAreOthers,
		"a claim keeps what it says":                claimsKeep,
		"an agent that does not renew is found":     silentIsFound,
		"an agent that renews is not":               renewedIsNot,
		"many unfinished claims are all found":      manyUnfinished,
		"a call that is cancelled claims nothing":   cancelledClaimsNothing,
		"any agent can finish a claim":              anybodyFinishes,
		"a finished claim is not unfinished":        finishedIsNotUnfinished,
		"a repeated attempt does not undo a finish": repeatedAfterFinish,
	}
	for name, check := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, open(t))
		})
	}
}

func claim(token, attempt string) worker.Claim {
	return worker.Claim{Token: token, Attempt: attempt, StepName: "Step of " + token, ExecutionARN: "arn:execution:" + token, ClaimedAt: time.Now()}
}

func unfinished(t testing.TB, c worker.Claims, silent time.Duration) []string {
	t.Helper()
	claims, err := c.Unfinished(t.Context(), silent)
	require.NoError(t, err)
	tokens := []string{}
	for _, claim := range claims {
		tokens = append(tokens, claim.Token)
	}
	return tokens
}

func claimedOnce(t *testing.T, f ClaimsFixture) {
	a, b := f.Of(t, "A"), f.Of(t, "B")
	require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	assert.ErrorIs(t, a.Claim(t.Context(), claim("token", "2")), worker.ErrClaimed, "by the same agent, too")
	assert.ErrorIs(t, b.Claim(t.Context(), claim("token", "3")), worker.ErrClaimed)
	assert.NoError(t, b.Claim(t.Context(), claim("other", "4")))
}

func attemptsRepeat(t *testing.T, f ClaimsFixture) {
	a := f.Of(t, "A")
	for range 3 {
		require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	}
	assert.ErrorIs(t, a.Claim(t.Context(), claim("token", "2")), worker.ErrClaimed)
}

func oneClaimCounts(t *testing.T, f ClaimsFixture) {
	agents := []worker.Claims{f.Of(t, "A"), f.Of(t, "B")}
	var won atomic.Int32
	var wait sync.WaitGroup
	for i := range 20 {
		wait.Go(func() {
			err := agents[i%2].Claim(t.Context(), claim("token", fmt.Sprint("attempt", i)))
			if err == nil {
				won.Add(1)
				return
			}
			assert.ErrorIs(t, err, worker.ErrClaimed)
		})
	}
	wait.Wait()
	assert.Equal(t, int32(1), won.Load())
}

func finishedStays(t *testing.T, f ClaimsFixture) {
	a, b := f.Of(t, "A"), f.Of(t, "B")
	require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	require.NoError(t, a.Finish(t.Context(), "token"))
	require.NoError(t, a.Finish(t.Context(), "token"), "twice is fine")
	assert.ErrorIs(t, b.Claim(t.Context(), claim("token", "2")), worker.ErrClaimed)
}

func finishNothing(t *testing.T, f ClaimsFixture) {
	a := f.Of(t, "A")
	require.NoError(t, a.Finish(t.Context(), "token"))
	assert.NoError(t, a.Claim(t.Context(), claim("token", "1")), "it is no claim")
}

func unfinishedAreOthers(t *testing.T, f ClaimsFixture) {
	a, b := f.Of(t, "A"), f.Of(t, "B")
	require.NoError(t, a.Claim(t.Context(), claim("of A", "1")))
	require.NoError(t, b.Claim(t.Context(), claim("of B", "2")))
	assert.Equal(t, []string{"of B"}, unfinished(t, a, 0))
	assert.Equal(t, []string{"of A"}, unfinished(t, b, 0))
	assert.ElementsMatch(t, []string{"of A", "of B"}, unfinished(t, f.Of(t, "C"), 0))
}

func claimsKeep(t *testing.T, f ClaimsFixture) {
	made := claim("token 日本 🚀", "1")
	require.NoError(t, f.Of(t, "task A").Claim(t.Context(), made))
	claims, err := f.Of(t, "B").Unfinished(t.Context(), 0)
	require.NoError(t, err)
	require.Len(t, claims, 1)
	got := claims[0]
	assert.Contains(t, got.Task, "task A")
	assert.WithinDuration(t, made.ClaimedAt, got.ClaimedAt, time.Second)
	assert.Equal(t, []string{made.Token, made.StepName, made.ExecutionARN}, []string{got.Token, got.StepName, got.ExecutionARN})
}

func silentIsFound(t *testing.T, f ClaimsFixture) {
	a, b := f.Of(t, "A"), f.Of(t, "B")
	require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	assert.Empty(t, unfinished(t, b, time.Hour))
	assert.Eventually(t, func() bool { return len(unfinished(t, b, silence)) == 1 }, testTimeout, silence/10)
}

func renewedIsNot(t *testing.T, f ClaimsFixture) {
	a, b := f.Of(t, "A"), f.Of(t, "B")
	require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	require.NoError(t, f.Of(t, "D").Claim(t.Context(), claim("of the dead", "2")))
	require.Eventually(t, func() bool { return len(unfinished(t, b, silence)) == 2 }, testTimeout, silence/10)
	assert.Eventually(t, func() bool {
		require.NoError(t, a.Renew(t.Context()))
		found := unfinished(t, b, silence)
		return len(found) == 1 && found[0] == "of the dead"
	}, testTimeout, silence/10)
	assert.Len(t, unfinished(t, b, 0), 2, "it is still unfinished")
}

func manyUnfinished(t *testing.T, f ClaimsFixture) {
	const many = 60
	a := f.Of(t, "A")
	var want []string
	for i := range many {
		token := fmt.Sprint("token", i)
		want = append(want, token)
		require.NoError(t, a.Claim(t.Context(), claim(token, token)))
	}
	assert.ElementsMatch(t, want, unfinished(t, f.Of(t, "B"), 0))
}

func cancelledClaimsNothing(t *testing.T, f ClaimsFixture) {
	a := f.Of(t, "A")
	over, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("cancelled by the test"))
	err := a.Claim(over, claim("token", "1"))
	require.Error(t, err)
	require.NotErrorIs(t, err, worker.ErrClaimed)
	require.Error(t, a.Finish(over, "token"))
	require.Error(t, a.Renew(over))
	_, err = a.Unfinished(over, 0)
	require.Error(t, err)
	assert.NoError(t, a.Claim(t.Context(), claim("token", "2")))
}

func anybodyFinishes(t *testing.T, f ClaimsFixture) {
	b := f.Of(t, "B")
	require.NoError(t, f.Of(t, "A").Claim(t.Context(), claim("token", "1")))
	require.NoError(t, b.Finish(t.Context(), "token"))
	assert.Empty(t, unfinished(t, b, 0))
}

func finishedIsNotUnfinished(t *testing.T, f ClaimsFixture) {
	a := f.Of(t, "A")
	require.NoError(t, a.Claim(t.Context(), claim("done", "1")))
	require.NoError(t, a.Claim(t.Context(), claim("open", "2")))
	require.NoError(t, a.Finish(t.Context(), "done"))
	assert.Equal(t, []string{"open"}, unfinished(t, f.Of(t, "B"), 0))
}

func repeatedAfterFinish(t *testing.T, f ClaimsFixture) {
	a := f.Of(t, "A")
	require.NoError(t, a.Claim(t.Context(), claim("token", "1")))
	require.NoError(t, a.Finish(t.Context(), "token"))
	// A late answer to the first call may have caused this one.
	_ = a.Claim(t.Context(), claim("token", "1"))
	assert.Empty(t, unfinished(t, f.Of(t, "B"), 0))
}
