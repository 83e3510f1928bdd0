//go:build bench

package bench_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/workspace"
)

// copies: a distribution of 200 MB and 10,000 files, for 20 jobs that begin
// together. All is in memory, which can neither share blocks nor hide the
// copying behind a disk's speed.
func copies() row {
	const jobs, directories, files, size = 20, 100, 100, 20_000
	return row{
		name: "200 MB and 10,000 files for 20 jobs", reference: "cp -a, 20 times", unit: "s", limit: 1.0, compare: ratioAtMost,
		measure: func(t *testing.T) (float64, float64) {
			directory := memoryDirectory(t)
			tree := filepath.Join(directory, "tree")
			for d := range directories {
				inside := filepath.Join(tree, fmt.Sprint("directory-", d/10), fmt.Sprint(d))
				require.NoError(t, os.MkdirAll(inside, 0o700))
				for f := range files {
					require.NoError(t, os.WriteFile(filepath.Join(inside, fmt.Sprint("file-", f)), bytes.Repeat([]byte{byte(f)}, size), 0o600))
				}
			}
			places := func() (made []string) {
				for job := range jobs {
					made = append(made, filepath.Join(directory, fmt.Sprint("job-", job)))
					require.NoError(t, os.Mkdir(made[job], 0o700))
				}
				return made
			}
			remove := func(made []string) {
				for _, place := range made {
					require.NoError(t, os.RemoveAll(place))
				}
			}
			defer func() { require.NoError(t, os.RemoveAll(tree)) }()
			return inTurn(3, func() float64 {
				made := places()
				defer remove(made)
				return timed(func() {
					var copying sync.WaitGroup
					for _, place := range made {
						copying.Go(func() {
							if err := workspace.CopyTree(t.Context(), tree, place, workspace.CopyOptions{}); err != nil {
								t.Error(err)
							}
						})
					}
					copying.Wait()
				})
			}, func() float64 {
				made := places()
				defer remove(made)
				return timed(func() {
					for _, place := range made {
						require.NoError(t, exec.Command("cp", "-a", tree+"/.", place).Run())
					}
				})
			})
		},
	}
}
