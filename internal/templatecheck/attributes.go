package templatecheck

import (
	_ "embed"
	"fmt"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// attributeTable has a line for each AWS type: its name, and the attributes that
// Fn::GetAtt takes. attributes.py writes it from the schemas that AWS publishes.
//
//go:embed attributes.txt
var attributeTable string

// attributesOf are the attributes of a type; none where they are not known, or
// depend on the resource.
func attributesOf(kind string) []string {
	switch {
	case kind == "Attini::Deploy::Runner", kind == "Custom::AttiniRunner":
		return []string{"ConfigurationId"}
	case !strings.HasPrefix(kind, "AWS::") || strings.HasPrefix(kind, "AWS::Serverless::"):
		return nil
	}
	_, line, found := strings.Cut("\n"+attributeTable, "\n"+kind+" ")
	if !found {
		return nil
	}
	line, _, _ = strings.Cut(line, "\n")
	if strings.Contains(line, "*") {
		return nil
	}
	return strings.Fields(line)
}

// attribute reports an attribute that the type of a resource has not. AWS adds
// some every month, so it is certain only where another was probably meant.
func (c *checker) attribute(function, resource, attribute string, at cfn.Path, place problem.Place) {
	kind := c.names.typeOf(resource)
	known := attributesOf(kind)
	if len(known) == 0 {
		return
	}
	for _, one := range known {
		if one == attribute || strings.HasPrefix(attribute, one+".") {
			return
		}
	}
	message := fmt.Sprintf("%s: %s, an %s, has no attribute %s", function, wording.Quote(resource), kind, wording.Quote(attribute))
	if isMisspelt(attribute, known) || !strings.HasPrefix(kind, "AWS::") {
		c.report(problem.Error, RuleAttribute, at, place, message+"; "+wording.Suggestion(attribute, known), "")
		return
	}
	c.report(problem.Warning, RuleAttribute, at, place, message+" that is known here (known: "+wording.Listed(known)+")", "")
}

// isMisspelt reports whether a name is one of the known ones but for a slip. One
// that holds another, as BucketArn holds Arn, may be a new one.
func isMisspelt(name string, known []string) bool {
	near := wording.Nearest(name, known)
	short, long := strings.ToLower(name), strings.ToLower(near)
	return near != "" && (short == long || !strings.Contains(long, short) && !strings.Contains(short, long))
}
