package launchtest

import (
	"context"
	"slices"
	"time"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/configuration"
)

// Configurations implements configuration.Store.
type Configurations struct{ *user }

var _ configuration.Store = Configurations{}

// PutConfiguration implements configuration.Store.
func (c Configurations) PutConfiguration(_ context.Context, version configuration.Configuration) error {
	id, err := version.ID()
	if err != nil {
		return err
	}
	return notify(c.user, "Configurations.PutConfiguration", func() error {
		name := version.ResourceName()
		if c.configurations[name] == nil {
			c.configurations[name] = map[string]configuration.Configuration{}
		}
		c.configurations[name][id], c.current[name] = version, id
		return nil
	})
}

// GetConfiguration implements configuration.Store.
func (c Configurations) GetConfiguration(_ context.Context, runner, id string) (configuration.Configuration, error) {
	return call(c.user, "Configurations.GetConfiguration", func() (configuration.Configuration, error) {
		found, there := c.configurations[runner][id]
		if !there {
			return configuration.Configuration{}, configuration.ErrNotFound
		}
		return found, nil
	})
}

// DeleteConfigurations implements configuration.Store.
func (c Configurations) DeleteConfigurations(_ context.Context, runner string) error {
	return notify(c.user, "Configurations.DeleteConfigurations", func() error {
		delete(c.configurations, runner)
		delete(c.current, runner)
		delete(c.secrets, runner)
		return nil
	})
}

// Admissions implements launch.Admissions.
type Admissions struct{ *user }

var _ launch.Admissions = Admissions{}

// Admission implements launch.Admissions.
func (a Admissions) Admission(_ context.Context, job launch.AdmissionKeys) (launch.Admission, error) {
	return call(a.user, "Admissions.Admission", func() (launch.Admission, error) {
		found := launch.Admission{Secret: a.secrets[job.Runner], Stack: a.plans[job.StateMachine], Deployment: a.deployments[job.Deployment]}
		if item := a.runners[job.Runner]; item != nil && !item.closed {
			found.State = item.State
		}
		var kept bool
		if found.Configuration, kept = a.configurations[job.Runner][job.Configuration]; !kept && job.Configuration != "" {
			return launch.Admission{}, configuration.ErrNotFound
		}
		return found, nil
	})
}

// Claims implements launch.Claims.
type Claims struct{ *user }

var _ launch.Claims = Claims{}

// Claims implements launch.Claims.
func (c Claims) Claims(_ context.Context, runner, task string) ([]launch.Claim, error) {
	return call(c.user, "Claims.Claims", func() ([]launch.Claim, error) {
		var found []launch.Claim
		for _, claim := range c.claims[runner] {
			if task == "" || claim.Task == task {
				found = append(found, c.sealed(*claim))
			}
		}
		return found, nil
	})
}

// sealed is a claim as the agent of its task writes it.
func (w *Fake) sealed(claim launch.Claim) launch.Claim {
	for _, task := range w.tasks {
		if task.ARN != claim.Task || claim.Finished {
			continue
		}
		for _, container := range task.Request.Overrides.Containers {
			i := slices.IndexFunc(container.Environment, func(v launch.Variable) bool { return v.Name == protocol.EnvTokenKey })
			if i < 0 {
				continue
			}
			token, err := protocol.SealToken(container.Environment[i].Value, claim.Task, claim.Token)
			if err != nil {
				panic(err) // the launcher's mistake
			}
			claim.Token = token
		}
	}
	return claim
}

// Renewed implements launch.Claims.
func (c Claims) Renewed(_ context.Context, _, task string) (time.Time, error) {
	return call(c.user, "Claims.Renewed", func() (time.Time, error) { return c.renewed[task], nil })
}

// Finish implements launch.Claims.
func (c Claims) Finish(_ context.Context, runner string, claim launch.Claim) error {
	return notify(c.user, "Claims.Finish", func() error {
		c.finish(runner, claim.Name)
		return nil
	})
}

// finish is only under the lock.
func (w *Fake) finish(runner, name string) {
	for _, claim := range w.claims[runner] {
		if claim.Name == name {
			claim.Finished, claim.Token = true, ""
		}
	}
}

// Claim is a claim that an agent writes.
func (w *Fake) Claim(runner string, claim launch.Claim) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.claims[runner] = append(w.claims[runner], &claim)
}
