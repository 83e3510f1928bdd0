// Package templatecheck checks a whole template file for mistakes that the macro
// cannot see: in the Transform section, in declarations, and in references to
// resources, parameters, conditions and mappings. CloudFormation finds these too,
// but without a line, and some of them only during a deployment.
package templatecheck

import (
	"fmt"
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// The rules, as problems name them.
const (
	RuleTransform = "transform"
	RuleSection   = "unknown-section"
	RuleLogicalID = "logical-id"
	RuleReference = "unknown-reference"
	RuleCondition = "unknown-condition"
	RuleMapping   = "unknown-mapping"
	RuleAttribute = "unknown-attribute"
	RuleShape     = "intrinsic-shape"
	RuleKind      = "reference-kind"
	RuleSub       = "missing-sub"
)

// The resource types of a Runner and of a plan.
const (
	runnerType = "Attini::Deploy::Runner"
	planType   = "Attini::Deploy::DeploymentPlan"
)

// Options say what else is known of a template.
type Options struct {
	// Macro is the name by which the template asks for the macro.
	Macro string
	// Added are the resources that the macro adds, types by logical id; "" for a
	// type that is not known.
	Added map[string]string
	// Values are those that were given for the parameters.
	Values cfn.Values
}

// Check checks a template file.
func Check(template *cfn.Node, options Options) problem.List {
	c := newChecker(template, options)
	c.transformSection()
	c.sections()
	c.logicalIDs()
	c.problems.Add(Parameters(template, options.Values)...)
	c.references()
	c.members()
	c.kinds()
	c.valueKinds()
	c.missingSubs()
	c.dynamicReferences()
	c.dependencyCycles()
	return c.problems.Sorted()
}

// Parameters checks the declarations of parameters, and the values that are given
// for them. One without a value is not a problem.
func Parameters(template *cfn.Node, values cfn.Values) problem.List {
	_, found := cfn.NewEvaluator(template, values)
	return slices.DeleteFunc(found, func(p problem.Problem) bool { return p.Rule == "parameter-missing" })
}

type checker struct {
	template *cfn.Node
	options  Options
	names    names
	problems problem.List
}

func newChecker(template *cfn.Node, options Options) *checker {
	return &checker{template: template, options: options, names: newNames(template, options)}
}

func (c *checker) report(severity problem.Severity, rule string, at cfn.Path, place problem.Place, message, advice string) {
	path := at.String()
	if path != "" {
		message = path + ": " + message
	}
	c.problems.Add(problem.Problem{Severity: severity, Rule: rule, Path: path, Place: place, Message: message, Advice: advice})
}

// fix adds to the last problem what to write in place of what is there.
func (c *checker) fix(old, written string) {
	if last := len(c.problems) - 1; written != "" && !c.problems.Full() {
		c.problems[last].Fix = problem.Fix{Old: old, New: written}
	}
}

// sections reports a section that CloudFormation does not know. Another macro may
// have a use for it.
func (c *checker) sections() {
	known := []string{
		"AWSTemplateFormatVersion", "Description", "Metadata", "Parameters", "Rules", "Mappings", "Conditions",
		"Transform", "Resources", "Outputs", "Hooks", "Globals",
	}
	for _, field := range c.template.Fields {
		if slices.Contains(known, field.Key) || strings.HasPrefix(field.Key, "Fn::") {
			continue
		}
		c.report(c.names.severity(), RuleSection, cfn.NewPath(field.Key), field.Place,
			"a template has no such section; "+wording.Suggestion(field.Key, known), "")
		c.fix(field.Key, wording.Nearest(field.Key, known))
	}
}

// logicalIDs reports names that CloudFormation does not take.
func (c *checker) logicalIDs() {
	for _, section := range []string{"Resources", "Parameters", "Outputs"} {
		for _, field := range c.template.Get(section).Entries() {
			if isAlphanumeric(field.Key) || strings.HasPrefix(field.Key, "Fn::") {
				continue
			}
			c.report(problem.Error, RuleLogicalID, cfn.NewPath(section, field.Key), field.Place,
				fmt.Sprintf("the name %s must have letters and digits only (A-Z, a-z, 0-9)", wording.Quote(field.Key)), renamed(field.Key))
		}
	}
}

func isAlphanumeric(name string) bool {
	return name != "" && strings.IndexFunc(name, func(r rune) bool { return !isLetterOrDigit(r) }) < 0
}

func isLetterOrDigit(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// renamed proposes the name without what is not allowed: my-runner becomes
// MyRunner.
func renamed(name string) string {
	var text strings.Builder
	for _, part := range strings.FieldsFunc(wording.Brief(name), func(r rune) bool { return !isLetterOrDigit(r) }) {
		text.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	if text.Len() == 0 {
		return ""
	}
	return "Name it " + text.String() + "."
}
