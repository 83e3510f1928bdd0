package localrun

import (
	"context"
	"fmt"
	"os"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
	"github.com/attini-go/runner/agent/workspace"
)

// newSource gives every job its own copy of a directory, or of what a zip
// archive holds. An empty path gives empty directories.
func newSource(path string) (worker.Source, error) {
	if path == "" {
		return emptySource{}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read the source: %w", err)
	}
	if info.IsDir() {
		return directorySource(path), nil
	}
	return archiveSource(path), nil
}

type emptySource struct{}

func (emptySource) Fill(context.Context, protocol.DeploymentOrigin, string) error { return nil }

type directorySource string

func (s directorySource) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return workspace.CopyTree(ctx, string(s), directory, workspace.CopyOptions{})
}

type archiveSource string

func (s archiveSource) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return workspace.Unpack(ctx, string(s), directory, workspace.DefaultLimits())
}
