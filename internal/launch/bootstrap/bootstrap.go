// Package bootstrap is the command of a runner's container: a shell script that
// finds the agent in the image, or downloads and verifies it, and becomes it.
package bootstrap

import (
	"cmp"
	_ "embed"
	"strconv"
	"strings"
	"time"
)

// Agent says which agent the container shall run.
type Agent struct {
	// Token is the task token of the step that fails if the agent cannot start. The
	// launcher leaves it empty: every agent of a start gets the same command.
	Token string
	// Version is the lowest version that the launcher works with.
	Version string
	// Downloads are the agent's addresses, one for each kind of machine.
	Downloads []Download
}

// Download is the agent for one kind of machine.
type Download struct {
	// Machine is the output of uname -m: x86_64 or aarch64.
	Machine string
	URL     string
	// SHA256 is the file's SHA-256 in hexadecimal digits.
	SHA256 string
}

// Shell starts the agent by a POSIX shell. It uses the agent in the image if that is new
// enough, or if there is none to download. Otherwise it downloads the agent by curl or
// wget, and runs it only if it has the right SHA-256. The agent replaces the shell. A
// container that does not become an agent ends with an exit code that ExitReason
// explains, and writes the reason to standard error. It also fails the step of a token,
// if the image has the AWS CLI.
//
// Everything that varies is an argument, and never part of the script's text. A field
// that is 0 has its default.
type Shell struct {
	// Tries is how often a download is tried, 4 times by default. The pause after try
	// n is n seconds.
	Tries int
	// Stall is how long a download may receive nothing, 20 s by default. It also limits
	// curl's time to connect. It is rounded up to whole seconds.
	Stall time.Duration
	// Timeout is how long all tries together may take, 2 minutes by default: well
	// within the 300 s for which a step waits for its first heartbeat. It is rounded up
	// to whole seconds.
	Timeout time.Duration
}

// Defaults of Shell.
const (
	defaultTries   = 4
	defaultStall   = 20 * time.Second
	defaultTimeout = 2 * time.Minute
)

//go:embed bootstrap.sh
var script string

// Command returns the container's whole command: a program and its arguments.
func (s Shell) Command(agent Agent) []string {
	command := []string{
		"/bin/sh", "-c", compact(script), "attini-bootstrap", agent.Token, agent.Version,
		strconv.Itoa(cmp.Or(s.Tries, defaultTries)), wholeSeconds(cmp.Or(s.Stall, defaultStall)), wholeSeconds(cmp.Or(s.Timeout, defaultTimeout)),
	}
	for _, download := range agent.Downloads {
		command = append(command, download.Machine, download.URL, download.SHA256)
	}
	return command
}

// compact removes comments and indentation: ECS limits the size of a command.
func compact(script string) string {
	var short strings.Builder
	short.Grow(len(script))
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			short.WriteString(line)
			short.WriteByte('\n')
		}
	}
	return short.String()
}

func wholeSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// ExitReason explains the exit code of a container that did not become an agent. It is
// "" for a code that is not Shell's.
func ExitReason(code int) string {
	switch code {
	case 65:
		return "the downloaded agent has the wrong SHA-256"
	case 69:
		return "the image has no agent that is new enough, and the download failed"
	case 70:
		return "the downloaded agent does not work in the image"
	case 71:
		return "the image has no agent that is new enough, and the launcher has none for this kind of machine"
	case 72:
		return "the image has no agent that is new enough, and lacks a tool to download or verify one: " +
			"it needs curl or wget, sha256sum, shasum or openssl, and uname, mktemp, chmod, sleep and rm"
	case 73:
		return "the image has no agent that is new enough, and no directory to download one to and run it from"
	}
	return ""
}
