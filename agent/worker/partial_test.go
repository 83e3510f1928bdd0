package worker_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/agent/worker"
)

// promptLog keeps whole and partial lines.
type promptLog struct {
	mu     sync.Mutex
	seen   []string
	prompt chan struct{}
}

func (p *promptLog) Open(*protocol.Message) worker.JobLog { return p }
func (p *promptLog) Close(context.Context)                {}

func (p *promptLog) Write(_ time.Time, lines []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, "whole: "+string(lines))
}

func (p *promptLog) WritePartial(_ time.Time, text []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.seen = append(p.seen, "partial: "+string(text))
	close(p.prompt)
}

// TestAQuestionIsShown although it has no LF, without what may become a secret.
func TestAQuestionIsShown(t *testing.T) {
	t.Parallel()
	b := newFixture(t)
	log := &promptLog{prompt: make(chan struct{})}
	b.ports.Log = log
	b.config.Environment = append(b.config.Environment, "DB_PASSWORD=correct-horse")
	answers := b.commands("Step", `printf 'correct-horse? correct-h'; until [ -e go-on ]; do sleep 0.02; done; echo orse`)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	_, ended := b.start(ctx)
	<-log.prompt
	stop()
	<-ended
	require.NotNil(t, get(t, answers).failure)
	log.mu.Lock()
	defer log.mu.Unlock()
	assert.Equal(t, "partial: ***? ", log.seen[0])
}
