// Package launch runs jobs on warm runners. It turns a step's request into a message
// in the runner's queue and makes sure that the runner is there to receive it. It
// uses no AWS SDK: the queue, the runner's state, the cluster, the hosts and the
// waiting steps are ports. Package aws implements them, package launchtest has them
// in memory.
//
// A runner is one ECS task at a time; its state item names the task. A launcher that
// finds no usable task takes the runner's start lock, runs a task and writes its name
// into the state. That takes seconds, and other launchers wait for it, but no longer.
// The lock ends by itself, so a launcher that dies blocks no other. The launcher that
// takes the lock next repeats the start with the same idempotency tokens, so nothing
// is started twice.
//
// What takes longer than an invocation arrives as an event: a task stopped, a host
// registered, an execution ended. Events can be handled in any order and any number
// of times. The next job, or the heartbeat of the waiting step, makes up for an event
// that is lost.
package launch
