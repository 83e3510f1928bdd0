package lifecycle

import (
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Settings are the settings of a Lifecycle.
type Settings struct {
	// ArtifactStore is the bucket with the distributions.
	ArtifactStore string
	// AgentVersion is the agent's version in runners' items; "" is left out.
	AgentVersion string
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Lifecycle creates, updates and deletes runners and plans with their stacks. It keeps
// nothing between two calls. All methods may be called concurrently.
type Lifecycle struct {
	settings Settings
	ports    Ports
	logger   *slog.Logger
}

// New returns a Lifecycle. A nil logger discards all log output.
func New(settings Settings, ports Ports, logger *slog.Logger) (*Lifecycle, error) {
	var problems []error
	for _, required := range []struct {
		name    string
		missing bool
	}{
		{"the artifact store", settings.ArtifactStore == ""},
		{"a port", ports.Account == nil || ports.Configurations == nil || ports.Secrets == nil || ports.Runners == nil || ports.Remover == nil ||
			ports.Plans == nil || ports.Starts == nil || ports.Deployments == nil || ports.StateMachines == nil || ports.Stacks == nil},
	} {
		if required.missing {
			problems = append(problems, errors.New(required.name+" is missing"))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return nil, fmt.Errorf("configure the lifecycle: %w", err)
	}
	if settings.Now == nil {
		settings.Now = time.Now
	}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return &Lifecycle{settings: settings, ports: ports, logger: logger}, nil
}
