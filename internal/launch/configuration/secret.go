package configuration

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
)

// Secret makes the capabilities of one runner. The functions keep it where no runner's
// role can read it. The zero Secret is that of a runner that has none.
type Secret struct {
	// Key is never logged, and leaves the functions as capabilities only.
	Key string
	// CreatedAt is when the runner got it, to the millisecond.
	CreatedAt time.Time
}

// Secrets keep the secrets of runners by their resource names.
type Secrets interface {
	// EnsureSecret returns the secret of a runner, and makes one if it has none.
	EnsureSecret(ctx context.Context, runner string) (Secret, error)
	// Secret returns the secret of a runner, even if it was made just now; the zero
	// Secret if it has none.
	Secret(ctx context.Context, runner string) (Secret, error)
}

// NewSecret returns a random secret.
func NewSecret(now time.Time) Secret {
	return Secret{Key: rand.Text() + rand.Text(), CreatedAt: now.Truncate(time.Millisecond)}
}

// capabilitySeparator is between a configuration's id and its capability.
const capabilitySeparator = "."

// capabilityDigits are 128 bits, as many as the id has.
const capabilityDigits = 32

// WithCapability returns an id as the steps of a plan send it: with what proves that
// the plan got it from the runner's own deployment.
func (s Secret) WithCapability(id string) string {
	return id + capabilitySeparator + s.capability(id)
}

// Allows reports whether a capability is that of a configuration's id.
func (s Secret) Allows(id, capability string) bool {
	return s.Key != "" && hmac.Equal([]byte(capability), []byte(s.capability(id)))
}

func (s Secret) capability(id string) string {
	sum := hmac.New(sha256.New, []byte(s.Key))
	sum.Write([]byte(id))
	return hex.EncodeToString(sum.Sum(nil))[:capabilityDigits]
}

// SplitCapability returns the id and the capability that a step sends; "" if it sends
// none, as steps of before do.
func SplitCapability(sent string) (id, capability string) {
	id, capability, _ = strings.Cut(sent, capabilitySeparator)
	return id, capability
}
