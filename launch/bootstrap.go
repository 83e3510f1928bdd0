package launch

import (
	_ "embed"
)

// Bootstrap is the container's command. It finds the agent in the image, or
// gets it, and becomes it.
type Bootstrap interface {
	// Command is the whole command, as ECS takes it: a program and its
	// arguments.
	Command(agent Agent) []string
}

// Agent is which agent a container is to become.
type Agent struct {
	// Token is the task token that the agent fails when it cannot start. The
	// launcher leaves it empty: see docs/decisions on the launcher.
	Token string
	// Version is the least that the launcher works with.
	Version string
	// Downloads are where to get it, one for each kind of machine.
	Downloads []Download
}

// Download is an agent for a kind of machine.
type Download struct {
	// Machine is what uname -m says: x86_64 or aarch64.
	Machine string
	URL     string
	// SHA256 is the file's, in hexadecimal digits.
	SHA256 string
}

// Shell is the Bootstrap by a POSIX shell. Everything that varies is an
// argument; none of it becomes a part of the script's text.
type Shell struct{}

var _ Bootstrap = Shell{}

//go:embed bootstrap.sh
var bootstrapScript string

// Command implements Bootstrap.
func (Shell) Command(agent Agent) []string {
	command := []string{"/bin/sh", "-c", bootstrapScript, "attini-bootstrap", agent.Token, agent.Version}
	for _, download := range agent.Downloads {
		command = append(command, download.Machine, download.URL, download.SHA256)
	}
	return command
}
