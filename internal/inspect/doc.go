// Package inspect reads an account for people: the stacks, executions, runners, tasks,
// hosts, networks and logs of deployment plans. All of its calls are read-only, except
// Stop, which stops an execution. The policy docs/policies/attini-runner-operator-policy.json
// allows the read-only ones.
package inspect
