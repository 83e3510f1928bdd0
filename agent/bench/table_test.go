//go:build bench

package bench_test

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/process"
)

// row is one comparison: ours against a reference.
type row struct {
	name, reference string
	unit            string
	// limit is what ours may be; of what it is a limit, see compare.
	limit   float64
	compare comparison
	measure func(t *testing.T) (ours, reference float64)
}

// comparison says how ours is held against the reference.
type comparison int

const (
	ratioAtMost comparison = iota + 1
	ratioAtLeast
	aboveAtMost // the difference
	atMost      // ours alone
)

func (r row) check(ours, reference float64) (figure, limit string, met bool) {
	switch r.compare {
	case ratioAtMost:
		return fmt.Sprintf("%.2f x", ours/reference), fmt.Sprintf("<= %.2f x", r.limit), ours/reference <= r.limit
	case ratioAtLeast:
		return fmt.Sprintf("%.2f x", ours/reference), fmt.Sprintf(">= %.2f x", r.limit), ours/reference >= r.limit
	case aboveAtMost:
		return fmt.Sprintf("+%.2f %s", ours-reference, r.unit), fmt.Sprintf("<= +%.2f %s", r.limit, r.unit), ours-reference <= r.limit
	default:
		return fmt.Sprintf("%.1f %s", ours, r.unit), fmt.Sprintf("<= %.1f %s", r.limit, r.unit), ours <= r.limit
	}
}

// TestTable prints the table.
func TestTable(t *testing.T) {
	require.NoError(t, process.BecomeSubreaper())
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "what\treference\tours\treference\tresult\tlimit\t")
	for _, r := range []row{firstInstruction(), manyJobs(), manyLines(), uploadedBytes(), copies(), idleMemory(), busyMemory(), startTime()} {
		t.Run(r.name, func(t *testing.T) {
			ours, reference := r.measure(t)
			figure, limit, met := r.check(ours, reference)
			verdict := "ok"
			if !met {
				verdict = "MISSED"
			}
			shown := "-"
			if r.compare != atMost {
				shown = fmt.Sprintf("%.2f %s", reference, r.unit)
			}
			fmt.Fprintf(table, "%s\t%s\t%.2f %s\t%s\t%s\t%s\t%s\n", r.name, r.reference, ours, r.unit, shown, figure, limit, verdict)
		})
	}
	require.NoError(t, table.Flush())
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// inTurn runs both so often, one after the other, and returns the medians of
// what they return.
func inTurn(times int, ours, reference func() float64) (float64, float64) {
	var our, their []float64
	for range times {
		their = append(their, reference())
		our = append(our, ours())
	}
	return median(our), median(their)
}

// timed is how many seconds do takes.
func timed(do func()) float64 {
	began := time.Now()
	do()
	return time.Since(began).Seconds()
}
