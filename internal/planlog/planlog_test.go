package planlog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
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

func (s *store) Open(_ context.Context, key string, from, to int64) (io.ReadCloser, error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.breaks() {
		return nil, errBroken
	}
	return &body{s, strings.NewReader(s.content[key].String()[from:to])}, nil
}

// body is an object's content over the store's connection.
type body struct {
	store *store
	text  *strings.Reader
}

func (b *body) Read(text []byte) (int, error) {
	b.store.mutex.Lock()
	defer b.store.mutex.Unlock()
	if b.store.breaks() {
		return 0, errBroken
	}
	return b.text.Read(text[:min(len(text), b.store.short)])
}

func (*body) Close() error { return nil }

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

// TestNothingIsLostOrDoubled follows three steps over a connection that breaks at one of
// twenty calls, and gives at most seven bytes at once.
func TestNothingIsLostOrDoubled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, random := newStore(), rand.New(rand.NewPCG(1, 2))
		s.breaks, s.short = func() bool { return random.IntN(20) == 0 }, 7
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

// TestEachLineIsRead as the JSON decoder would, whatever its text; what is no record is
// printed as it is.
func TestEachLineIsRead(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string]string{
		`{"timestamp":1700000000000,"data":"é ✓ {}"}`:         "é ✓ {}",
		`{"timestamp":1700000000000,"data":""}`:               "",
		`{"timestamp":1700000000000,"data":"a\"b\\\u001b\t"}`: "a\"b\\\x1b\t",
		`{"data":"turned","timestamp":1700000000000}`:         "turned",
		`{"timestamp":1700000000000,"data":"a","data":"b"}`:   "b",
		"{\"timestamp\":1700000000000,\"data\":\"\xff\"}":     "\ufffd",
		"no record": "no record",
	} {
		s := newStore()
		s.write("a", "first")
		s.content["a"].WriteString(stored + "\n")
		var got []planlog.Line
		r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error { got = append(got, l); return nil }}
		require.NoError(t, r.All(t.Context()))
		require.Len(t, got, 2, stored)
		assert.Equal(t, want, got[1].Text, stored)
		if stored != want {
			assert.Equal(t, time.UnixMilli(1700000000000).UTC(), got[1].At, stored)
		}
	}
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

// hanging is a store that does not answer the first time, and sends nothing the second.
type hanging struct {
	*store
	opened int
}

func (h *hanging) Open(ctx context.Context, key string, from, to int64) (io.ReadCloser, error) {
	h.opened++
	switch h.opened {
	case 1:
		<-ctx.Done()
		return nil, context.Cause(ctx)
	case 2:
		return io.NopCloser(hangingBody{ctx}), nil
	}
	return h.store.Open(ctx, key, from, to)
}

type hangingBody struct{ ctx context.Context }

func (b hangingBody) Read([]byte) (int, error) {
	<-b.ctx.Done()
	return 0, b.ctx.Err()
}

// TestAConnectionThatHangs is broken off and repeated.
func TestAConnectionThatHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &hanging{store: newStore()}
		s.write("a", "1")
		s.end()
		var got []string
		r := &planlog.Reader{Store: s, Print: func(l planlog.Line) error { got = append(got, l.Text); return nil }, Interrupted: func(err error, _ time.Duration) {
			assert.ErrorContains(t, err, "no answer within 1m0s")
		}}
		require.NoError(t, r.Follow(t.Context()))
		assert.Equal(t, []string{"1"}, got)
		assert.Equal(t, 3, s.opened)
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
