package release

import (
	"path"
	"slices"

	"github.com/attini-go/runner/internal/releaseapi"
)

// Program is one of the project's programs.
type Program struct {
	// Name is that of the file.
	Name string
	// Module is the folder of the program's Go module, below the project's, and
	// Package its package there.
	Module, Package string
	// Tags are the build tags.
	Tags string
	// Platforms are what it is built for.
	Platforms []releaseapi.Platform
}

// Programs are those that a release has.
func Programs() []Program {
	linux := []releaseapi.Platform{{OS: "linux", Architecture: "amd64"}, {OS: "linux", Architecture: "arm64"}}
	laptops := append(slices.Clone(linux), releaseapi.Platform{OS: "darwin", Architecture: "amd64"}, releaseapi.Platform{OS: "darwin", Architecture: "arm64"})
	return []Program{
		{Name: releaseapi.Binary, Module: "agent", Package: "./cmd/attini-runner", Platforms: linux},
		{Name: "runnerctl", Module: ".", Package: "./cmd/runnerctl", Tags: "aws", Platforms: laptops},
	}
}

// changelogName is the name of a release's changelog, and of the project's.
const changelogName = "CHANGELOG.md"

// artifacts are the paths of the release's artifacts, in order of publication:
// the agents come first, whose bytes differ with each commit, so that of two
// who publish different ones at the same time, one has none of it published.
func (r *Release) artifacts() []string {
	var paths []string
	for _, binary := range r.Binaries() {
		paths = append(paths, binary, binary+billSuffix)
	}
	return append(paths, path.Join(r.version, changelogName))
}

// Binaries are the paths of the release's programs, in order of publication.
func (r *Release) Binaries() []string {
	var paths []string
	for _, program := range r.programs {
		for _, platform := range program.Platforms {
			paths = append(paths, r.path(program, platform))
		}
	}
	return paths
}

func (r *Release) path(program Program, platform releaseapi.Platform) string {
	return releaseapi.Path(r.version, platform, program.Name)
}

// makesVisible reports whether a file is what makes a version visible to
// package releases.
func makesVisible(file string) bool { return path.Base(file) == releaseapi.Checksum }
