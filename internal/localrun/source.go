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
// archive holds. An empty path gives empty directories. leftOut says which files of a
// directory are left out, and why.
func newSource(ctx context.Context, path string) (source worker.Source, leftOut []string, err error) {
	if path == "" {
		return emptySource{}, nil, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("read the source: %w", err)
	}
	if info.IsDir() {
		return newDirectorySource(ctx, path)
	}
	return archiveSource(path), nil, nil
}

type emptySource struct{}

func (emptySource) Fill(context.Context, protocol.DeploymentOrigin, string) error { return nil }

type archiveSource string

func (s archiveSource) Fill(ctx context.Context, _ protocol.DeploymentOrigin, directory string) error {
	return workspace.Unpack(ctx, string(s), directory, workspace.DefaultLimits())
}
