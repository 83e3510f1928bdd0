package main

import (
	"cmp"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/container"
	"github.com/attini-go/runner/internal/localrun"
	"github.com/attini-go/runner/transform"
)

// containerFlags have the jobs run in containers.
type containerFlags struct {
	Container    bool              `help:"Run the jobs in their Runner's image, with Docker or Podman: one container for each Runner, with its CPU and memory."`
	Engine       string            `help:"The container engine. Default: docker, or podman where there is no docker." placeholder:"PATH"`
	Image        map[string]string `help:"The image of a Runner, in place of the template's. Repeatable." placeholder:"RUNNER=IMAGE"`
	ContainerEnv []string          `help:"Hand on this variable of yours to the jobs in containers, such as AWS_PROFILE. Repeatable." placeholder:"NAME"`
}

// containers finds the engine; nil without --container.
func (f containerFlags) containers() (*localrun.Containers, error) {
	if !f.Container {
		if f.Engine != "" || len(f.Image) > 0 || len(f.ContainerEnv) > 0 {
			return nil, errors.New("--engine, --image and --container-env need --container")
		}
		return nil, nil
	}
	engine, err := exec.LookPath(cmp.Or(f.Engine, "docker"))
	if err != nil && f.Engine == "" {
		engine, err = exec.LookPath("podman")
	}
	if err != nil {
		return nil, fmt.Errorf("--container needs Docker or Podman: %w", err)
	}
	return &localrun.Containers{Engine: engine, Images: f.Image}, nil
}

// environment is what the jobs inherit: of this program's in a container, only what is
// asked for.
func (f containerFlags) environment(all []string) []string {
	if !f.Container {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		return !slices.Contains(f.ContainerEnv, name)
	})
}

// checkContainers refuses a run whose jobs would have no image. Without containers, it
// says whose programs the jobs use.
func checkContainers(s streams, deployment *localrun.Deployment, chosen *localrun.Containers, contents *transform.Contents) error {
	if chosen != nil {
		if problems := deployment.CheckContainers(*chosen); len(problems) > 0 {
			return usageError{errors.New("--container: " + strings.Join(problems, "\n  "))}
		}
		return nil
	}
	for _, runner := range contents.Runners {
		if image := runner.Image.Literal; image != "" {
			fmt.Fprintf(s.stderr, "Jobs of Runner %s use this machine's programs in place of those in its image %s.\n", runner.Name, image)
		}
	}
	return nil
}

// removeContainers is the command that removes what a killed run leaves; nil for nothing.
func removeContainers(deployment *localrun.Deployment, options localrun.Options) []string {
	names := deployment.ContainerNames(options.Directory)
	if options.Containers == nil || len(names) == 0 {
		return nil
	}
	return container.RemoveCommand(options.Containers.Engine, names...)
}
