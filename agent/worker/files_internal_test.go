package worker

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadOutput(t *testing.T) {
	t.Parallel()
	const limit = 10
	write := func(text string) func(*testing.T, string) {
		return func(t *testing.T, path string) { require.NoError(t, os.WriteFile(path, []byte(text), 0o600)) }
	}
	cases := map[string]struct {
		make func(t *testing.T, path string)
		want string
		err  string
	}{
		"deleted":         {make: func(*testing.T, string) {}},
		"empty":           {make: write("")},
		"text":            {make: write("text"), want: "text"},
		"with blanks":     {make: write(strings.Repeat(" ", 16*limit)), want: strings.Repeat(" ", 16*limit)},
		"too many blanks": {make: write(strings.Repeat(" ", 16*limit+1)), err: "it is 161 bytes; Step Functions allows 10."},
		"huge and sparse": {make: func(t *testing.T, path string) {
			write("")(t, path)
			require.NoError(t, os.Truncate(path, 1<<40))
		}, err: "it is 1099511627776 bytes; Step Functions allows 10."},
		"a directory":  {make: func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o700)) }, err: "the job replaced the file by a directory"},
		"a named pipe": {make: func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o600)) }, err: "the job replaced the file by a named pipe"},
		"a link":       {make: func(t *testing.T, path string) { require.NoError(t, os.Symlink("/etc/passwd", path)) }, err: "the job replaced the file by a link"},
		"a broken link": {
			make: func(t *testing.T, path string) { require.NoError(t, os.Symlink("nowhere", path)) },
			err:  "the job replaced the file by a link",
		},
		"a socket": {make: func(t *testing.T, path string) {
			listener, err := net.Listen("unix", path)
			require.NoError(t, err)
			t.Cleanup(func() { _ = listener.Close() })
		}, err: "the job replaced the file by a socket"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Not t.TempDir: a socket's path must be short.
			directory, err := os.MkdirTemp("", "output")
			require.NoError(t, err)
			t.Cleanup(func() { _ = os.RemoveAll(directory) })
			path := filepath.Join(directory, "o")
			c.make(t, path)
			content, err := readOutput(path, limit)
			if c.err != "" {
				assert.ErrorContains(t, err, c.err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, string(content))
		})
	}
}
