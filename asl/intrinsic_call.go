package asl

import (
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// maxIntrinsicText is the service's quota for the texts that the Base64 and Hash functions take, in characters.
const maxIntrinsicText = 10_000

// intrinsic is one function of the language.
type intrinsic struct {
	least, most int // allowed number of arguments; most < 0: any
	do          func(*arguments) (any, error)
}

func (f intrinsic) arity() string {
	switch {
	case f.most < 0 && f.least == 0:
		return "any number of arguments"
	case f.most < 0:
		return fmt.Sprintf("%d or more arguments", f.least)
	case f.least != f.most:
		return fmt.Sprintf("%d to %d arguments", f.least, f.most)
	case f.least == 1:
		return "1 argument"
	default:
		return fmt.Sprintf("%d arguments", f.least)
	}
}

// intrinsicNamed is the table of the language's functions ("Intrinsic Functions" in the specification and in the Step Functions guide).
func intrinsicNamed(name string) (intrinsic, bool) {
	function, ok := map[string]intrinsic{
		"States.Format":         {1, -1, format},
		"States.StringToJson":   {1, 1, stringToJSON},
		"States.JsonToString":   {1, 1, jsonToString},
		"States.StringSplit":    {2, 2, stringSplit},
		"States.Array":          {0, -1, array},
		"States.ArrayPartition": {2, 2, arrayPartition},
		"States.ArrayContains":  {2, 2, arrayContains},
		"States.ArrayRange":     {3, 3, arrayRange},
		"States.ArrayGetItem":   {2, 2, arrayGetItem},
		"States.ArrayLength":    {1, 1, arrayLength},
		"States.ArrayUnique":    {1, 1, arrayUnique},
		"States.Base64Encode":   {1, 1, base64Encode},
		"States.Base64Decode":   {1, 1, base64Decode},
		"States.Hash":           {2, 2, hashText},
		"States.JsonMerge":      {3, 3, jsonMerge},
		"States.MathRandom":     {2, 3, mathRandom},
		"States.MathAdd":        {2, 2, mathAdd},
		"States.UUID":           {0, 0, newUUID},
	}[name]
	return function, ok
}

// arguments are a call's evaluated arguments, with typed access that reports what is wrong.
type arguments struct {
	values []any
	parsed []expression
	scope  *scope
}

func (c *call) evaluate(s *scope) (any, error) {
	a := &arguments{values: make([]any, len(c.arguments)), parsed: c.arguments, scope: s}
	for i, argument := range c.arguments {
		value, err := argument.evaluate(s)
		if err != nil {
			var missing *missingError
			if errors.As(err, &missing) {
				return nil, failure(Runtime, "The function '%s' had the following error: The JsonPath argument for the field '%s' could not be found in the input", c.text, missing.path.text)
			}
			return nil, err
		}
		a.values[i] = value
	}
	value, err := c.function.do(a)
	if err != nil {
		return nil, failure(IntrinsicFailure, "The function '%s' had the following error: %s", c.text, err)
	}
	return value, nil
}

func (a *arguments) array(i int) ([]any, error) {
	value, ok := a.values[i].([]any)
	if !ok {
		return nil, a.wrong(i, "a list")
	}
	return value, nil
}

func (a *arguments) object(i int) (*Object, error) {
	value, ok := a.values[i].(*Object)
	if !ok {
		return nil, a.wrong(i, "an object")
	}
	return value, nil
}

func (a *arguments) text(i int) (string, error) {
	value, ok := a.values[i].(string)
	if !ok {
		return "", a.wrong(i, "a string")
	}
	return value, nil
}

// shortText is a text within the quota of the Base64 and Hash functions.
func (a *arguments) shortText(i int) (string, error) {
	text, err := a.text(i)
	if err == nil && utf8.RuneCountInString(text) > maxIntrinsicText {
		err = fmt.Errorf("argument %d is longer than %d characters", i+1, maxIntrinsicText)
	}
	return text, err
}

// integer is a number, rounded as the service does.
func (a *arguments) integer(i int) (int64, error) {
	value, ok := a.values[i].(json.Number)
	if !ok {
		return 0, a.wrong(i, "a number")
	}
	n, ok := roundedNumber(value)
	if !ok {
		return 0, fmt.Errorf("argument %d is beyond the range of 64-bit integers", i+1)
	}
	return n, nil
}

func (a *arguments) wrong(i int, want string) error {
	return fmt.Errorf("argument %d must be %s, not %s", i+1, want, typeName(a.values[i]))
}
