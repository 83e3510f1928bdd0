package localrun

import (
	"cmp"
	"time"

	"github.com/attini-go/runner/schema"
)

// Prices are what Fargate bills in a region, in US dollars. The zero Prices are unknown.
type Prices struct {
	// VCPUHour is the price of one vCPU for an hour, GBHour that of one GiB of memory.
	VCPUHour, GBHour float64
}

// price is what a job costs whose Runner's task it has for itself (docs/costs.md); nil if
// that is unknown: without prices, on an EC2 host, or with a task definition of the
// user's that alone has the size.
func (d *Deployment) price(p Prices, runner string, took time.Duration) *float64 {
	cpu, memory := d.size(runner)
	if p == (Prices{}) || cpu == 0 || memory == 0 || d.containers[runner].onHost {
		return nil
	}
	price := took.Hours() * (float64(cpu)/1024*p.VCPUHour + float64(memory)/1024*p.GBHour)
	return &price
}

// size is that of a Runner's task, in CPU units and MiB; 0 is unknown. runner is its
// logical id.
func (d *Deployment) size(runner string) (cpu, memory int) {
	for _, r := range d.runners {
		if r.Name != runner {
			continue
		}
		cpu, memory = r.Cpu.Literal, r.Memory.Literal
		if !d.containers[runner].ownTask {
			cpu, memory = cmp.Or(cpu, schema.TaskCPU), cmp.Or(memory, schema.TaskMemory)
		}
	}
	return cpu, memory
}
