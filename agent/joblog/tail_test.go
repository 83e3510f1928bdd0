package joblog_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/agent/joblog"
)

func TestTailKeepsTheLastLines(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		most int
		add  []string
		want []string
	}{
		{"nothing added", 3, nil, nil},
		{"fewer than fit", 3, []string{"a", "b"}, []string{"a", "b"}},
		{"as many as fit", 3, []string{"a", "b", "c"}, []string{"a", "b", "c"}},
		{"one more", 3, []string{"a", "b", "c", "d"}, []string{"b", "c", "d"}},
		{"around twice", 2, []string{"a", "b", "c", "d", "e"}, []string{"d", "e"}},
		{"one line", 1, []string{"a", "", "c"}, []string{"c"}},
		{"an empty line counts", 2, []string{"a", ""}, []string{"a", ""}},
		{"none wanted", 0, []string{"a"}, nil},
		{"less than none wanted", -1, []string{"a"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tail := joblog.NewTail(test.most)
			for _, line := range test.add {
				tail.Add(line)
			}
			assert.Equal(t, test.want, tail.Lines())
		})
	}
}

func TestTailLinesAreACopy(t *testing.T) {
	t.Parallel()
	tail := joblog.NewTail(2)
	tail.Add("a")
	lines := tail.Lines()
	lines[0] = "changed"
	tail.Add("b")
	assert.Equal(t, []string{"a", "b"}, tail.Lines())
}

func TestTailTakesLinesConcurrently(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 200
	tail := joblog.NewTail(writers * each)
	var want []string
	var group sync.WaitGroup
	for w := range writers {
		for i := range each {
			want = append(want, fmt.Sprintf("%d %d", w, i))
		}
		group.Go(func() {
			for i := range each {
				tail.Add(fmt.Sprintf("%d %d", w, i))
				tail.Lines()
			}
		})
	}
	group.Wait()
	assert.ElementsMatch(t, want, tail.Lines())
}
