package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// filterExpression is the right side of =~.
type filterExpression struct{ expression *regexp.Regexp }

func (e filterExpression) value(any, any, *budget) (any, bool) { return nil, true }

// regularExpression reads /pattern/flags.
func (r *pathReader) regularExpression() (operand, error) {
	text := strings.TrimLeft(r.text, " ")
	if !strings.HasPrefix(text, "/") {
		return nil, errors.New("after =~ comes an expression between slashes, as in /a.*/i")
	}
	end := 1
	for ; end < len(text) && text[end] != '/'; end++ {
		if text[end] == '\\' {
			end++
		}
	}
	if end >= len(text) {
		return nil, errors.New("the expression after =~ has no closing slash")
	}
	pattern := text[1:end]
	rest := strings.TrimLeft(text[end+1:], "imsudxU")
	flags := strings.Map(func(c rune) rune {
		if strings.ContainsRune("ims", c) {
			return c
		}
		return -1 // of Java's other flags none matters to what is matched here
	}, text[end+1:len(text)-len(rest)])
	r.text = rest
	prefix := ""
	if flags != "" {
		prefix = "(?" + flags + ")"
	}
	// Jayway wants the whole text to match.
	compiled, err := regexp.Compile(prefix + `\A(?:` + strings.ReplaceAll(pattern, `\/`, "/") + `)\z`)
	if err != nil {
		return nil, fmt.Errorf("the expression /%s/ is not valid", pattern)
	}
	return filterExpression{compiled}, nil
}

func (f filterCompare) holds(item, root any, b *budget) bool {
	left, leftOK := f.left.value(item, root, b)
	right, rightOK := f.right.value(item, root, b)
	if expression, ok := f.right.(filterExpression); ok {
		text, isText := looseText(left)
		return leftOK && isText && expression.expression.MatchString(text)
	}
	switch f.operator {
	case "==":
		return leftOK && rightOK && looselyEqual(left, right) || !leftOK && !rightOK
	case "!=":
		return !(leftOK && rightOK && looselyEqual(left, right) || !leftOK && !rightOK)
	case "===":
		return leftOK && rightOK && typeName(left) == typeName(right) && looselyEqual(left, right)
	case "!==":
		return !(leftOK && rightOK && typeName(left) == typeName(right) && looselyEqual(left, right))
	}
	return leftOK && rightOK && (f.ordered(left, right) || f.listed(left, right))
}

// looselyEqual compares as Jayway does: a number equals the text that writes it.
func looselyEqual(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		if text, ok := b.(string); ok {
			return isNumber(text) && compareNumbers(a, json.Number(text)) == 0
		}
	case string:
		if number, ok := b.(json.Number); ok {
			return a == string(number)
		}
	}
	return equal(a, b)
}

func looseText(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return value, true
	case json.Number:
		return string(value), true
	case bool:
		return fmt.Sprint(value), true
	default:
		return "", false
	}
}

// ordered compares two numbers or two texts by their order.
func (f filterCompare) ordered(left, right any) bool {
	order := 0
	a, isNumberA := left.(json.Number)
	b, isNumberB := right.(json.Number)
	x, isTextA := left.(string)
	y, isTextB := right.(string)
	switch {
	case isNumberA && isNumberB:
		order = compareNumbers(a, b)
	case isTextA && isTextB:
		order = strings.Compare(x, y)
	default:
		return false
	}
	switch f.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	case ">=":
		return order >= 0
	default:
		return false
	}
}

// listed answers the operators of lists.
func (f filterCompare) listed(left, right any) bool {
	contains := func(list []any) func(any) bool {
		return func(one any) bool {
			return slices.ContainsFunc(list, func(other any) bool { return looselyEqual(one, other) })
		}
	}
	a, leftIsList := left.([]any)
	b, rightIsList := right.([]any)
	not := func(is func(any) bool) func(any) bool { return func(v any) bool { return !is(v) } }
	switch f.operator {
	case "in":
		return rightIsList && contains(b)(left)
	case "nin":
		return rightIsList && !contains(b)(left)
	case "contains":
		text, isText := left.(string)
		part, isPart := looseText(right)
		return leftIsList && contains(a)(right) || isText && isPart && strings.Contains(text, part)
	case "all":
		return leftIsList && rightIsList && !slices.ContainsFunc(b, not(contains(a)))
	case "subsetof":
		return leftIsList && rightIsList && !slices.ContainsFunc(a, not(contains(b)))
	case "anyof":
		return leftIsList && rightIsList && slices.ContainsFunc(a, contains(b))
	case "noneof":
		return leftIsList && rightIsList && !slices.ContainsFunc(a, contains(b))
	case "size":
		length, known := lengthOf(left)
		number, isNumber := right.(json.Number)
		wanted, whole := wholeNumber(number)
		return known && isNumber && whole && int64(length) == wanted
	case "empty":
		length, known := lengthOf(left)
		return known && right == (length == 0)
	default:
		return false
	}
}

func lengthOf(value any) (int, bool) {
	switch value := value.(type) {
	case []any:
		return len(value), true
	case string:
		return utf8.RuneCountInString(value), true
	default:
		return 0, false
	}
}
