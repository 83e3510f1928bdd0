// Package memory implements the worker's ports in memory: a queue, a reporter,
// claims and a runner's state. Local runs work with them, and tests of
// whatever uses the ports. They keep all that the ports promise, which the
// suites of package porttest check.
package memory
