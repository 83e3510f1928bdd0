package localrun

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/attini-go/runner/agent/process"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/container"
	"github.com/attini-go/runner/schema"
)

// Containers say how jobs run in containers.
type Containers struct {
	// Engine is the path of docker or podman.
	Engine string
	// Images are those of Runners, by logical id, in place of the template's.
	Images map[string]string
}

// containerOf is what the template says of the container of a Runner's jobs.
type containerOf struct {
	// image is "" if only a deployment knows it.
	image string
	// ownTask means that a task definition of the user's says more.
	ownTask, onHost bool
}

// dockerSocket is in the containers of EC2 hosts.
const dockerSocket = "/var/run/docker.sock"

// readContainer reads what becomes of a Runner's properties in its task definition.
func readContainer(evaluator *cfn.Evaluator, name string, original *cfn.Node) containerOf {
	properties := original.At("Resources", name, "Properties")
	given := func(key string) bool { return properties.Has(key) && !cfn.IsNoValue(properties.Get(key)) }
	c := containerOf{ownTask: given("TaskDefinitionArn"), onHost: given("Ec2Configuration")}
	switch {
	case given("Image"):
		value, unknown := evaluator.Evaluate(properties.Get("Image"), cfn.NewPath("Resources", name, "Properties", "Image"))
		if !unknown.HasErrors() && value.IsScalar() {
			c.image = value.Text
		}
	case !c.ownTask:
		c.image = schema.DefaultImage
	}
	return c
}

// CheckContainers returns what keeps the jobs of Runners from containers: Runners that
// have no image here, and images of unknown Runners.
func (d *Deployment) CheckContainers(o Containers) []string {
	var problems []string
	known := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(d.runners)) {
		runner := d.runners[name].Name
		known[runner] = true
		if d.containers[runner].image == "" && o.Images[runner] == "" {
			problems = append(problems, fmt.Sprintf("only a deployment knows the image of Runner %s; give it with --image %s=IMAGE", runner, runner))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Images)) {
		if !known[name] {
			problems = append(problems, fmt.Sprintf("--image %s: the template has no Runner %s", name, name))
		}
	}
	return problems
}

// ContainerNames are the names of all containers that a run with this directory may have.
func (d *Deployment) ContainerNames(directory string) []string {
	var names []string
	for _, runner := range d.runners {
		names = append(names, containerName(directory, runner))
	}
	slices.Sort(names)
	return names
}

func containerName(directory string, runner *schema.Runner) string {
	return filepath.Base(directory) + "-" + runner.Name
}

// startContainer starts the container of a Runner's jobs with the task's CPU and memory.
func (f *agentPool) startContainer(ctx context.Context, runner *schema.Runner, directory string) (*container.Container, error) {
	of, chosen := f.deployment.containers[runner.Name], f.options.Containers
	settings := container.Settings{
		Engine: chosen.Engine, Name: containerName(f.directory, runner), Directory: directory, Program: f.options.Program,
		Image: cmp.Or(chosen.Images[runner.Name], of.image),
		Log: func(lines []byte) {
			log := runnerLog{f.log, runner.Name}.Open(nil)
			log.Write(time.Now(), lines)
		},
	}
	cpu, memory := f.deployment.size(runner.Name)
	// An engine refuses more processors than there are.
	settings.CPUs, settings.MemoryMiB = min(float64(cpu)/1024, float64(runtime.NumCPU())), memory
	if _, err := os.Stat(dockerSocket); of.onHost && err == nil {
		settings.DockerSocket = dockerSocket
	}
	return container.Start(ctx, settings)
}

// inContainer has a worker's scripts started in a container.
func inContainer(config worker.Config, c *container.Container) worker.Config {
	config.Shell = cmp.Or(config.Shell, c.Shell())
	config.Start = func(command process.Command, service bool) (worker.Tree, error) { return c.Start(command, service) }
	return config
}
