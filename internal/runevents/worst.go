package runevents

// Worst is the status that a reader wants to know of first, of a step that ran often.
// The empty status is the best one.
func Worst(a, b Status) Status {
	rank := map[Status]int{Succeeded: 1, Caught: 2, Stopped: 3, Failed: 4}
	if rank[b] > rank[a] {
		return b
	}
	return a
}
