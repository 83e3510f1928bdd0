package process

import "time"

// SetGiveUp sets how long End waits for a killed process, so that no test fails
// because the machine is slow to end one.
func (t *Tree) SetGiveUp(d time.Duration) { t.giveUp = d }
