package localrun

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// A manifest's data files are beside it: as their keys say, or in one directory. Nothing outside of it is opened.
func TestDataFilesOfAManifest(t *testing.T) {
	t.Parallel()
	directory := t.TempDir()
	inside := filepath.Join(directory, "inventory")
	for name, text := range map[string]string{
		filepath.Join(inside, "manifest.json"): "manifest", filepath.Join(inside, "i", "data", "1.csv"): "by key",
		filepath.Join(inside, "2.csv"): "by name", filepath.Join(inside, "data", "3.csv"): "in data", filepath.Join(directory, "secret"): "outside",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	options := Options{Items: map[string]string{"M": filepath.Join(inside, "manifest.json")}}
	for key, want := range map[string]string{
		"": "manifest", "i/data/1.csv": "by key", "i/data/2.csv": "by name", "i/data/3.csv": "in data", "../secret": "", "/etc/hostname": "", "gone": "",
	} {
		file, err := options.openItems(t.Context(), asl.ItemSource{State: "M", File: key})
		if want == "" {
			assert.ErrorContains(t, err, "no such file beside the manifest", key)
			continue
		}
		require.NoError(t, err, key)
		text, err := io.ReadAll(file)
		require.NoError(t, err)
		require.NoError(t, file.Close())
		assert.Equal(t, want, string(text), key)
	}
}
