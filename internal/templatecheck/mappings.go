package templatecheck

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

// mostRows is how many keys are looked at for one that is not known.
const mostRows = 1000

// findInMap reports a mapping, or a key of one, that is not there. A key that is not known
// may be any.
func (c *checker) findInMap(argument *cfn.Node, at cfn.Path) {
	if !argument.IsList() || len(argument.Items) != 3 || !argument.Items[0].IsString() {
		return // with a DefaultValue, nothing needs to be there
	}
	found := []*cfn.Node{c.template.Get("Mappings")}
	var keys []string
	for i, item := range argument.Items {
		key, source, known := c.mappingKey(item, at)
		inside, candidates := []*cfn.Node{}, []string{}
		for _, n := range found {
			if n.Has(cfn.TransformKey) || !known && len(n.Entries()) > mostRows {
				return
			}
			if known && n.Has(key) {
				inside = append(inside, n.Get(key))
			}
			for _, field := range n.Entries() {
				if !known {
					inside = append(inside, field.Value)
				}
			}
			candidates = append(candidates, cfn.Candidates(n)...)
		}
		if known && len(inside) == 0 {
			place := "Mappings"
			if i > 0 {
				place += " has " + strings.Join(keys, " / ") + ", but that"
			}
			c.missing(RuleMapping, at.Key("Fn::FindInMap").Index(i), item.Place, fmt.Sprintf("Fn::FindInMap: %s has no %s%s", place, wording.Quote(key), source), key, candidates, "")
			return
		}
		if found = inside; !known {
			key = "…"
		}
		keys = append(keys, wording.Brief(key))
	}
}

// mappingKey is the text of a key, as far as it is known. The value that a parameter has
// counts where nothing decides whether it is looked up.
func (c *checker) mappingKey(item *cfn.Node, at cfn.Path) (key, source string, known bool) {
	if item.IsString() {
		return item.Text, "", !cfn.IsDynamicReference(item.Text)
	}
	name, argument, _ := cfn.Intrinsic(item)
	if name != "Ref" || c.isConditional(at) {
		return "", "", false
	}
	declaration := c.names.parameters[argument.AsString()]
	if kind := declaration.Get("Type").AsString(); kind != "String" && kind != "Number" || cfn.IsNoEcho(declaration) {
		return "", "", false
	}
	value, given := c.options.Values.Parameters[argument.Text]
	if fallback := declaration.Get("Default"); !given && fallback.IsScalar() {
		value, given = fallback.Text, true
	}
	allowed := declaration.Get("AllowedValues").Elements()
	if len(allowed) > 0 && !slices.ContainsFunc(allowed, func(n *cfn.Node) bool { return n.IsScalar() && n.Text == value }) {
		return "", "", false // reported
	}
	return value, fmt.Sprintf(", the value of parameter %s", wording.Quote(argument.Text)), given && !cfn.IsDynamicReference(value)
}

// isConditional reports whether a condition decides about a value.
func (c *checker) isConditional(at cfn.Path) bool {
	steps := strings.Split(at.String(), ".")
	return slices.ContainsFunc(steps, func(step string) bool { return strings.HasPrefix(step, "Fn::If") }) ||
		len(steps) > 1 && c.template.Get(steps[0]).Get(steps[1]).Has("Condition")
}

// selects reports Fn::Select of an item that its list does not have.
func (c *checker) selects(argument *cfn.Node, at cfn.Path) {
	if len(argument.Elements()) != 2 || !argument.Items[0].IsScalar() || !argument.Items[1].IsList() {
		return
	}
	index, err := strconv.Atoi(argument.Items[0].Text)
	if count := len(argument.Items[1].Items); err == nil && (index < 0 || index >= count) {
		c.report(c.names.severity(), RuleShape, at, argument.Items[0].Place,
			fmt.Sprintf("Fn::Select: the list has %d items, counted from 0; there is no item %d", count, index), "")
	}
}
