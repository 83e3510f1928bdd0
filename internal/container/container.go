// Package container runs the scripts of one Runner in a container of Docker or Podman,
// by the engine's command line.
package container

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/attini-go/runner/agent/joblog"
	"github.com/attini-go/runner/agent/process"
)

// Settings describe a container.
type Settings struct {
	// Engine is the path of the program docker or podman.
	Engine string
	// Name is the container's, which no other has, such as Name returns it.
	Name  string
	Image string
	// Directory is mounted at the same path.
	Directory string
	// CPUs and MemoryMiB are limits; 0 is none.
	CPUs      float64
	MemoryMiB int
	// DockerSocket is mounted at the same path; "" is none.
	DockerSocket string
	// Program starts the engine's processes; nil for none.
	Program *process.Program
	// Log gets what the engine says while it starts the container, as whole lines.
	Log func(lines []byte)
}

// Container is a started container. The caller must call Remove.
type Container struct {
	settings Settings
	client   *exec.Cmd
	input    io.Closer
	ended    chan struct{}
	// shell is a path in the container, user the number of its user, owner the numbers
	// of Directory's user and group, as the container sees them.
	shell, user, owner string
}

// mainScript tells the shell, the user and the owner of the directory, and lives until
// its input ends: with the engine's client, and so with this program.
const mainScript = `set -- $(ls -nd -- "$1"); echo "$(command -v bash || command -v sh) $(id -u) $3:$4"; read -r _`

const (
	// commandTimeout bounds what the engine does in a moment.
	commandTimeout = 30 * time.Second
	// lineLimit is where lines of the engine are split, tailLines how many an error has.
	lineLimit = 8 << 10
	tailLines = 5
)

// arguments are those of the engine's run command.
func (s Settings) arguments() []string {
	arguments := []string{
		"run", "--rm", "--interactive", "--name", s.Name, "--network", "bridge",
		"--security-opt", "label=disable", // or SELinux keeps the directory from the container
		"--mount", mount(s.Directory),
	}
	if s.DockerSocket != "" {
		arguments = append(arguments, "--mount", mount(s.DockerSocket))
	}
	if s.CPUs > 0 {
		arguments = append(arguments, "--cpus", strconv.FormatFloat(s.CPUs, 'f', -1, 64))
	}
	if s.MemoryMiB > 0 {
		memory := strconv.Itoa(s.MemoryMiB) + "m"
		arguments = append(arguments, "--memory", memory, "--memory-swap", memory)
	}
	// As on AWS, an image with an entry point cannot run jobs.
	return append(arguments, s.Image, "sh", "-c", mainScript, "sh", s.Directory)
}

func mount(path string) string { return "type=bind,source=" + path + ",target=" + path }

// Start starts a container, after it has pulled the image if it is not there. It gives
// up when ctx ends; later, ctx has no effect.
func Start(ctx context.Context, s Settings) (_ *Container, err error) {
	if strings.ContainsAny(s.Directory, `,"`) {
		return nil, fmt.Errorf("mount %s: the path has a comma or a quote; set TMPDIR to another directory", s.Directory)
	}
	c := &Container{settings: s, client: exec.Command(s.Engine, s.arguments()...), ended: make(chan struct{})}
	// Not in the group that a terminal interrupts: jobs may take their time to end.
	c.client.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	tail := joblog.NewTail(tailLines)
	said := joblog.NewSplitter(lineLimit, joblog.NewMask(nil), func(lines []byte) {
		for line := range strings.Lines(string(lines)) {
			if strings.TrimSpace(line) != "" {
				tail.Add(strings.TrimSuffix(line, "\n"))
			}
		}
		s.Log(lines)
	})
	c.client.Stderr = said
	input, err := c.client.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("start the container: %w", err)
	}
	output, err := c.client.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start the container: %w", err)
	}
	if err := c.client.Start(); err != nil {
		return nil, fmt.Errorf("start the container: %w", err)
	}
	c.input = input
	first := make(chan string, 1)
	var exit error
	go func() {
		defer close(c.ended)
		reader := bufio.NewReader(output)
		line, _ := reader.ReadString('\n') // an unfinished line is none
		first <- line
		_, _ = io.Copy(io.Discard, reader)
		exit = c.client.Wait()
		_ = said.Close() // it never fails
	}()
	select {
	case line := <-first:
		if words := strings.Fields(line); len(words) == 3 {
			c.shell, c.user, c.owner = words[0], words[1], words[2]
			return c, nil
		}
	case <-ctx.Done():
		_ = c.client.Process.Kill() // it may have ended
		c.Remove()
		return nil, context.Cause(ctx)
	}
	c.Remove()
	if exit == nil {
		exit = errors.New("it ended")
	}
	return nil, fmt.Errorf("start a container of the image %s with %s (it needs sh, ls and id, and no ENTRYPOINT): %w\n%s", s.Image, s.Engine, exit, strings.Join(tail.Lines(), "\n"))
}

// Shell is the path of bash in the container, or of sh where there is no bash.
func (c *Container) Shell() string { return c.shell }

// RemoveCommand removes containers, also those that are not there.
func RemoveCommand(engine string, names ...string) []string {
	return append([]string{engine, "rm", "--force", "--volumes"}, names...)
}

// Remove ends all that runs in the container, and removes it.
func (c *Container) Remove() {
	c.giveBack(c.settings.Directory)
	_ = c.input.Close() // its end is the container's
	remove := RemoveCommand(c.settings.Engine, c.settings.Name)
	_ = c.engine(context.Background(), remove[1:]...) // there is none, if it has ended already
	select {
	case <-c.ended:
	case <-time.After(commandTimeout):
		_ = c.client.Process.Kill()
		<-c.ended
	}
}

// engine runs a short command of the engine.
func (c *Container) engine(ctx context.Context, arguments ...string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, c.settings.Engine, arguments...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return command.Run()
}

// giveBack makes files of the container's user those of the owner of the directory, who
// could not remove them otherwise.
func (c *Container) giveBack(path string) {
	owner, _, _ := strings.Cut(c.owner, ":")
	if c.user == "" || c.user == owner {
		return
	}
	_ = c.engine(context.Background(), "exec", "--user", "0", c.settings.Name, "chown", "-R", c.owner, path) // what is left, the removal tells
}
