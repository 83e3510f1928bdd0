package jsonata_test

import (
	"fmt"
	"testing"

	"github.com/attini-go/runner/asl/jsonata"
)

func benchmarkExpressions() map[string]string {
	return map[string]string{
		"field":    `$states.input.customer.address.city`,
		"sum":      `$sum(orders.items.(price * quantity))`,
		"merge":    `$merge([$states.input, {"output": $merge([$states.input.output, {"A": $states.result}])}])`,
		"join":     `orders.items@$i.stock[sku = $i.sku].{"sku": $i.sku, "left": left}`,
		"map":      `$map(orders, function($o, $i){{"n": $i, "id": $o.id, "total": $sum($o.items.(price * quantity))}})`,
		"regex":    `$replace(customer.email, /(\w+)@(\w+)\.com/, "$2:$1")`,
		"date":     `$fromMillis(1510067557121, "[D1o] [MNn] [Y0001], [H01]:[m01]")`,
		"sequence": `$sum([1..1000].($ * 2))`,
	}
}

func BenchmarkCompile(b *testing.B) {
	for name, source := range benchmarkExpressions() {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := jsonata.Compile(source); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEvaluate(b *testing.B) {
	input := readInput(b)
	states := jsonata.NewObject(2)
	states.Set("input", input)
	states.Set("result", 1.0)
	for name, source := range benchmarkExpressions() {
		b.Run(name, func(b *testing.B) {
			compiled := compile(b, source)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := compiled.Evaluate(b.Context(), input, map[string]any{"states": states}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGrowth: the time for an item stays the same as the items grow.
func BenchmarkGrowth(b *testing.B) {
	for name, source := range map[string]string{
		"path":     `$[n > 10].{"n": n}`,
		"group":    `${$string(n): n}`,
		"distinct": `$distinct($.{"n": n})`,
		"sort":     `$^(>n).n`,
		"join":     `$join($.$string(n), ",")`,
		"index":    `$#$i.($i + n)`,
	} {
		for _, size := range []int{1_000, 10_000} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				items := make([]any, size)
				for i := range items {
					object := jsonata.NewObject(1)
					object.Set("n", float64(i%500))
					items[i] = object
				}
				compiled := compile(b, source)
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := compiled.Evaluate(b.Context(), items, nil); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(size), "ns/item")
			})
		}
	}
}

// BenchmarkBounded is how long it takes, and what is allocated, until a limit ends
// an expression that has no end.
func BenchmarkBounded(b *testing.B) {
	input := readInput(b)
	for name, source := range endless() {
		b.Run(name, func(b *testing.B) {
			compiled := compile(b, source)
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := compiled.Evaluate(b.Context(), input, nil); err == nil {
					b.Fatal("no limit ended it")
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	data := []byte(`{"items": [`)
	for i := range 10_000 {
		if i > 0 {
			data = append(data, ',')
		}
		data = fmt.Appendf(data, `{"id": %d, "name": "item %d", "tags": ["a", "b"], "price": %d.5}`, i, i, i)
	}
	data = append(data, "]}"...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := jsonata.Decode(data); err != nil {
			b.Fatal(err)
		}
	}
}
