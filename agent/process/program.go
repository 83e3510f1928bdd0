package process

import "sync"

// Program starts trees, and ends what ended trees have left when no tree runs any more:
// a process that is in nobody's tree then can be used by nobody, but could watch the next
// one. There is one Program for each program, and its methods may be called concurrently.
type Program struct {
	mu sync.Mutex
	// running are the trees that have not ended, without services.
	running map[*Tree]bool
	// services are trees that live on beside others.
	services map[*Tree]bool
	// spared are orphans that were there before the first of the running trees.
	spared map[identity]bool
}

// NewProgram returns a Program without trees.
func NewProgram() *Program {
	return &Program{running: map[*Tree]bool{}, services: map[*Tree]bool{}}
}

// Start is the function Start. The processes of a service live on when other trees end,
// also those that it leaves. While Start or a tree's End ends left processes, other
// calls wait, at most some seconds. A nil Program only starts trees.
func (p *Program) Start(command Command, service bool) (*Tree, error) {
	if p == nil {
		return Start(command)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !service && len(p.running) == 0 {
		p.spared = orphans()
	}
	t, err := Start(command)
	if err != nil {
		return nil, err
	}
	t.program = p
	if service {
		p.services[t] = true
	} else {
		p.running[t] = true
	}
	return t, nil
}

// release forgets an ended tree.
func (p *Program) release(t *Tree) {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	ran := p.running[t]
	delete(p.running, t)
	delete(p.services, t)
	if ran && len(p.running) == 0 {
		endOrphans(p.services, p.spared)
	}
}
