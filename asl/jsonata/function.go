package jsonata

// function is a function that is not written in the language: one of its own, a
// regular expression, or one that an operator makes.
type function struct {
	name      string
	signature *signature
	arity     int // how many arguments a caller like $map gives it
	call      func(c call) (any, error)
	pattern   *pattern // of a regular expression
}

// call is one call of a function.
type call struct {
	*evaluator
	arguments []any
	input     any
	env       *frame
}

// arg returns an argument, or Undefined if it is not given.
func (c call) arg(index int) any {
	if index < len(c.arguments) {
		return c.arguments[index]
	}
	return Undefined{}
}

// text returns a string argument.
func (c call) text(index int) (string, bool) {
	text, ok := c.arg(index).(string)
	return text, ok
}

// number returns a number argument.
func (c call) number(index int) (float64, bool) { return numberOf(c.arg(index)) }

// items returns an array argument; anything else is one item.
func (c call) items(index int) []any { return asItems(c.arg(index)) }

// lambda is a function of the language, with the scope that it is defined in.
type lambda struct {
	form  lambdaForm
	input any
	env   *frame
}

func isFunction(value any) bool {
	switch value.(type) {
	case *function, *lambda, *tailCall:
		return true
	default:
		return false
	}
}

// arityOf returns how many parameters a function has.
func arityOf(value any) int {
	switch value := value.(type) {
	case *function:
		return value.arity
	case *lambda:
		return len(value.form.parameters)
	default:
		return 0
	}
}
