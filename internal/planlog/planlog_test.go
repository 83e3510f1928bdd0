package planlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/planlog"
)

// store is an artifact store in memory. Its objects grow, and its connection breaks.
type store struct {
	mutex   sync.Mutex
	names   []string
	content map[string]*strings.Builder
	running bool
	// breaks decides whether a call fails; short limits what a read returns.
	breaks func() bool
	short  int
}

var errBroken = errors.New("connection reset by peer")

func newStore() *store {
	return &store{content: map[string]*strings.Builder{}, running: true, breaks: func() bool { return false }, short: 1 << 30}
}

func (s *store) write(step, text string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.content[step] == nil {
		s.content[step] = &strings.Builder{}
		s.names = append(s.names, step)
	}
	data, _ := json.Marshal(text) // a text has a JSON form
	fmt.Fprintf(s.content[step], "{\"timestamp\":%d,\"data\":%s}\n", time.Now().UnixMilli(), data)
}

func (s *store) Objects(context.Context) ([]planlog.Object, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.breaks() {
		return nil, errBroken
	}
	var all []planlog.Object
	for _, name := range s.names {
		all = append(all, planlog.Object{Step: name, Key: name, Size: int64(s.content[name].Len())})
	}
	return all, nil
}

func (s *store) Read(_ context.Context, key string, position int64, text []byte) (int, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.breaks() {
		return 0, errBroken
	}
	n := copy(text, s.content[key].String()[position:])
	return min(n, s.short), nil
}

func (s *store) Running(context.Context) (bool, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.running, nil
}

func (s *store) end() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.running = false
}

// TestNothingIsLostOrDoubled follows three steps over a connection that breaks at every
// third call and reads at most seven bytes at once.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, random := newStore(), rand.New(rand.NewPCG(1, 2))
		s.breaks, s.short = func() bool { return random.IntN(300) == 0 }, 7
		var want []string
		done := make(chan struct{})
		go func() {
			defer close(done)
			for i := range 60 {
				step := fmt.Sprintf("step-%d", i%3)
				text := fmt.Sprintf("line %d <é\x01>", i)
				s.write(step, text)
				want = append(want, step+" "+text)
				time.Sleep(700 * time.Millisecond)
			}
			s.end()
		}()
		var got []string
		interrupted := 0
		r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error { got = append(got, l.Step+" "+l.Text); return nil }, Interrupted: func(error, time.Duration) { interrupted++ }}
		require.NoError(t, r.Follow(t.Context()))
		<-done
		assert.ElementsMatch(t, want, got)
		assert.Positive(t, interrupted)
	})
}

// TestLinesComeWithinTwoSeconds of their upload, in the order of their times.
func TestLinesComeWithinTwoSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newStore()
		go func() {
			for i := range 20 {
				s.write([]string{"a", "b"}[i%2], fmt.Sprint(i))
				time.Sleep(333 * time.Millisecond)
			}
			s.end()
		}()
		last := -1
		r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error {
			assert.LessOrEqual(t, time.Since(l.At), 2*time.Second)
			n := 0
			_, err := fmt.Sscan(l.Text, &n)
			require.NoError(t, err)
			assert.Equal(t, last+1, n)
			last = n
			return nil
		}}
		require.NoError(t, r.Follow(t.Context()))
		assert.Equal(t, 19, last)
	})
}

func TestOneStepOnce(t *testing.T) {
	t.Parallel()
	s := newStore()
	s.write("a", "1")
	s.write("b", "2")
	s.content["a"].WriteString(`{"timestamp":1,"da`) // still being uploaded
	var got []string
	r := &planlog.Reader{Store: s, Step: "a", Print: func(l planlog.Line) error { got = append(got, l.Text); return nil }}
	require.NoError(t, r.All(t.Context()))
	assert.Equal(t, []string{"1"}, got)
	s.content["a"].WriteString("ta\":\"3\"}\n")
	require.NoError(t, r.All(t.Context()))
	assert.Equal(t, []string{"1", "3"}, got)
}

// TestALineWithoutAnEnd is printed in parts, within bounded memory.
func TestALineWithoutAnEnd(t *testing.T) {
	t.Parallel()
	s := newStore()
	s.write("a", "1")
	s.content["a"].WriteString(strings.Repeat("x", 3<<20))
	length := 0
	r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error { length += len(l.Text); return nil }}
	require.NoError(t, r.All(t.Context()))
	assert.GreaterOrEqual(t, length, 2<<20)
}

// hanging is a store whose first read never returns by itself.
type hanging struct {
	*store
	hung bool
}

func (h *hanging) Read(ctx context.Context, key string, position int64, text []byte) (int, error) {
	if !h.hung {
		h.hung = true
		<-ctx.Done()
		return 0, context.Cause(ctx)
	}
	return h.store.Read(ctx, key, position, text)
}

// TestAConnectionThatHangs is broken off and repeated.
func TestAConnectionThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &hanging{store: newStore()}
		s.write("a", "1")
		s.end()
		var got []string
		r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error { got = append(got, l.Text); return nil }}
		require.NoError(t, r.Follow(t.Context()))
		assert.Equal(t, []string{"1"}, got)
	})
}

func TestErrorsEndIt(t *testing.T) {
	t.Parallel()
	closed := errors.New("closed pipe")
	s := newStore()
	s.write("a", "1")
	r := &planlog.Reader{Store: s, Print: func(planlog.Line) error { return closed }}
	require.ErrorIs(t, r.Follow(t.Context()), closed)

	s.breaks = func() bool { return true }
	ctx, cancel := context.WithCancelCause(t.Context())
	r.Interrupted = func(error, time.Duration) { cancel(closed) }
	require.ErrorIs(t, r.Follow(ctx), closed)
}

// repeated is a store of steps whose logs repeat one line, without being in memory.
type repeated struct {
	line  string
	steps int
	size  int64
}

func (r repeated) Objects(context.Context) ([]planlog.Object, error) {
	var all []planlog.Object
	for i := range r.steps {
		all = append(all, planlog.Object{Step: fmt.Sprint("step-", i), Key: fmt.Sprint(i), Size: r.size})
	}
	return all, nil
}

func (r repeated) Read(_ context.Context, _ string, position int64, text []byte) (n int, err error) {
	for n < len(text) {
		n += copy(text[n:], r.line[(position+int64(n))%int64(len(r.line)):])
	}
	return n, nil
}

func (repeated) Running(context.Context) (bool, error) { return false, nil }

// BenchmarkReader reads 1 GiB of four steps; MiB is the process's heap after that.
func BenchmarkReader(b *testing.B) {
	line := fmt.Sprintf("{\"timestamp\":1700000000000,\"data\":%q}\n", strings.Repeat("y", 200))
	store := repeated{line: line, steps: 4, size: 1 << 30 / 4 / int64(len(line)) * int64(len(line))}
	b.SetBytes(4 * store.size)
	for b.Loop() {
		r := &planlog.Reader{Store: store, Print: func(planlog.Line) error { return nil }}
		require.NoError(b, r.All(b.Context()))
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.ReportMetric(float64(memory.Sys)/(1<<20), "MiB")
}
