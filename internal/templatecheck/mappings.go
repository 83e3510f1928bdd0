package templatecheck

import (
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/wording"
)

// findInMap reports a mapping, or a key of one, that is not there.
func (c *checker) findInMap(argument *cfn.Node, at cfn.Path) {
	if !argument.IsList() || len(argument.Items) < 3 || !argument.Items[0].IsString() {
		return
	}
	mappings := c.template.Get("Mappings")
	if len(argument.Items) > 3 { // with a DefaultValue, nothing needs to be there
		return
	}
	at = at.Key("Fn::FindInMap")
	found := mappings
	var keys []string
	for i, item := range argument.Items[:3] {
		if !item.IsString() || found.Has(cfn.TransformKey) || cfn.IsDynamicReference(item.Text) {
			return
		}
		next := found.Get(item.Text)
		if next == nil {
			place := "Mappings"
			if i > 0 {
				place += " has " + strings.Join(keys, " / ") + ", but that"
			}
			c.missing(RuleMapping, at.Index(i), item.Place, fmt.Sprintf("Fn::FindInMap: %s has no %s", place, wording.Quote(item.Text)), item.Text, cfn.Candidates(found), "")
			return
		}
		keys = append(keys, wording.Brief(item.Text))
		found = next
	}
}
