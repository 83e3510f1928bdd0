package localrun

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"github.com/attini-go/runner/asl"
)

// openItems opens what an ItemReader reads.
func (o Options) openItems(_ context.Context, source asl.ItemSource) (io.ReadCloser, error) {
	file, ok := o.Items[source.State]
	if !ok {
		return nil, fmt.Errorf("the items are in Amazon S3, which is not available on this machine; give them with --items %s=FILE", source.State)
	}
	if source.File == "" {
		return os.Open(file)
	}
	return openBeside(file, source.File)
}

// openBeside opens a file that a manifest names: below the manifest's directory by its key, or beside it by its name alone.
func openBeside(manifest, key string) (io.ReadCloser, error) {
	directory, err := os.OpenRoot(filepath.Dir(manifest))
	if err != nil {
		return nil, err
	}
	defer directory.Close()
	for _, name := range []string{key, path.Base(key), path.Join("data", path.Base(key))} {
		if file, err := directory.Open(filepath.FromSlash(name)); err == nil {
			return file, nil
		}
	}
	return nil, fmt.Errorf("no such file beside the manifest %s; put it there as %s", manifest, path.Base(key))
}

// writeResults writes a file of a ResultWriter below the results' directory, as
// its key says.
func (o Options) writeResults(_ context.Context, file asl.ResultFile) error {
	name := filepath.FromSlash(file.Key)
	if !filepath.IsLocal(name) {
		return fmt.Errorf("the key %q leads out of the directory of the results", file.Key)
	}
	target := filepath.Join(o.Results, name)
	if err := os.MkdirAll(filepath.Dir(target), 0o700); err != nil {
		return fmt.Errorf("make a directory for results: %w", err)
	}
	if err := os.WriteFile(target, file.Data, 0o600); err != nil {
		return fmt.Errorf("write results: %w", err)
	}
	return nil
}
