package cfn

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/attini-go/runner/problem"
)

// parameterValue is the value of one declared parameter, checked against its
// declaration; nil when it is missing. List types become Lists.
func parameterValue(declared Field, values Values) (*Node, problem.List) {
	at := Path("").Keys("Parameters", declared.Key)
	kind := declared.Value.Get("Type").textOf()
	text, given := values.Parameters[declared.Key]
	if !given {
		fallback := declared.Value.Get("Default")
		if !fallback.IsScalar() {
			return nil, problem.List{{
				Severity: problem.Error, Rule: "parameter-missing", Path: string(at), Place: declared.Place,
				Message: fmt.Sprintf("Parameter %q: has no value and no Default", declared.Key),
				Advice:  "Give it with --parameter " + declared.Key + "=VALUE.",
			}}
		}
		text = fallback.Text
	}
	if strings.HasPrefix(kind, "AWS::SSM::Parameter::Value<") {
		value, known := values.References[declared.Key]
		if !known {
			return Str(text), nil // the name; its value only AWS knows
		}
		return Str(value), nil
	}
	items := []string{text}
	isList := kind == "CommaDelimitedList" || strings.HasPrefix(kind, "List<")
	if isList {
		items = strings.Split(text, ",")
	}
	var problems problem.List
	list := Seq()
	for _, item := range items {
		item = trimIf(isList, item)
		list.Items = append(list.Items, Str(item))
		if reason := disallowed(item, kind, declared.Value); reason != "" {
			problems.Add(problem.Problem{
				Severity: problem.Error, Rule: "parameter-value", Path: string(at), Place: declared.Place,
				Message: fmt.Sprintf("Parameter %q: %q %s", declared.Key, item, reason),
			})
		}
	}
	if isList {
		return list, problems
	}
	return list.Items[0], problems
}

func trimIf(trim bool, text string) string {
	if trim {
		return strings.TrimSpace(text)
	}
	return text
}

// disallowed says why the declaration does not allow a value, or "".
func disallowed(text, kind string, declaration *Node) string {
	if allowed := declaration.Get("AllowedValues"); allowed.IsList() {
		var texts []string
		for _, item := range allowed.Items {
			texts = append(texts, item.Text)
		}
		if !slices.Contains(texts, text) {
			return "is not allowed (allowed: " + strings.Join(texts, ", ") + ")"
		}
	}
	if pattern := declaration.Get("AllowedPattern"); pattern.IsString() {
		if expression, err := regexp.Compile("^(?:" + pattern.Text + ")$"); err == nil && !expression.MatchString(text) {
			if words := declaration.Get("ConstraintDescription"); words.IsString() {
				return "is not allowed: " + words.Text
			}
			return "does not match " + pattern.Text
		}
	}
	if kind == "Number" || kind == "List<Number>" {
		return outside(text, declaration.Get("MinValue"), declaration.Get("MaxValue"))
	}
	if length := outside(strconv.Itoa(len([]rune(text))), declaration.Get("MinLength"), declaration.Get("MaxLength")); length != "" {
		return "has a length that " + length
	}
	return ""
}

func outside(text string, least, most *Node) string {
	number, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return "is not a number"
	}
	if least.IsScalar() {
		if bound, err := strconv.ParseFloat(least.Text, 64); err == nil && number < bound {
			return "is below " + least.Text
		}
	}
	if most.IsScalar() {
		if bound, err := strconv.ParseFloat(most.Text, 64); err == nil && number > bound {
			return "is above " + most.Text
		}
	}
	return ""
}
