// Package porttest says what the worker's ports must do, as tests that every
// implementation passes: the one for AWS, and the one in package memory.
//
// A queue hands each message out until it is deleted: what was received and
// not deleted comes again when its time of invisibility is over. A reporter
// answers a task token once: after that, or when the waiting side is gone,
// the token is closed, and every call about it says so.
//
// Claims are written once for each job and say which agent has it; a runner's
// state says which agent is the runner's, and with that decides about messages.
package porttest

import "time"

// testTimeout bounds how long something that should happen soon may take on a
// busy machine, or across a network.
const testTimeout = 30 * time.Second
