package cfn

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

func declarationKeys() []string {
	return []string{
		"Type", "Default", "AllowedValues", "AllowedPattern", "ConstraintDescription", "Description",
		"MaxLength", "MaxValue", "MinLength", "MinValue", "NoEcho",
	}
}

// declarationProblems reports what CloudFormation does not take in the declaration of a
// parameter, its Type aside.
func declarationProblems(declared Field) problem.List {
	if !declared.Value.IsMap() || HasTransform(declared.Value) {
		return nil // reported, or made by a transform
	}
	var problems problem.List
	report := func(field Field, message string) {
		found := parameterProblem("parameter-declaration", declared.Key, field.Place, field.Key+": "+message)
		found.Path = NewPath("Parameters", declared.Key, field.Key).String()
		problems.Add(found)
	}
	known := declarationKeys()
	for _, field := range declared.Value.Fields {
		switch value := field.Value; {
		case !slices.Contains(known, field.Key):
			report(field, "a parameter has no such key; "+wording.Suggestion(field.Key, known))
		case field.Key == "Type": // wrongType reports it
		case field.Key == "AllowedValues":
			if !value.IsList() {
				report(field, fmt.Sprintf("must be a list, not %s", value.kind().article()))
			}
		case !value.IsScalar():
			report(field, fmt.Sprintf("must be a text, not %s%s", value.kind().article(), listAdvice(field)))
		case field.Key == "NoEcho" && value.Text != "true" && value.Text != "false":
			report(field, fmt.Sprintf("must be true or false, not %s", wording.Quote(value.Text)))
		case field.Key == "AllowedPattern":
			if wrong := wrongPattern(value.Text); wrong != "" {
				report(field, fmt.Sprintf("is no regular expression: %s: %s", wrong, wording.Brief(value.Text)))
			}
		default:
			if wrong := wrongBound(field, declared.Value); wrong != "" {
				report(field, wrong)
			}
		}
	}
	return problems
}

// wrongBound says what is wrong with a bound: the text that it is, or that it leaves no
// value. Of two that do not go together, the lower one is wrong.
func wrongBound(field Field, declaration *Node) string {
	bound, isMin := strings.CutPrefix(field.Key, "Min")
	if !isMin && !strings.HasPrefix(field.Key, "Max") {
		return ""
	}
	number, isNumber := parseDecimal(field.Value.Text)
	switch {
	case !isNumber:
		return fmt.Sprintf("must be a number, not %s", wording.Quote(field.Value.Text))
	case strings.HasSuffix(field.Key, "Length") && (number.Sign() < 0 || !number.IsInt()):
		return fmt.Sprintf("must be a whole number of at least 0, not %s", wording.Brief(field.Value.Text))
	}
	most := boundOf(declaration.Get("Max" + bound))
	if isMin && most.number != nil && number.Cmp(most.number) > 0 {
		return fmt.Sprintf("%s is above Max%s, %s, so no value is allowed", wording.Brief(field.Value.Text), bound, most.text)
	}
	return ""
}

// wrongPattern says why Java, which CloudFormation matches with, cannot read a pattern;
// "" where it can, or may. What Go cannot read is often right there.
func wrongPattern(pattern string) string {
	if len(pattern) > longestValue || javaClass.MatchString(pattern) {
		return ""
	}
	var wrong *syntax.Error
	if _, err := syntax.Parse(pattern, syntax.Perl); !errors.As(err, &wrong) {
		return ""
	}
	switch wrong.Code {
	case syntax.ErrMissingBracket, syntax.ErrMissingParen, syntax.ErrUnexpectedParen, syntax.ErrMissingRepeatArgument, syntax.ErrTrailingBackslash:
		return wrong.Code.String()
	case syntax.ErrInvalidCharRange:
		if ends := []rune(wrong.Expr); len(ends) == 3 && ends[1] == '-' { // others may be Java's own classes
			return wrong.Code.String() + " " + wrong.Expr
		}
	case syntax.ErrInvalidRepeatSize:
		least, most, isRange := strings.Cut(strings.Trim(wrong.Expr, "{}"), ",")
		from, _ := strconv.Atoi(least)
		to, err := strconv.Atoi(most)
		if isRange && err == nil && from > to {
			return "the repetition " + wrong.Expr + " ends before it begins"
		}
	}
	return ""
}

// listAdvice says how a list is the Default of a parameter.
func listAdvice(field Field) string {
	if field.Key == "Default" && field.Value.IsList() {
		return "; write the items of a list in one text, separated by commas"
	}
	return ""
}
