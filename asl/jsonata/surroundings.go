package jsonata

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
)

// Surroundings are what an expression takes from outside. The zero value has the real
// time and random numbers.
type Surroundings struct {
	// Now is what $now and $millis return; zero for the real time.
	Now time.Time
	// Random gives numbers in [0, 1) for $random, $shuffle and $uuid; nil for random ones.
	Random func() float64
}

// EvaluateIn is Evaluate with surroundings of the caller's.
func (e *Expression) EvaluateIn(ctx context.Context, input any, variables map[string]any, in Surroundings) (value any, defined bool, err error) {
	return e.evaluate(ctx, input, variables, usualLimits(), in)
}

func (s Surroundings) now() time.Time {
	if s.Now.IsZero() {
		return time.Now()
	}
	return s.Now
}

func (s Surroundings) random() float64 {
	if s.Random == nil {
		return rand.Float64() //nolint:gosec // the language promises no secrecy
	}
	return s.Random()
}

func (s Surroundings) shuffle(items []any) {
	for i := len(items) - 1; i > 0; i-- {
		other := int(s.random() * float64(i+1))
		items[i], items[other] = items[other], items[i]
	}
}

func (s Surroundings) uuid() string {
	if s.Random == nil {
		return uuid.NewString()
	}
	return UUID(s.Random)
}

// UUID returns a random UUID that is made of numbers in [0, 1).
func UUID(random func() float64) string {
	var id uuid.UUID
	for i := 0; i < len(id); i += 4 {
		binary.BigEndian.PutUint32(id[i:], uint32(random()*(1<<32)))
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4, the usual variant
	return id.String()
}
