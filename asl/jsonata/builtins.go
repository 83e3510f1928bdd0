package jsonata

// definition is a function of the language.
type definition struct {
	signature string
	call      func(c call) (any, error)
}

// builtin looks a function up by its name without the $.
func builtin(name string) (definition, bool) {
	for _, lookup := range []func(string) (definition, bool){
		stringFunction, matchFunction, numberFunction, arrayFunction, objectFunction, higherOrderFunction, statesFunction,
	} {
		if found, ok := lookup(name); ok {
			return found, true
		}
	}
	return definition{}, false
}

// newFunction makes the value of a function of the language.
func newFunction(name string, d definition) *function {
	signature, err := parseSignature(d.signature)
	if err != nil {
		panic("the signature of $" + name + ": " + err.Error()) // a fault of this package; its tests call all functions
	}
	f := &function{name: name, signature: signature, arity: len(signature.parameters), call: d.call}
	if name == "string" {
		f.arity = 1 // $map gives it no place as its second argument
	}
	return f
}
