// Package simulation plays an account in one process with virtual time: the real
// launcher on its ports in memory, agents, tasks, hosts, events, steps, deployments and
// deletions. A seed decides the order of everything and every fault, so that each
// schedule can be played again.
//
// Between two calls of a launcher anything else may happen: each call waits until the
// schedule chooses it. Agents are a model (agent.go), because the real one starts
// processes. Run must be called in a bubble of testing/synctest.
package simulation
