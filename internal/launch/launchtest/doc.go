// Package launchtest is package launch's ports in memory, with everything that
// makes them hard: conditional writes, idempotency tokens, hidden messages,
// tasks that die, calls that fail or whose caller dies. A Fake is an account;
// whoever works in it gets ports of their own, each with its own faults.
//
// It also has the suites that hold every implementation of the ports to what
// package launch expects of them.
package launchtest
