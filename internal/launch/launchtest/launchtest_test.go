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
	world := launchtest.NewWorld()
	launchtest.TestStates(t, func(*testing.T) launchtest.StatesFixture {
		return launchtest.StatesFixture{States: world.Ports(nil).States, Deploy: func(_ testing.TB, runner, queue string) {
			world.Deploy(launch.Configuration{StackName: "dev", RunnerName: runner[len("dev-"):], QueueURL: queue})
		}}
	})
}

func TestConfigurations(t *testing.T) {
	t.Parallel()
	launchtest.TestConfigurations(t, launchtest.NewWorld().Ports(nil).Configurations)
}

func TestClaims(t *testing.T) {
	t.Parallel()
	world := launchtest.NewWorld()
	launchtest.TestClaims(t, launchtest.ClaimsFixture{
		Claims: world.Ports(nil).Claims,
		Claim:  func(_ testing.TB, runner string, claim launch.Claim) { world.Claim(runner, claim) },
	})
}

func TestQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := launchtest.NewWorld()
		c := launchtest.Configuration("dev", "Build")
		world.Deploy(c)
		launchtest.TestQueue(t, world.Ports(nil).Queue, c.QueueURL, "https://queue/none")
	})
}
