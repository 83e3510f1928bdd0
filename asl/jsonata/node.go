package jsonata

// node is a part of an expression: its form, and what postfix operators add to it.
type node struct {
	form     form
	position int

	keepArray  bool      // name[]: the value stays an array
	predicates []stage   // [condition], applied to the value of the node
	stages     []stage   // the same of a step in a path, applied to the step's values
	group      *grouping // {key: value}, applied last
	focus      string    // step@$name: the variable that holds the step's value
	index      string    // step#$name: the variable that holds the value's place
	ancestor   *slot     // what a % further on refers to is this step's input
	tuple      bool      // the step has to carry bindings to those that follow
	cons       bool      // begins or ends with an array constructor, which is not flattened
	seeking    []*slot   // the %s inside whose step is further out
}

// form is what kind of expression a node is.
type form interface{}

type (
	nameForm     struct{ name string }
	literalForm  struct{ value any } // string, float64, bool or nil
	variableForm struct{ name string }
	wildcardForm struct{}
	descendForm  struct{}
	parentForm   struct{ slot *slot }
	regexForm    struct{ pattern *pattern }
	holeForm     struct{} // the ? of a partial application

	pathForm struct {
		steps []*node
		keep  bool // a step keeps arrays, so the path does
	}
	negateForm struct{ operand *node }
	arrayForm  struct{ items []*node }
	objectForm struct{ grouping *grouping }
	binaryForm struct {
		operator    string
		left, right *node
	}
	assignForm struct {
		name  string
		value *node
	}
	conditionForm struct{ condition, yes, no *node }
	blockForm     struct{ parts []*node }
	callForm      struct {
		procedure *node
		arguments []*node
		tail      bool // the value of the call is that of the function around
	}
	partialForm struct {
		procedure *node
		arguments []*node
	}
	lambdaForm struct {
		parameters []string
		signature  *signature
		body       *node
	}
	transformForm struct{ pattern, update, remove *node }
	applyForm     struct{ left, right *node }
	orderForm     struct{ terms []orderTerm }
)

// These forms exist between the parser and the resolver only.
type (
	// filterForm is left[right] before it belongs to a step.
	filterForm struct{ left, right *node }
	groupForm  struct {
		left  *node
		pairs []pair
	}
	sortForm struct {
		left  *node
		terms []orderTerm
	}
	bindForm struct {
		operator string // @ or #
		left     *node
		name     string
	}
	// endForm is the end of the source where an operand has to be. What waits for
	// its closing bracket says so first.
	endForm struct{}
)

type pair struct{ key, value *node }

type grouping struct {
	pairs    []pair
	position int
}

type orderTerm struct {
	descending bool
	expression *node
}

// stage is a predicate, or the binding of an index between predicates.
type stage struct {
	predicate *node
	index     string
}

// slot is what a % refers to: the input of a step that is level steps back.
type slot struct {
	label string
	level int
	// shared is the slot whose label counts, if two %s refer to one step.
	shared *slot
}

// name returns the variable that carries the slot's value. It is no name that an
// expression can write.
func (s *slot) name() string {
	for s.shared != nil {
		s = s.shared
	}
	return s.label
}
