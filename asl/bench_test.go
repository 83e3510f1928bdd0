package asl_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/asl"
)

// chain is a machine of n Pass states, one after the other.
func chain(n int) []byte {
	var text strings.Builder
	text.WriteString(`{"StartAt": "S0", "States": {`)
	for i := range n - 1 {
		fmt.Fprintf(&text, `"S%d": {"Type": "Pass", "Parameters": {"n.$": "$.n", "name": "state %d"}, "Next": "S%d"},`, i, i, i+1)
	}
	fmt.Fprintf(&text, `"S%d": {"Type": "Pass", "End": true}}}`, n-1)
	return []byte(text.String())
}

// BenchmarkParse reads a definition of about 1 MB, beside what encoding/json takes for its values alone. It counts processor time, with the
// garbage that each leaves: a busy machine does not change it much.
func BenchmarkParse(b *testing.B) {
	text := chain(9_500)
	b.SetBytes(int64(len(text)))
	var ours, theirs time.Duration
	for b.Loop() {
		ours += busy(func() {
			_, err := asl.Parse(text)
			require.NoError(b, err)
		})
		theirs += busy(func() {
			var value any
			require.NoError(b, json.Unmarshal(text, &value))
		})
	}
	b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "ms/parse")
	b.ReportMetric(ours.Seconds()/theirs.Seconds(), "parse/unmarshal")
}

func busy(f func()) time.Duration {
	before := processorTime()
	f()
	runtime.GC()
	return processorTime() - before
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// BenchmarkPass runs 1,000 and 10,000 states: the time and memory of a state are the same.
func BenchmarkPass(b *testing.B) {
	for _, n := range []int{1_000, 10_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			machine, err := asl.Parse(chain(n))
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				_, err := machine.Run(b.Context(), asl.Execution{Input: json.RawMessage(`{"n": 1}`)}, asl.Options{})
				require.NoError(b, err)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/state")
		})
	}
}

// BenchmarkMap runs a Map of 1,000 and 10,000 items in both query languages.
func BenchmarkMap(b *testing.B) {
	const processor = `"ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "P", "States": {"P": `
	for name, definition := range map[string]string{
		"JSONPath": `{"StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "ItemSelector": {"v.$": "$$.Map.Item.Value", "n.$": "$[0]"}, ` + processor +
			`{"Type": "Pass", "End": true}}}}}}`,
		"JSONata": `{"QueryLanguage": "JSONata", "StartAt": "M", "States": {"M": {"Type": "Map", "End": true, "Items": "{% $states.input %}",
			"ItemSelector": {"v": "{% $states.context.Map.Item.Value %}", "n": "{% $states.input[0] %}"}, ` + processor +
			`{"Type": "Pass", "Output": "{% $states.input.v %}", "End": true}}}}}}`,
	} {
		for _, n := range []int{1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				machine, err := asl.Parse([]byte(definition))
				require.NoError(b, err)
				input := json.RawMessage("[" + strings.TrimSuffix(strings.Repeat("7,", n), ",") + "]")
				b.ReportAllocs()
				for b.Loop() {
					_, err := machine.Run(b.Context(), asl.Execution{Input: input}, asl.Options{MaxPayload: 10 << 20})
					require.NoError(b, err)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/item")
			})
		}
	}
}
