package simulation

import "iter"

// coroutines run invocations, one at a time, and each until it waits for something. A
// switch costs a tenth of what the scheduler takes; they are kept since the stack of a
// new one has to grow first.
type coroutines struct{ idle, all []*coroutine }

type coroutine struct {
	resume func() (struct{}, bool)
	stop   func()
	// wait gives control back until resume is called.
	wait func(struct{}) bool
	do   func()
}

// take returns a coroutine that does something when it is resumed.
func (p *coroutines) take(do func()) *coroutine {
	last := len(p.idle) - 1
	if last < 0 {
		c := &coroutine{do: do}
		c.resume, c.stop = iter.Pull(c.run)
		p.all = append(p.all, c)
		return c
	}
	c := p.idle[last]
	p.idle = p.idle[:last]
	c.do = do
	return c
}

func (c *coroutine) run(wait func(struct{}) bool) {
	c.wait = wait
	for alive := true; alive; alive = wait(struct{}{}) {
		c.do()
	}
}

func (p *coroutines) put(c *coroutine) { p.idle = append(p.idle, c) }

// close ends all coroutines, which must be idle.
func (p *coroutines) close() {
	for _, c := range p.all {
		c.stop()
	}
	p.idle, p.all = nil, nil
}
