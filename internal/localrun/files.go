package localrun

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/attini-go/runner/asl"
)

// openItems opens what an ItemReader reads.
func (o Options) openItems(_ context.Context, source asl.ItemSource) (io.ReadCloser, error) {
	file, ok := o.Items[source.State]
	if !ok {
		return nil, fmt.Errorf("the items are in Amazon S3, which is not available on this machine; give them with --items %s=FILE", source.State)
	}
	return os.Open(file)
}

// writeResults writes a file of a ResultWriter below the results' directory, as
// its key says.
func (o Options) writeResults(_ context.Context, file asl.ResultFile) error {
	name := filepath.FromSlash(file.Key)
	if !filepath.IsLocal(name) {
		return fmt.Errorf("the key %q leads out of the directory of the results", file.Key)
	}
	path := filepath.Join(o.Results, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make a directory for results: %w", err)
	}
	if err := os.WriteFile(path, file.Data, 0o600); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
