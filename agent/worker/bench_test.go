package worker_test

import (
	"fmt"
	"os/exec"
	"testing"

	"github.com/attini-go/runner/agent/protocol"
)

// BenchmarkJob compares a job, from the queue to its report, with the plain
// shell that it needs; only the ratio within one run means anything.
func BenchmarkJob(b *testing.B) {
	b.Run("bash", func(b *testing.B) {
		for b.Loop() {
			if err := exec.Command("bash", "-c", "true").Run(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("job", func(b *testing.B) {
		fixture := newFixture(b)
		fixture.config.HeartbeatInterval = protocol.HeartbeatInterval
		_, ended := fixture.start(b.Context())
		n := 0
		for b.Loop() {
			n++
			if a := <-fixture.commands(fmt.Sprint(n), "true"); a.Failure != nil {
				b.Fatal(a.Failure)
			}
		}
		fixture.queue.Close()
		<-ended
	})
}
