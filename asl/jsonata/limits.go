package jsonata

// limits bound an evaluation.
type limits struct {
	steps int // nodes evaluated
	items int // array items, or 16 bytes of text each, allocated
	work  int // all of that, and what functions and operators look at, in the units below
	calls int // how deep evaluations nest
}

// usualLimits are far from what expressions need: half a second, some hundred
// megabytes, and the depth that the language's own suite asks for.
func usualLimits() limits {
	return limits{steps: 3_000_000, items: 12_000_000, work: 32_000_000, calls: 302}
}

// What the parts of an evaluation take, in units of one value that is looked at: some 10 ns.
const (
	stepWork    = 10
	itemWork    = 2
	bytesOfWork = 16 // bytes of text that are read for a unit
)

// maxInside is how deep calls of functions that are not written in the language nest.
const maxInside = 1000

// After how many steps, and how much work, the context is asked whether it has ended.
const (
	pollEvery = 256
	pollWork  = 1 << 16
)

// enter counts one step of an evaluation and one level of its nesting.
func (ev *evaluator) enter() error {
	ev.depth++
	if ev.depth > ev.limits.calls {
		return errTooRecursive()
	}
	return ev.step()
}

func (ev *evaluator) step() error {
	ev.steps++
	if ev.steps > ev.limits.steps {
		return limit("Expression evaluation timeout: Check for infinite loop")
	}
	if ev.steps%pollEvery == 0 {
		if err := ev.poll(); err != nil {
			return err
		}
	}
	return ev.read(stepWork)
}

// read counts values that are looked at.
func (ev *evaluator) read(values int) error {
	before := ev.work / pollWork
	ev.work += values
	if values < 0 || ev.work > ev.limits.work {
		return limit("Expression evaluation timeout: Check for infinite loop")
	}
	if ev.work/pollWork != before {
		return ev.poll()
	}
	return nil
}

// readText counts the bytes of a text that is read.
func (ev *evaluator) readText(text string) error { return ev.read(len(text)/bytesOfWork + 1) }

// look counts a value that is looked into, with those around it. Values can share
// parts, so that a few kilobytes stand for more parts than a computer can visit.
func (ev *evaluator) look() error {
	if ev.nesting++; ev.nesting > maxNesting {
		return errTooDeep()
	}
	return ev.read(1)
}

// leave ends a look. After an error, none is needed: the evaluation ends.
func (ev *evaluator) leave() { ev.nesting-- }

func (ev *evaluator) poll() error {
	if err := ev.ctx.Err(); err != nil {
		e := limit("The evaluation was stopped: " + err.Error())
		e.cause = err
		return e
	}
	return nil
}

// spend counts what the evaluation allocates, before it does.
func (ev *evaluator) spend(items int) error {
	ev.items += items
	if items < 0 || ev.items > ev.limits.items {
		return limit("The expression needs too much memory")
	}
	if items > pollEvery {
		if err := ev.poll(); err != nil {
			return err
		}
	}
	return ev.read(items * itemWork)
}

// spendText counts the bytes of a text.
func (ev *evaluator) spendText(bytes int) error { return ev.spend(bytes/16 + 1) }

func limit(message string) *Error {
	e := fault("U1001")
	e.Message = message
	return e
}

func errTooRecursive() *Error {
	return limit("Stack overflow error: Check for non-terminating recursive function.  Consider rewriting as tail-recursive.")
}

func errTooDeep() *Error { return limit("The value is nested too deeply") }
