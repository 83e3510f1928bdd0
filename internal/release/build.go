package release

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"path/filepath"

	"github.com/attini-go/runner/internal/releaseapi"
)

// build builds a program for a platform, statically, and returns its bytes.
// They depend on the commit, the version and the release of Go, and on nothing
// else: no paths, no state of the checkout, no settings of the user's.
func (s *Source) build(ctx context.Context, version string, program Program, platform releaseapi.Platform) ([]byte, error) {
	doing := fmt.Sprintf("build %s for %s/%s", program.Name, platform.OS, platform.Architecture)
	folder, err := os.MkdirTemp("", "release-")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	defer os.RemoveAll(folder)
	file := filepath.Join(folder, program.Name)
	c := command(ctx, filepath.Join(s.root, program.Module), environment(platform), "go", "build",
		"-trimpath", "-buildvcs=false", "-ldflags", fmt.Sprintf("-s -w -X main.version=%s -X main.commit=%s", version, s.Commit),
		"-tags", program.Tags, "-o", file, program.Package)
	if _, err := output(c); err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	binary, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	return binary, nil
}

// environment is what decides on a program's bytes, in place of what the user
// has set for other work. Go takes an empty variable for one that is not set.
func environment(platform releaseapi.Platform) []string {
	return []string{
		"CGO_ENABLED=0", "GOOS=" + platform.OS, "GOARCH=" + platform.Architecture,
		// What every processor of the architecture can do.
		"GOAMD64=v1", "GOARM64=v8.0",
		"GOFLAGS=-mod=readonly", "GOWORK=off", "GOEXPERIMENT=", "GOFIPS140=off",
	}
}

// modules reads what a program was built of.
func modules(binary []byte) (*buildinfo.BuildInfo, error) {
	info, err := buildinfo.Read(bytes.NewReader(binary))
	if err != nil {
		return nil, fmt.Errorf("read what the binary was built of: %w", err)
	}
	return info, nil
}
