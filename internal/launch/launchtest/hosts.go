package launchtest

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/attini-go/runner/internal/launch"
)

// Host is an EC2 instance.
type Host struct {
	ID      string
	Request launch.HostRequest
	State   string
	// Reason is why it ended.
	Reason string
	// Registered says that it is a container instance, of Runner.
	Registered bool
	Runner     string
	// Hangs says that its ECS agent is not connected, Impaired that EC2's status checks
	// fail.
	Hangs, Impaired bool
	Since           time.Time
	end             time.Time
}

func (h *Host) gone() bool { return h.State != "pending" && h.State != "running" }

// Hosts implements launch.Hosts.
type Hosts struct{ *user }

var _ launch.Hosts = Hosts{}

// Run implements launch.Hosts.
func (h Hosts) Run(_ context.Context, request launch.HostRequest) (string, error) {
	return call(h.user, "Hosts.Run", func() (string, error) {
		for _, host := range h.hosts {
			if host.Request.Token == request.Token {
				if host.Request != request {
					return "", &launch.Refusal{Code: "IdempotentParameterMismatch", Message: "another request has this token"}
				}
				return host.ID, nil
			}
		}
		if h.RefuseHost != nil {
			if err := h.RefuseHost(h.calls["Hosts.Run"], request); err != nil {
				return "", err
			}
		}
		host := &Host{ID: fmt.Sprintf("i-%017d", len(h.hosts)+1), Request: request, State: "pending", Since: time.Now()}
		h.hosts = append(h.hosts, host)
		return host.ID, nil
	})
}

// Host implements launch.Hosts.
func (h Hosts) Host(_ context.Context, id string) (launch.HostStatus, error) {
	return call(h.user, "Hosts.Host", func() (launch.HostStatus, error) {
		host := h.host(id)
		if host == nil || time.Since(host.Since) < h.UnknownTime {
			return launch.HostStatus{}, launch.ErrNoHost
		}
		if host.State == "shutting-down" && !host.end.IsZero() && !time.Now().Before(host.end) {
			host.State = "terminated"
		}
		return launch.HostStatus{State: host.State, Reason: host.Reason}, nil
	})
}

// IsImpaired implements launch.Hosts.
func (h Hosts) IsImpaired(_ context.Context, id string) (bool, error) {
	return call(h.user, "Hosts.IsImpaired", func() (bool, error) {
		host := h.host(id)
		return host != nil && !host.gone() && host.Impaired, nil
	})
}

// Terminate implements launch.Hosts.
func (h Hosts) Terminate(_ context.Context, id string) error {
	return notify(h.user, "Hosts.Terminate", func() error {
		if host := h.host(id); host != nil && !host.gone() {
			host.State, host.end = "shutting-down", time.Now().Add(h.EndTime)
		}
		return nil
	})
}

// Tagged implements launch.Hosts.
func (h Hosts) Tagged(_ context.Context, runner string) ([]launch.TaggedHost, error) {
	return call(h.user, "Hosts.Tagged", func() ([]launch.TaggedHost, error) {
		var found []launch.TaggedHost
		for _, host := range h.hosts {
			if !host.gone() && h.ownerOf(host) == runner {
				found = append(found, launch.TaggedHost{ID: host.ID, Cluster: h.clusterOf(runner), LaunchedAt: host.Since})
			}
		}
		return found, nil
	})
}

// ownerOf is the runner whose launch template a host has. Only under the lock.
func (w *Fake) ownerOf(host *Host) string {
	for name, versions := range w.configurations {
		for _, c := range versions {
			if c.Host != nil && c.Host.LaunchTemplateID == host.Request.LaunchTemplate {
				return name
			}
		}
	}
	return ""
}

// clusterOf is only under the lock.
func (w *Fake) clusterOf(runner string) string {
	if item := w.runners[runner]; item != nil {
		return item.RunnerCluster
	}
	return ""
}

// host is only under the lock.
func (w *Fake) host(id string) *Host {
	at := slices.IndexFunc(w.hosts, func(h *Host) bool { return h.ID == id })
	if at < 0 {
		return nil
	}
	return w.hosts[at]
}

// Hosts are all instances that were ever run, in their order.
func (w *Fake) Hosts() []Host {
	w.mu.Lock()
	defer w.mu.Unlock()
	hosts := make([]Host, len(w.hosts))
	for i, host := range w.hosts {
		hosts[i] = *host
	}
	return hosts
}

// Register has an instance come into its cluster, and returns what the event
// tells. runner is the attribute that its user data gives it.
func (w *Fake) Register(id, runner string) launch.Instance {
	w.mu.Lock()
	defer w.mu.Unlock()
	host := w.host(id)
	host.State, host.Registered, host.Runner = "running", true, runner
	return w.instance(host)
}

// EndHost is an instance's end for a reason of EC2's.
func (w *Fake) EndHost(id, reason string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	host := w.host(id)
	host.State, host.Reason = "terminated", reason
}
