package launch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// withSecret has the account's runner have a secret, and returns how its steps name
// their configuration.
func (a *account) withSecret() (sent func(event map[string]any)) {
	secret := configuration.NewSecret(deployed())
	a.SetSecret(a.name(), secret)
	return func(event map[string]any) {
		event["RunnerConfig"] = map[string]any{"Runner": a.c.RunnerName, "ConfigurationId": secret.WithCapability(a.id)}
	}
}

// TestStolenClaim: other runners' jobs can read and write the claims of a runner. They
// find no token by which its steps can be answered, and cannot have the launcher fail a
// step whose job runs: the token does not open in the claim of a task that has ended.
func TestStolenClaim(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		own := a.withSecret()
		require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", own)))
		agent := a.started()
		require.Equal(t, []string{"t"}, agent.Take(1))
		ports := a.Ports(nil)
		stolen, err := ports.Claims.Claims(t.Context(), a.name(), "")
		require.NoError(t, err)
		require.Len(t, stolen, 1)
		assert.True(t, protocol.IsSealedToken(stolen[0].Token))
		require.Error(t, ports.Steps.Fail(t.Context(), stolen[0].Token, message.Failure{Name: "stolen"}))

		forged := agent.Exit()
		forged.ARN += "f"
		claim := stolen[0]
		claim.Name, claim.Task = "forged", forged.ARN
		a.Claim(a.name(), claim)
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), forged))
		assert.Zero(t, a.Step("t").Answers)
	})
}

// TestSealedClaimOfAStoppedTask: the launcher opens the token of a job that its task did
// not end. Without the runner's secret the step fails by its missing heartbeats.
func TestSealedClaimOfAStoppedTask(t *testing.T) {
	t.Parallel()
	for name, gone := range map[string]bool{"the secret is there": false, "the secret is gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inAccount(t, onFargate(), func(t *testing.T, a *account) {
				require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("t", a.withSecret())))
				agent := a.started()
				require.Equal(t, []string{"t"}, agent.Take(1))
				time.Sleep(time.Minute)
				if gone {
					a.SetSecret(a.name(), configuration.Secret{})
				}
				require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), agent.Exit()))
				claims, err := a.Ports(nil).Claims.Claims(t.Context(), a.name(), "")
				require.NoError(t, err)
				require.Len(t, claims, 1)
				assert.True(t, claims[0].Finished)
				if gone {
					assert.Zero(t, a.Step("t").Answers)
					return
				}
				a.failed("t", protocol.ErrorRuntime, "the runner's task stopped while the job ran")
			})
		})
	}
}

// TestRunnerOfBefore: a task that was started before the runner had a secret goes on with
// jobs of plans of before and after. Its claims have their tokens as they are, and the
// launcher answers by them.
func TestRunnerOfBefore(t *testing.T) {
	t.Parallel()
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("before")
		agent := a.started()
		require.Equal(t, []string{"before"}, agent.Take(1))
		after := a.withSecret()
		require.NoError(t, a.launcher(nil).Launch(t.Context(), a.job("after", after)))
		require.Len(t, a.Tasks(), 1, "the task takes jobs of the new plan, too")
		require.Equal(t, []string{"after"}, agent.Take(1))
		claims, err := a.Ports(nil).Claims.Claims(t.Context(), a.name(), "")
		require.NoError(t, err)
		require.Len(t, claims, 2)
		for _, claim := range claims {
			assert.False(t, protocol.IsSealedToken(claim.Token))
		}
		time.Sleep(time.Minute)
		require.NoError(t, a.launcher(nil).TaskStopped(t.Context(), agent.Exit()))
		for _, step := range []string{"before", "after"} {
			a.failed(step, protocol.ErrorRuntime, "the runner's task stopped while the job ran")
		}
	})
}
