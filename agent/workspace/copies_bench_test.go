package workspace_test

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/workspace"
)

// benchJobs begin together, each on a copy of its own.
const benchJobs = 20

// BenchmarkCopies gives 20 jobs that begin together their copies of a
// distribution of 200 MB and 10,000 files, and has as many `cp -a` do the same
// in turn: begun together too, and one after the other. x-cp and x-cp-serial
// are our median time in theirs: below 1 is quicker.
//
// The file system is that of TMPDIR. cp shares blocks by itself where that
// works, so x-cp-unshared is a cp that copies.
func BenchmarkCopies(b *testing.B) {
	cp, err := exec.LookPath("cp")
	if err != nil {
		b.Skip("there is no cp to compare with")
	}
	directory := b.TempDir()
	store := workspace.NewStore(newBucket(largeDistribution()...), directory, workspace.DefaultLimits(), slog.New(slog.DiscardHandler))
	b.Cleanup(store.Close)
	ours := func(place string) error { return store.Fill(b.Context(), origin("shop", "v1"), place) }
	tree := filepath.Join(directory, "tree")
	require.NoError(b, os.Mkdir(tree, 0o700))
	require.NoError(b, ours(tree))

	reference := func(options ...string) func(string) error {
		return func(place string) error {
			return exec.CommandContext(b.Context(), cp, append(options, "-a", tree+"/.", place)...).Run()
		}
	}
	turns := []struct {
		unit    string
		atOnce  int
		copy    func(string) error
		seconds []float64
	}{
		{unit: "s", atOnce: benchJobs, copy: ours},
		{unit: "x-cp", atOnce: benchJobs, copy: reference()},
		{unit: "x-cp-serial", atOnce: 1, copy: reference()},
		{unit: "x-cp-unshared", atOnce: benchJobs, copy: reference("--reflink=never")},
	}
	for round := range b.N {
		for i := range turns {
			turn := &turns[(round+i)%len(turns)] // none is always the first
			turn.seconds = append(turn.seconds, copiesTake(b, directory, turn.atOnce, turn.copy))
		}
	}
	took := median(turns[0].seconds)
	b.ReportMetric(0, "ns/op") // it would count the reference too
	b.ReportMetric(took, turns[0].unit)
	for _, turn := range turns[1:] {
		b.ReportMetric(took/median(turn.seconds), turn.unit)
		b.Logf("%-14s %.2f s; ours %.2f s", turn.unit, turn.seconds, turns[0].seconds)
	}
}

// largeDistribution is 200 MB in 10,000 files, as names and texts in turn.
func largeDistribution() (files []string) {
	random := rand.NewChaCha8([32]byte{})
	for d := range 100 {
		text := make([]byte, 10_000)
		_, _ = random.Read(text) // never fails
		for f := range 100 {
			files = append(files, fmt.Sprintf("part-%d/directory-%d/file-%d", d/10, d, f), fmt.Sprintf("%x", text))
		}
	}
	return files
}

// copiesTake is how many seconds the jobs' copies take, so many at once.
func copiesTake(b *testing.B, directory string, atOnce int, fill func(string) error) float64 {
	b.Helper()
	places := make([]string, benchJobs)
	for i := range places {
		places[i] = filepath.Join(directory, fmt.Sprint("job-", i))
		require.NoError(b, os.Mkdir(places[i], 0o700))
	}
	defer func() {
		for _, place := range places {
			require.NoError(b, os.RemoveAll(place))
		}
	}()
	began := time.Now()
	for together := range slices.Chunk(places, atOnce) {
		var jobs sync.WaitGroup
		for _, place := range together {
			jobs.Go(func() { assert.NoError(b, fill(place)) })
		}
		jobs.Wait()
	}
	return time.Since(began).Seconds()
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
