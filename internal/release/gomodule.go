package release

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/Masterminds/semver/v3"
)

// The project's modules. In a checkout, the first takes the second from its folder,
// which `go install` refuses in a module that it downloads.
const (
	rootModule  = "github.com/attini-go/runner"
	agentModule = rootModule + "/agent"
)

// maxMinor is the highest minor version that a Go module's version has room for.
const maxMinor = 99

// GoVersion is the version of a release's Go modules. Go wants a new import path for each
// major version from 2 on, and promises for the packages that the project does not make:
// the release 2.1.0 is v0.201.0.
func GoVersion(version string) (string, error) {
	if err := checkVersion(version); err != nil {
		return "", err
	}
	read, err := semver.StrictNewVersion(version)
	if err != nil {
		return "", err
	}
	if read.Minor() > maxMinor {
		return "", fmt.Errorf("version %s: a Go module has room for minor versions up to %d", version, maxMinor)
	}
	text := fmt.Sprintf("v0.%d.%d", read.Major()*(maxMinor+1)+read.Minor(), read.Patch())
	if read.Prerelease() != "" {
		text += "-" + read.Prerelease()
	}
	return text, nil
}

// TagModules makes the tags with which `go install` finds a version, and returns them.
// The agent's is on the commit. The other is on a commit after it, which no branch has,
// in which go.mod names the agent's version in place of its folder.
func (s *Source) TagModules(ctx context.Context, version string) (tags []string, err error) {
	number, err := GoVersion(version)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "release-")
	if err != nil {
		return nil, fmt.Errorf("tag the modules: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	index := []string{
		"GIT_INDEX_FILE=" + filepath.Join(folder, "index"),
		"GIT_AUTHOR_DATE=" + s.Time.Format(time.RFC3339), "GIT_COMMITTER_DATE=" + s.Time.Format(time.RFC3339),
	}
	run := func(arguments ...string) string {
		if err != nil {
			return ""
		}
		var text []byte
		text, err = output(command(ctx, s.root, index, "git", arguments...))
		return strings.TrimSpace(string(text))
	}
	file := filepath.Join(folder, "go.mod")
	text := run("show", s.Commit+":go.mod")
	if err == nil {
		err = os.WriteFile(file, []byte(text+"\n"), 0o600)
	}
	if err == nil {
		_, err = output(command(ctx, folder, nil, "go", "mod", "edit", "-dropreplace="+agentModule, "-require="+agentModule+"@"+number, file))
	}
	blob := run("hash-object", "-w", file)
	run("read-tree", s.Commit)
	run("update-index", "--cacheinfo", "100644,"+blob+",go.mod")
	tree := run("write-tree")
	released := run("commit-tree", "-p", s.Commit, "-m", "Require the agent "+number+" as a module", tree)
	run("tag", "agent/"+number, s.Commit)
	run("tag", number, released)
	if err != nil {
		return nil, fmt.Errorf("tag the modules: %w", err)
	}
	return []string{"agent/" + number, number}, nil
}
