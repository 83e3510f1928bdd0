package launchtest_test

import (
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"github.com/attini-go/runner/internal/launch"
	"github.com/attini-go/runner/internal/launch/launchtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestStates(t *testing.T) {
	t.Parallel()
	fake := launchtest.NewFake()
	launchtest.TestStates(t, func(*testing.T) launchtest.StatesFixture {
		return launchtest.StatesFixture{States: fake.Ports(nil).States, Deploy: func(_ testing.TB, runner, queue string) {
			fake.AddRunner(runner, queue)
		}}
	})
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	launchtest.TestConfigurations(t, launchtest.NewFake().Ports(nil).Configurations)
}

func TestSecrets(t *testing.T) {
	t.Parallel()
	ports := launchtest.NewFake().Ports(nil)
	launchtest.TestSecrets(t, ports.Secrets, func(runner string) error {
		return ports.Configurations.DeleteConfigurations(t.Context(), runner)
	})
}

func TestClaims(t *testing.T) {
	t.Parallel()
	fake := launchtest.NewFake()
	launchtest.TestClaims(t, launchtest.ClaimsFixture{
		Claims: fake.Ports(nil).Claims,
		Claim:  func(_ testing.TB, runner string, claim launch.Claim) { fake.Claim(runner, claim) },
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		fake := launchtest.NewFake()
		c := launchtest.Configuration("dev", "Build")
		fake.Deploy(c)
		launchtest.TestQueue(t, fake.Ports(nil).Queue, c.QueueURL, "https://queue/none")
	})
}
