package joblog_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/attini-go/runner/agent/joblog"
)

// twentySecrets is an environment with twenty secrets of usual kinds.
func twentySecrets() []string {
	source := rand.NewChaCha8([32]byte{1})
	random := func(n int) []byte {
		text := make([]byte, n)
		_, _ = source.Read(text)
		return text
	}
	var environment []string
	for i := range 5 {
		environment = append(environment,
			fmt.Sprintf("A%d_TOKEN=ghp_%s", i, hex.EncodeToString(random(18))),
			fmt.Sprintf("B%d_SECRET_ACCESS_KEY=%s", i, base64.StdEncoding.EncodeToString(random(30))),
			fmt.Sprintf("C%d_PASSWORD=p\"ä/'%s<&", i, base64.StdEncoding.EncodeToString(random(9))),
			fmt.Sprintf("DATABASE%d_URL=postgres://service:%s@db.example.com:5432/shop", i, hex.EncodeToString(random(10))),
		)
	}
	return environment
}

// ordinaryLog returns about size bytes of what builds print: compilers, package
// managers, tests, deployments, stack traces, JSON, digests and progress.
func ordinaryLog(size int) []byte {
	source := rand.New(rand.NewPCG(1, 2))
	words := []string{
		"module", "service", "handler", "config", "index", "runner", "deploy", "template", "client", "server", "worker", "schema", "public", "vendor",
		"internal", "password", "token", "secret", "production", "test", "default", "session", "cache", "build", "stage", "layer",
	}
	word := func() string { return words[source.IntN(len(words))] }
	lines := []func() string{
		func() string {
			return fmt.Sprintf("#%d [%s %d/%d] RUN npm ci --omit=dev", source.IntN(40), word(), source.IntN(9), 9)
		},
		func() string { return fmt.Sprintf("added %d packages in %ds", source.IntN(2000), source.IntN(90)) },
		func() string {
			return fmt.Sprintf("ok  \texample.com/%s/%s\t%d.%03ds\tcoverage: %d.%d%% of statements", word(), word(), source.IntN(9), source.IntN(1000), source.IntN(100), source.IntN(10))
		},
		func() string {
			return fmt.Sprintf("sha256:%016x%016x%016x%016x", source.Uint64(), source.Uint64(), source.Uint64(), source.Uint64())
		},
		func() string {
			return fmt.Sprintf("   %s/%s.ts(%d,%d): error TS%d: Property '%s' does not exist on type '%s'.", word(), word(), source.IntN(999), source.IntN(80), source.IntN(9999), word(), word())
		},
		func() string {
			return fmt.Sprintf("\x1b[32m✓\x1b[0m %s %s returns %d (%d ms)", word(), word(), source.IntN(600), source.IntN(900))
		},
		func() string {
			return fmt.Sprintf(`{"level":"info","ts":%d.%d,"caller":"%s/%s.go:%d","msg":"%s %s","url":"https://%s.example.com/v1/%s?page=%d"}`, source.IntN(1<<31), source.IntN(1000), word(), word(), source.IntN(900), word(), word(), word(), word(), source.IntN(90))
		},
		func() string {
			return fmt.Sprintf("%02d:%02d:%02d | CREATE_IN_PROGRESS | AWS::Lambda::Function | %s%s%08X", source.IntN(24), source.IntN(60), source.IntN(60), word(), word(), source.Uint32())
		},
		func() string {
			return fmt.Sprintf("\tat com.example.%s.%s(%s.java:%d) ~[%s-%d.%d.jar:?]", word(), word(), word(), source.IntN(900), word(), source.IntN(9), source.IntN(30))
		},
		func() string {
			return fmt.Sprintf("arn:aws:lambda:eu-west-1:%012d:function:%s-%s", source.IntN(1_000_000_000_000), word(), word())
		},
		func() string {
			return fmt.Sprintf(" %x..%x  %s -> origin/%s", source.Uint32(), source.Uint32(), word(), word())
		},
		func() string {
			return fmt.Sprintf("integrity sha512-%s==", base64.StdEncoding.EncodeToString(binary64(source, 63)))
		},
		func() string {
			return fmt.Sprintf("warning: unused variable `%s_%s` in %s::%s (%d%%)", word(), word(), word(), word(), source.IntN(100))
		},
	}
	var log bytes.Buffer
	for log.Len() < size {
		log.WriteString(lines[source.IntN(len(lines))]())
		log.WriteByte('\n')
	}
	return log.Bytes()
}

func binary64(source *rand.Rand, n int) []byte {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(source.Uint32())
	}
	return text
}

// realistic is an environment with more than tokens: short passwords, a PIN, a key of
// several lines, and names that only look like secrets.
func realistic() []string {
	return append(twentySecrets(),
		"DB_PASS=s3cr3t", "CARD_PIN=4711", "ADMIN_PASSWORD=admin", "API_TOKEN=disabled", "CACHE_KEY=build", "GIT_TOKEN=x-oauth",
		"DEPLOY_KEY=-----BEGIN KEY-----\nMIIEowIBAAKCAQEA\nAQAB==\n-----END KEY-----", "COMPANY_WEBHOOK_URL=https://hooks.example.com/services/T0/B0/x9",
		`APP_SECRET={"username":"service","password":"correct horse","port":"5432"}`, "MAX_TOKENS=4096", "TOKEN_URL=https://auth.example.com/v1",
	)
}

// maskedShare returns which share of the ordinary log a mask hides.
func maskedShare(log []byte) float64 {
	kept := bytes.Count(joblog.NewMask(realistic()).Hide(log), []byte("***"))
	// Each is a secret of a few bytes, at most those of the longest here.
	return float64(kept*10) / float64(len(log))
}

// TestOrdinaryLogsStayReadable: secrets of all forms hide almost nothing of what
// builds print.
func TestOrdinaryLogsStayReadable(t *testing.T) {
	t.Parallel()
	log := ordinaryLog(4 << 20)
	assert.NotContains(t, string(log), "***")
	assert.Less(t, maskedShare(log), 0.0001)
}

func BenchmarkMask(b *testing.B) {
	for _, bench := range []struct {
		name string
		log  []byte
	}{
		{"ordinary", ordinaryLog(1 << 20)},
		{"ascii", bytes.Repeat([]byte("0123456789 the quick brown fox jumps over the lazy dog\n"), 20_000)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			mask := joblog.NewMask(twentySecrets())
			b.SetBytes(int64(len(bench.log)))
			b.ReportAllocs()
			for b.Loop() {
				mask.Hide(bench.log)
			}
		})
	}
	// What a copy takes of the same log, to compare within one run.
	b.Run("copy", func(b *testing.B) {
		log := ordinaryLog(1 << 20)
		to := make([]byte, len(log))
		b.SetBytes(int64(len(log)))
		for b.Loop() {
			copy(to, log)
		}
	})
	b.Run("new", func(b *testing.B) {
		environment := twentySecrets()
		b.ReportAllocs()
		for b.Loop() {
			joblog.NewMask(environment)
		}
	})
	// The share of 50 MB of ordinary logs that is hidden.
	b.Run("hidden", func(b *testing.B) {
		log := ordinaryLog(50 << 20)
		share := 0.0
		for b.Loop() {
			share = maskedShare(log)
		}
		b.ReportMetric(share*100, "%hidden")
	})
}
