package regex

import (
	"errors"
)

// entry is what the machine goes back to when a match fails.
type entry struct {
	kind  entryKind
	pc    int // branch and run: the instruction to go on at
	at    int // branch and run: the place; restore: what to restore
	value int // restore: the value; run: the place, or number of characters, it ends at
}

type entryKind uint8

const (
	branch          entryKind = iota // go on at an instruction and a place
	restoreCapture                   // set a capture back
	restoreRegister                  // set a register back
	giveBack                         // of a greedy run: one character less
	takeMore                         // of a lazy run: one character more
)

const (
	reportEvery = 1024
	maxEntries  = 1_000_000
)

// errTooComplex means that a search needs too much memory.
var errTooComplex = errors.New("the regular expression needs too much memory for this text")

// machine runs a program on a text.
type machine struct {
	*Regexp
	text     string
	captures []int
	counters []int // two for each loop: its repetitions, and where the last one began
	stack    []entry
	steps    int
	work     func(steps int) error
}

func newMachine(re *Regexp, text string, work func(steps int) error) *machine {
	m := &machine{Regexp: re, text: text, captures: make([]int, 2*re.groups+2), counters: make([]int, re.registers), work: work}
	for i := range m.captures {
		m.captures[i] = -1
	}
	return m
}

// report tells the caller of the steps since the last report.
func (m *machine) report() error {
	steps := m.steps
	m.steps = 0
	return m.work(steps)
}

func (m *machine) push(e entry) { m.stack = append(m.stack, e) }

func (m *machine) setCapture(index, value int) {
	m.push(entry{kind: restoreCapture, at: index, value: m.captures[index]})
	m.captures[index] = value
}

func (m *machine) setCounter(index, value int) {
	m.push(entry{kind: restoreRegister, at: index, value: m.counters[index]})
	m.counters[index] = value
}

// run matches from an instruction on to the end of the program or of a look. On
// failure, all is as before.
func (m *machine) run(pc, at int) (bool, error) {
	base := len(m.stack)
	for {
		m.steps++
		if m.steps >= reportEvery {
			if err := m.report(); err != nil {
				return false, err
			}
			if len(m.stack) > maxEntries {
				return false, errTooComplex
			}
		}
		i := &m.program[pc]
		ok := true
		switch i.op {
		case opMatch, opLookEnd:
			return true, nil
		case opChar, opClass:
			at, ok = m.read(i, at)
			pc++
		case opSplit:
			m.push(entry{kind: branch, pc: i.target, at: at})
			pc++
		case opJump:
			pc = i.target
		case opSave:
			m.setCapture(i.n, at)
			pc++
		case opAssert:
			ok = m.assert(i.char, at)
			pc++
		case opBackreference:
			at, ok = m.refer(i, at)
			pc++
		case opRun, opRunClass:
			at, ok = m.repeat(i, pc+1, at)
			pc++
		case opLook:
			var err error
			if ok, err = m.look(i, pc+1, at); err != nil {
				return false, err
			}
			pc = i.target
		case opStart, opLoop, opEnter, opLoopEnd:
			pc, ok = m.loop(i, pc, at)
		}
		if ok {
			continue
		}
		if pc, at, ok = m.backtrack(base); !ok {
			return false, nil
		}
	}
}

// backtrack goes back to the last place where another way is left.
func (m *machine) backtrack(base int) (pc, at int, ok bool) {
	for len(m.stack) > base {
		m.steps++
		e := m.stack[len(m.stack)-1]
		m.stack = m.stack[:len(m.stack)-1]
		switch e.kind {
		case branch:
			return e.pc, e.at, true
		case restoreCapture, restoreRegister:
			m.restore(e)
		case giveBack:
			at := m.step(e.at, !m.program[e.pc-1].back)
			if at != e.value {
				m.push(entry{kind: giveBack, pc: e.pc, at: at, value: e.value})
			}
			return e.pc, at, true
		case takeMore:
			if at, ok := m.read(&m.program[e.pc-1], e.at); ok {
				if e.value != 1 {
					m.push(entry{kind: takeMore, pc: e.pc, at: at, value: e.value - 1})
				}
				return e.pc, at, true
			}
		}
	}
	return 0, 0, false
}

func (m *machine) restore(e entry) {
	switch e.kind {
	case restoreCapture:
		m.captures[e.at] = e.value
	case restoreRegister:
		m.counters[e.at] = e.value
	}
}

// loop starts, repeats or leaves a loop.
func (m *machine) loop(i *instruction, pc, at int) (int, bool) {
	count := m.counters[i.n]
	switch i.op {
	case opStart:
		m.setCounter(i.n, 0)
		return pc + 1, true
	case opLoopEnd:
		// A repetition that is not needed has to read something.
		return i.target, count <= i.min || at != m.counters[i.n+1]
	}
	switch {
	case i.op == opEnter:
		m.setCounter(i.n, count+1)
		m.setCounter(i.n+1, at)
		for index := i.from; index <= i.to; index++ {
			m.setCapture(2*index, -1)
			m.setCapture(2*index+1, -1)
		}
		return pc + 1, true
	case count < i.min:
		return pc + 1, true
	case i.max >= 0 && count >= i.max:
		return i.target, true
	case i.flag:
		m.push(entry{kind: branch, pc: pc + 1, at: at})
		return i.target, true
	default:
		m.push(entry{kind: branch, pc: i.target, at: at})
		return pc + 1, true
	}
}

// look runs what a lookahead or lookbehind looks for. Of one that holds, the
// captures stay, but no other way to match it is tried.
func (m *machine) look(i *instruction, pc, at int) (bool, error) {
	base := len(m.stack)
	matched, err := m.run(pc, at)
	switch {
	case err != nil:
		return false, err
	case matched && i.flag:
		for len(m.stack) > base { // set the captures back
			top := m.stack[len(m.stack)-1]
			m.stack = m.stack[:len(m.stack)-1]
			m.restore(top)
		}
	case matched:
		kept := m.stack[:base]
		for _, e := range m.stack[base:] {
			if e.kind == restoreCapture || e.kind == restoreRegister {
				kept = append(kept, e)
			}
		}
		m.stack = kept
	}
	return matched != i.flag, nil
}
