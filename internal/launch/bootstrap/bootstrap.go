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

// Shell starts the agent of a container by a POSIX shell. It uses the agent in the image if
// that is new enough or there is none to download, and else downloads one by
// curl or wget, which it runs only if it has the SHA-256. The agent takes the
// shell's place. A container that does not become an agent ends with an exit
// code that BootstrapFailure explains, and with the reason on standard error;
// the step of a token is told where the image has the AWS CLI.
//
// Everything that varies is an argument; none of it becomes a part of the
// script's text. A field that is 0 has its default.
type Shell struct {
	// Tries is how often a download is begun at most, 4 by default. The pause
	// between two is as many seconds as tries were made.
	Tries int
	// Stall is how long a download may stand still, 20 s by default; curl gives
	// up the connection after that time, too. It is rounded up to whole seconds.
	Stall time.Duration
	// Timeout is how long all tries together may take, 2 minutes by default:
	// well within the 300 s for which a step waits for its first heartbeat. It
	// is rounded up to whole seconds.
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

// compact leaves out what only people read: ECS limits a command's size.
func compact(script string) string {
	var short strings.Builder
	for line := range strings.Lines(script) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			short.WriteString(line + "\n")
		}
	}
	return short.String()
}

func wholeSeconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}

// BootstrapFailure explains the exit code of a container that did not become an
// agent; it is "" for codes that are not Shell's.
func ExitReason(code int) string {
	switch code {
	case 65:
		return "the downloaded agent has not the SHA-256 that it should have"
	case 69:
		return "no agent is in the image that is new enough, and it could not be downloaded"
	case 70:
		return "the downloaded agent does not work in the image"
	case 71:
		return "no agent is in the image that is new enough, and there is none to download for this kind of machine"
	case 72:
		return "no agent is in the image that is new enough, and a tool is missing in the image to download or verify one: " +
			"it takes curl or wget, sha256sum, shasum or openssl, and uname, mktemp, chmod, sleep and rm"
	case 73:
		return "no agent is in the image that is new enough, and there is no directory to download it to and run it from"
	}
	return ""
}
