package templatecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The transforms whose order matters: SAM makes the state machine of what the
// macro returns, and AWS::LanguageExtensions must come before SAM (AWS
// CloudFormation user guide, "AWS::LanguageExtensions transform").
const (
	samTransform       = "AWS::Serverless-2016-10-31"
	languageExtensions = "AWS::LanguageExtensions"
)

// transformNames are the transforms of a template in their order, and whether
// the section has the form of one.
func transformNames(section *cfn.Node) (items []*cfn.Node, names []string, ok bool) {
	items = []*cfn.Node{section}
	switch {
	case section == nil:
		return nil, nil, true
	case section.IsList():
		items = section.Items
	}
	for _, item := range items {
		name := item
		if item.IsMap() {
			name = item.Get("Name")
		}
		if !name.IsString() {
			return nil, nil, false
		}
		names = append(names, name.Text)
	}
	return items, names, true
}

// transformSection reports a Transform section with which the template cannot be
// deployed. The macro itself never sees it.
func (c *checker) transformSection() {
	section := c.template.Get("Transform")
	items, names, ok := transformNames(section)
	place := c.template.KeyPlace("Transform")
	if !ok {
		c.transformProblem(place, "must be the name of a transform, or a list of such", nil)
		return
	}
	if joined := slices.IndexFunc(names, func(name string) bool { return strings.ContainsAny(name, ", ") }); joined >= 0 {
		split := strings.FieldsFunc(names[joined], func(r rune) bool { return r == ',' || r == ' ' })
		c.transformProblem(items[joined].Place, "several names stand in one text; write each as an item of the list", c.inOrder(slices.Concat(names[:joined], split, names[joined+1:])))
		return
	}
	right, misspelt := slices.Clone(names), false
	for i, name := range names {
		for _, meant := range []string{c.options.Macro, samTransform, languageExtensions} {
			if name != meant && !slices.Contains(names, meant) && !slices.Contains(right, meant) && isSlip(name, meant) {
				right[i], misspelt = meant, true
				c.transformProblem(items[i].Place, fmt.Sprintf("there is no transform %s; did you mean %s?", wording.Quote(name), meant), nil)
				c.fix(name, meant)
			}
		}
	}
	switch missing := c.missingTransforms(right); {
	case misspelt:
		c.adviseTransform(c.inOrder(right))
	case len(missing) > 0:
		if section == nil {
			place = c.firstKey()
		}
		lines := c.inOrder(append(right, missing...))
		c.transformProblem(place, missingMessage(missing, c.options.Macro), lines)
		if section == nil {
			c.fixMissing(lines)
		}
	case c.repeatedTransforms(items, right):
	default:
		c.transformOrder(items, right)
	}
}

// repeatedTransforms reports transforms that are listed twice, and whether the section
// has to be written anew. CloudFormation runs each as often as it is listed; another
// macro may be meant to, with other parameters.
func (c *checker) repeatedTransforms(items []*cfn.Node, names []string) (wrong bool) {
	for i, name := range names {
		first := slices.Index(names, name)
		switch {
		case first == i || wrong:
		case slices.Contains([]string{c.options.Macro, samTransform, languageExtensions}, name):
			wrong = true
			once := slices.DeleteFunc(slices.Clone(names), func(other string) bool { return other == name })
			c.transformProblem(items[i].Place, name+" is listed twice; CloudFormation would run it again on what it has made", c.inOrder(slices.Insert(once, first, name)))
		case items[i].IsString() && items[first].IsString():
			c.report(problem.Warning, RuleTransform, cfn.NewPath("Transform"), items[i].Place,
				fmt.Sprintf("%s is listed twice; CloudFormation would run it again on what it has made", wording.Quote(name)), "")
		}
	}
	return wrong
}

// firstKey is where the template's first section begins.
func (c *checker) firstKey() problem.Place {
	if len(c.template.Fields) == 0 {
		return c.template.Place
	}
	return c.template.Fields[0].Place
}

// fixMissing adds the whole section before the first one. In braces, it is written
// as JSON.
func (c *checker) fixMissing(names []string) {
	if c.firstKey() == c.template.Place {
		c.fix("", "Transform:\n  - "+strings.Join(names, "\n  - ")+"\n")
		return
	}
	c.fix("", `"Transform": ["`+strings.Join(names, `", "`)+`"], `)
}

// isSlip reports whether a name was probably meant for another.
func isSlip(name, meant string) bool {
	return wording.Nearest(name, []string{meant}) != "" || strings.HasPrefix(meant, "AWS::Serverless") && strings.HasPrefix(name, "AWS::Serverless")
}

func (c *checker) missingTransforms(names []string) []string {
	var missing []string
	for _, needed := range []string{c.options.Macro, samTransform} {
		if !slices.Contains(names, needed) {
			missing = append(missing, needed)
		}
	}
	return missing
}

func missingMessage(missing []string, macro string) string {
	switch {
	case len(missing) == 2:
		return macro + " and " + samTransform + " are missing; without them CloudFormation does not know the resource types Attini::Deploy::…"
	case missing[0] == macro:
		return macro + " is missing; without it CloudFormation does not know the resource types Attini::Deploy::…"
	}
	return samTransform + " is missing; without it CloudFormation does not know the state machine that the plan becomes"
}

// transformOrder reports transforms in an order in which one does not get what it
// needs: CloudFormation runs them as they are listed.
func (c *checker) transformOrder(items []*cfn.Node, names []string) {
	sam := slices.Index(names, samTransform)
	for _, name := range []string{c.options.Macro, languageExtensions} {
		if at := slices.Index(names, name); at > sam {
			c.transformProblem(items[at].Place, fmt.Sprintf("%s must come before %s: CloudFormation runs them as they are listed", name, samTransform), c.inOrder(names))
			return
		}
	}
}

// inOrder puts SAM behind all others, and AWS::LanguageExtensions, if it is behind
// SAM, before it.
func (c *checker) inOrder(names []string) []string {
	ordered := slices.Clone(names)
	var last []string
	if extensions, sam := slices.Index(names, languageExtensions), slices.Index(names, samTransform); sam >= 0 && extensions > sam {
		last = append(last, languageExtensions)
	}
	last = append(last, samTransform)
	ordered = slices.DeleteFunc(ordered, func(name string) bool { return slices.Contains(last, name) })
	if at := slices.Index(ordered, c.options.Macro); at > 0 && slices.Contains(ordered[:at], languageExtensions) && at >= slices.Index(names, samTransform) {
		ordered = slices.Delete(ordered, at, at+1)
		ordered = slices.Insert(ordered, 0, c.options.Macro)
	}
	return append(ordered, last...)
}

// transformProblem reports the section, with the lines to write if they are known.
func (c *checker) transformProblem(place problem.Place, message string, lines []string) {
	c.report(problem.Error, RuleTransform, cfn.NewPath("Transform"), place, message, "")
	if lines != nil {
		c.adviseTransform(lines)
	}
}

// adviseTransform adds the lines to write to the last problem. Transforms with
// parameters stay as they are, so their lines are not repeated.
func (c *checker) adviseTransform(lines []string) {
	text := "Write:\nTransform:"
	for _, name := range lines {
		text += "\n  - " + wording.Brief(name)
	}
	c.problems[len(c.problems)-1].Advice = text
}
