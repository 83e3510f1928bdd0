package launch_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
	"github.com/attini-go/runner/internal/launch/message"
)

// TestNoHostIsForgotten: hosts that cannot register, on every way out of the state.
func TestNoHostIsForgotten(t *testing.T) {
	t.Parallel()
	toFargate := func(c *configuration.Configuration) { c.Host = nil }
	t.Run("to Fargate while it boots", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			a.launch("t")
			a.pass(100 * time.Second)
			a.Abort("t")
			a.redeploy(toFargate)
			a.launch("again")
			assert.Zero(t, a.living())
			a.started().Work()
			a.succeeded("again")
		})
	})
	t.Run("to Fargate after its task was lost", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			warmHost(a)
			a.StopTask(a.state().Task, "EssentialContainerExited", "killed")
			time.Sleep(time.Hour)
			a.redeploy(toFargate)
			a.launch("again")
			a.started().Work()
			a.pass(20 * time.Minute)
			assert.Zero(t, a.living())
		})
	})
	t.Run("no answer to RunInstances", func(t *testing.T) {
		inAccount(t, onHost(), func(t *testing.T, a *account) {
			l := a.launcher(func(call string, after bool) error {
				if call == "Hosts.Run" && after {
					return errors.New("no answer to ec2:RunInstances: timeout")
				}
				return nil
			})
			require.NoError(t, l.Launch(t.Context(), a.job("t")))
			a.failed("t", "Ec2StartFailedError", "no answer")
			assert.Equal(t, 1, a.living())
			a.pass(40 * time.Minute)
			assert.Zero(t, a.living())
			a.pass(15 * time.Minute)
			a.quiet()
		})
	})
	for name, redeploy := range map[string]bool{"the launcher dies": false, "the launcher dies, another configuration follows": true} {
		t.Run(name, func(t *testing.T) {
			inAccount(t, onHost(), func(t *testing.T, a *account) {
				l := a.launcher(func(call string, _ bool) error {
					if call == "States.RecordHost" {
						panic(errDead)
					}
					return nil
				})
				event := a.job("t")
				require.False(t, invoke(func() error { return l.Launch(t.Context(), event) }))
				if redeploy {
					time.Sleep(65 * time.Second)
					a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
					a.launch("next")
				}
				a.pass(time.Hour)
				assert.Zero(t, a.living())
				assert.True(t, a.Step("t").Closed())
				a.quiet()
			})
		})
	}
	t.Run("many slow subnets", func(t *testing.T) {
		c := onHost()
		c.Network.Subnets = nil
		for i := range 16 {
			c.Network.Subnets = append(c.Network.Subnets, fmt.Sprintf("subnet-0%x", i))
		}
		inAccount(t, c, func(t *testing.T, a *account) {
			began := time.Now()
			a.RefuseHost = func(int, launch.HostRequest) error {
				if time.Since(began) < 100*time.Second {
					return &launch.Refusal{Code: "InsufficientInstanceCapacity", Message: "none"}
				}
				return nil
			}
			slow := func(call string, done bool) error {
				if call == "Hosts.Run" && !done {
					time.Sleep(8 * time.Second)
				}
				return nil
			}
			event, done := a.job("one"), make(chan error, 1)
			go func() { done <- a.launcher(slow).Launch(t.Context(), event) }()
			time.Sleep(65 * time.Second)
			require.NoError(t, a.launcher(slow).Launch(t.Context(), a.job("two")))
			require.NoError(t, <-done)
			assert.Len(t, a.Hosts(), 1)
		})
	})
}

// TestBackAndForth: B is deployed, starts a host, and is rolled back to A. A's waiting
// jobs run.
func TestBackAndForth(t *testing.T) {
	t.Parallel()
	inAccount(t, onHost(), func(t *testing.T, a *account) {
		warmHost(a)
		old, before, id := a.agent(), a.c, a.id
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		a.launch("b")
		time.Sleep(20 * time.Second)
		a.Abort("b")
		a.c, a.id = before, id
		a.Deploy(before)
		a.launch("a1")
		old.Take(1)
		a.launch("a2")
		time.Sleep(30 * time.Second)
		a.registered(a.Register(a.Hosts()[1].ID, a.name()))
		assert.Equal(t, "shutting-down", a.Hosts()[1].State, "no job waits for it")
		old.Succeed("a1")
		old.Work()
		a.succeeded("a1", "a2")
	})
	// On Fargate, B's task alone takes the runner away from A's agent.
	inAccount(t, onFargate(), func(t *testing.T, a *account) {
		a.launch("a1")
		old := a.started()
		old.Take(1)
		a.launch("a2")
		before := a.id
		a.redeploy(func(c *configuration.Configuration) { c.Runner.IdleTimeToLive = 60 })
		require.NoError(t, a.launcher(nil).Prewarm(t.Context(), []message.PrewarmTarget{{Runner: a.name(), Configuration: a.id}}))
		a.started()
		old.Succeed("a1")
		a.stopped(old.Exit())
		a.pass(5 * time.Minute)
		require.Equal(t, before, a.state().Configuration)
		a.started().Work()
		a.succeeded("a1", "a2")
	})
}
