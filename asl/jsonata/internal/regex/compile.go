package regex

type opcode uint8

const (
	opMatch opcode = iota
	opChar
	opClass
	opSplit  // go on at next; if that fails, at target
	opJump   // go on at target
	opSave   // note the place as start or end of a group
	opAssert // ^ $ \b \B
	opBackreference
	opLook     // go on at target if what follows matches, or does not
	opLookEnd  // the end of what a look looks for
	opStart    // of a loop: no repetition so far
	opLoop     // repeat what follows, or go on at target
	opEnter    // a repetition
	opLoopEnd  // of a repetition
	opRun      // repeat a single character
	opRunClass // repeat a character of a class
)

type instruction struct {
	op       opcode
	back     bool // read towards the start, inside a lookbehind
	flag     bool // lazy, or negated
	char     rune
	class    *class
	target   int
	n        int // a capture or a register
	min, max int
	from, to int // groups that a repetition resets
}

type compiler struct {
	fold      bool
	program   []instruction
	registers int
}

func (c *compiler) emit(i instruction) int {
	c.program = append(c.program, i)
	return len(c.program) - 1
}

// node compiles a part. back says that it reads towards the start.
func (c *compiler) node(n node, back bool) {
	switch n := n.(type) {
	case alternatives:
		c.alternatives(n, back)
	case sequence:
		for i := range n {
			if back {
				i = len(n) - 1 - i
			}
			c.node(n[i], back)
		}
	case char:
		c.emit(c.char(n, back))
	case set:
		c.emit(instruction{op: opClass, class: n.class, back: back})
	case assertion:
		c.emit(instruction{op: opAssert, char: rune(n)})
	case group:
		start, end := 2*n.index, 2*n.index+1
		if back {
			start, end = end, start
		}
		c.emit(instruction{op: opSave, n: start})
		c.node(n.body, back)
		c.emit(instruction{op: opSave, n: end})
	case look:
		at := c.emit(instruction{op: opLook, flag: n.negate})
		c.node(n.body, n.behind)
		c.emit(instruction{op: opLookEnd})
		c.program[at].target = len(c.program)
	case *backreference:
		c.emit(instruction{op: opBackreference, n: n.index, back: back})
	case repeat:
		c.repeat(n, back)
	}
}

func (c *compiler) char(n char, back bool) instruction {
	r := rune(n)
	if c.fold {
		r = canonical(r)
	}
	return instruction{op: opChar, char: r, back: back}
}

func (c *compiler) alternatives(all alternatives, back bool) {
	var ends []int
	for i, one := range all {
		if i == len(all)-1 {
			c.node(one, back)
			break
		}
		split := c.emit(instruction{op: opSplit})
		c.node(one, back)
		ends = append(ends, c.emit(instruction{op: opJump}))
		c.program[split].target = len(c.program)
	}
	for _, end := range ends {
		c.program[end].target = len(c.program)
	}
}

func (c *compiler) repeat(r repeat, back bool) {
	single := instruction{back: back, flag: r.lazy, min: r.min, max: r.max}
	switch body := r.body.(type) {
	case char:
		single.op, single.char = opRun, c.char(body, back).char
		c.emit(single)
		return
	case set:
		single.op, single.class = opRunClass, body.class
		c.emit(single)
		return
	}
	register := c.registers
	c.registers += 2
	c.emit(instruction{op: opStart, n: register})
	loop := c.emit(instruction{op: opLoop, n: register, flag: r.lazy, min: r.min, max: r.max})
	c.emit(instruction{op: opEnter, n: register, from: r.from, to: r.to})
	c.node(r.body, back)
	c.emit(instruction{op: opLoopEnd, n: register, min: r.min, target: loop})
	c.program[loop].target = len(c.program)
}
