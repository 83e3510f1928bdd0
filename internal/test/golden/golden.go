// Package golden compares what a test got with a file under testdata, byte by
// byte. `go test ./pkg -update` writes the files anew.
package golden

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Updating reports whether the golden files are written anew.
func Updating() bool { return *update }

// Assert compares got with testdata/name of the package under test.
func Assert(t testing.TB, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run `make golden` to write it")
	if bytes.Equal(want, got) {
		return
	}
	line, wanted, found := firstDifference(want, got)
	t.Errorf("%s differs from line %d on; run `make golden` when the change is meant\nwant: %s\n got: %s", path, line, wanted, found)
}

// firstDifference returns the first line that differs, counted from 1, in both
// texts; "" where a text has ended.
func firstDifference(want, got []byte) (line int, wanted, found []byte) {
	wantLines, gotLines := bytes.Split(want, []byte("\n")), bytes.Split(got, []byte("\n"))
	for line = 0; line < max(len(wantLines), len(gotLines)); line++ {
		wanted, found = nil, nil
		if line < len(wantLines) {
			wanted = wantLines[line]
		}
		if line < len(gotLines) {
			found = gotLines[line]
		}
		if !bytes.Equal(wanted, found) || line >= len(wantLines) || line >= len(gotLines) {
			break
		}
	}
	return line + 1, wanted, found
}
