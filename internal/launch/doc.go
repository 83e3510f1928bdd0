// Package launch has jobs run on warm runners: a step's request becomes a
// message in the runner's queue, and the runner is ensured to be there to take
// it. It knows no AWS: the queue, the runner's state, the cluster, the hosts
// and the waiting steps are ports, which package awsport implements and
// package launchtest has in memory.
//
// A runner is one ECS task at a time, named by its state item. Whoever finds
// no usable task takes the runner's start lock, runs one and writes its name
// into the state, all within seconds; others wait for that and no longer. The
// lock ends by itself, so that a launcher which dies holds up nobody, and who
// takes it over repeats the start with the same idempotency tokens, so that
// nothing is started twice.
//
// What no launcher waits for comes as an event: a task that stopped, a host
// that registered, an execution that ended. Each is handled by itself, in any
// order and any number of times; one that is lost is made up for by the next
// job, or by the heartbeat that every waiting step has.
package launch
