package runevents_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/internal/runevents"
)

func TestDollars(t *testing.T) {
	t.Parallel()
	assert.Empty(t, runevents.Dollars(nil))
	for amount, want := range map[float64]string{0: "about $0.0000", 0.00002: "under $0.0001", 0.00123: "about $0.0012", 12.5: "about $12.5000"} {
		assert.Equal(t, want, runevents.Dollars(&amount))
	}
}
