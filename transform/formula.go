package transform

import (
	"strconv"

	"github.com/attini-go/runner/internal/cfn"
)

// formula says when something is there: always, never, or while a condition of
// the template holds.
type formula struct {
	// node is a condition function; nil for what is constant.
	node   *cfn.Node
	always bool
}

func named(condition string) formula {
	return formula{node: cfn.Obj(cfn.F("Condition", cfn.Str(condition)))}
}

func equals(value *cfn.Node, text string) formula {
	return formula{node: function("Fn::Equals", value, cfn.Str(text))}
}

func function(name string, operands ...*cfn.Node) *cfn.Node {
	return cfn.Obj(cfn.F(name, cfn.Seq(operands...)))
}

func (f formula) isNever() bool  { return f.node == nil && !f.always }
func (f formula) isAlways() bool { return f.node == nil && f.always }

func (f formula) not() formula {
	if f.node == nil {
		return formula{always: !f.always}
	}
	if inside := f.node.Get("Fn::Not"); inside != nil {
		return formula{node: inside.Items[0]}
	}
	return formula{node: function("Fn::Not", f.node)}
}

func (f formula) and(g formula) formula {
	switch {
	case f.isNever() || g.isAlways() || f.node != nil && sameTree(f.node, g.node):
		return f
	case g.isNever() || f.isAlways():
		return g
	}
	return formula{node: function("Fn::And", f.node, g.node)}
}

func (f formula) or(g formula) formula {
	if f.isAlways() || g.isNever() || f.node != nil && sameTree(f.node, g.node) {
		return f
	}
	if g.isAlways() || f.isNever() {
		return g
	}
	return formula{node: function("Fn::Or", f.node, g.node)}
}

// either is yes while f holds, and no otherwise.
func (f formula) either(yes, no formula) formula {
	if yes.node == nil && no.node == nil && yes.always == no.always {
		return yes
	}
	return f.and(yes).or(f.not().and(no))
}

// decided are the conditions whose values are known where the formula holds.
func (f formula) decided() map[string]bool {
	values := map[string]bool{}
	var add func(n *cfn.Node)
	add = func(n *cfn.Node) {
		name, argument, _ := cfn.Intrinsic(n)
		switch {
		case name == "Condition":
			values[argument.Text] = true
		case name == "Fn::And":
			add(argument.Items[0])
			add(argument.Items[1])
		case name == "Fn::Not" && argument.Items[0].Get("Condition") != nil:
			values[argument.Items[0].Get("Condition").Text] = false
		}
	}
	add(f.node)
	return values
}

// sameTree reports whether two trees have the same values in the same order.
func sameTree(a, b *cfn.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Text != b.Text || len(a.Items) != len(b.Items) || len(a.Fields) != len(b.Fields) {
		return false
	}
	for i := range a.Items {
		if !sameTree(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for i := range a.Fields {
		if a.Fields[i].Key != b.Fields[i].Key || !sameTree(a.Fields[i].Value, b.Fields[i].Value) {
			return false
		}
	}
	return true
}

// conditionNames gives formulas names in the template's Conditions: resources
// and Fn::If take nothing else.
type conditionNames struct {
	used map[string]bool
	// names finds the name of a formula that has one, by its text.
	names map[string]string
	added []cfn.Field
}

func newConditionNames(template *cfn.Node) *conditionNames {
	c := &conditionNames{used: map[string]bool{}, names: map[string]string{}}
	for _, field := range template.Get("Conditions").Entries() {
		c.used[field.Key] = true
	}
	return c
}

// of is the name of a formula that is not constant: its own if it is one
// condition, else the wished one, or one like it when that is taken.
func (c *conditionNames) of(f formula, wish string) string {
	if own := f.node.Get("Condition"); own != nil {
		return own.Text
	}
	text, err := f.node.MarshalJSON()
	if err != nil { // it was read from, or made as, JSON
		panic(err)
	}
	if name, found := c.names[string(text)]; found {
		return name
	}
	name := wish
	for n := 2; c.used[name]; n++ {
		name = wish + strconv.Itoa(n)
	}
	c.used[name] = true
	c.names[string(text)] = name
	c.added = append(c.added, cfn.F(name, f.node))
	return name
}

// section is the template's Conditions with those that were added.
func (c *conditionNames) section(own *cfn.Node) *cfn.Node {
	if len(c.added) == 0 || own != nil && !own.IsMap() {
		return own
	}
	all := cfn.Obj(own.Entries()...)
	all.Fields = append(all.Fields[:len(all.Fields):len(all.Fields)], c.added...)
	if own != nil {
		all.Place = own.Place
	}
	return all
}
