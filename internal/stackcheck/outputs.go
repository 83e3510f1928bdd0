package stackcheck

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/wording"
)

// keepOutputs notes what a step puts into the payload, unless it says otherwise itself.
func (c *checker) keepOutputs(s *plan.State, stack *stacks.Stack, template *cfn.Node) {
	for _, key := range []string{"ResultPath", "ResultSelector", "OutputPath", "Output"} {
		if s.Node.Has(key) {
			return
		}
	}
	c.outputs[s.Name] = keysOf(template.Get("Outputs"))
	if stack.OutputPath != "" {
		c.outputs[s.Name] = []string{stack.OutputPath}
	}
}

// outputOf finds the paths to one value of a step's output: $.output.Db.TableName.
var outputOf = regexp.MustCompile(`\$\.output(?:\.([A-Za-z_][A-Za-z0-9_]*)|\['([^'\]]*)'\])\.([A-Za-z0-9]+)`)

// readPaths looks at the paths of a step, but not at those of steps nested in it.
func (c *checker) readPaths(s *plan.State, n *cfn.Node, at cfn.Path) {
	for _, field := range n.Entries() {
		where := at.Key(field.Key)
		switch {
		case slices.Contains([]string{"Branches", "Iterator", "ItemProcessor", "ResultPath"}, field.Key):
		case field.Value.IsString() && (strings.HasSuffix(field.Key, ".$") || strings.HasSuffix(field.Key, "Path") || field.Key == "Variable"):
			c.readPath(s, field.Value, where)
		case field.Value.IsList():
			for i, item := range field.Value.Items {
				c.readPaths(s, item, where.Index(i))
			}
		default:
			c.readPaths(s, field.Value, where)
		}
	}
}

func (c *checker) readPath(s *plan.State, n *cfn.Node, at cfn.Path) {
	for _, found := range outputOf.FindAllStringSubmatch(n.Text, -1) {
		step, name := found[1]+found[2], found[3]
		outputs, known := c.outputs[step]
		if !known || slices.Contains(outputs, name) {
			continue
		}
		message := fmt.Sprintf("Step %s: %s: the stack of step %s has no output %s", wording.Quote(s.Name), wording.Brief(n.Text), wording.Quote(step), wording.Brief(name))
		if near := wording.Nearest(name, outputs); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		c.problems.Add(problem.Problem{Severity: problem.Warning, Rule: plan.RuleOutputOfStep, Path: at.String(), Place: n.Place, Message: message})
	}
}
