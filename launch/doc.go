// Package launch has jobs run on warm runners: a step's request becomes a
// message in the runner's queue, and the runner is ensured to be there to take
// it. It knows no AWS: the queue, the runner's state, the cluster, the hosts
// and the waiting steps are ports, which package awsport implements.
package launch
