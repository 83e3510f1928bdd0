package fakeaws_test

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/attini-go/runner/internal/test/fakeaws"
)

// childRole has this test's program start a server and wait to be killed.
const childRole = "STANDIN_TEST_VICTIM"

// TestChildProcess is the program that TestKilled kills.
func TestChildProcess(t *testing.T) {
	if os.Getenv(childRole) == "" {
		return
	}
	_, err := os.Stdout.WriteString(fakeaws.Start(t).Endpoint() + "\n")
	require.NoError(t, err)
	<-t.Context().Done()
}

// A server does not outlive a test that had no time to end it.
func TestKilled(t *testing.T) {
	t.Parallel()
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChildProcess$")
	victim.Env = append(os.Environ(), childRole+"=1")
	output, err := victim.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, victim.Start())
	endpoint, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	address := strings.TrimPrefix(strings.TrimSpace(endpoint), "http://")
	connection, err := net.Dial("tcp", address)
	require.NoError(t, err)
	require.NoError(t, connection.Close())

	require.NoError(t, victim.Process.Kill())
	require.Error(t, victim.Wait(), "it was killed")
	assert.Eventually(t, func() bool {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
		}
		return err != nil
	}, 10*time.Second, 10*time.Millisecond, "the server has ended too")
}
