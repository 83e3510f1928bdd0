// Package porttest checks what the worker's ports promise, with suites that every
// implementation passes: the one for AWS and the one in package memory.
package porttest

import "time"

// testTimeout bounds how long something that should happen soon may take on a busy
// machine or across a network.
const testTimeout = 30 * time.Second
