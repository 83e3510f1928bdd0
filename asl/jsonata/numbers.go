package jsonata

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// numberFunction looks up the functions on numbers and booleans.
func numberFunction(name string) (definition, bool) {
	d, ok := map[string]definition{
		"number":  {"<(nsb)-:n>", toNumber},
		"abs":     {"<n-:n>", mapNumber(math.Abs)},
		"floor":   {"<n-:n>", mapNumber(math.Floor)},
		"ceil":    {"<n-:n>", mapNumber(math.Ceil)},
		"round":   {"<n-n?:n>", round},
		"sqrt":    {"<n-:n>", squareRoot},
		"power":   {"<n-n:n>", power},
		"sum":     {"<a<n>:n>", sum},
		"count":   {"<a:n>", func(c call) (any, error) { return float64(len(c.items(0))), nil }},
		"max":     {"<a<n>:n>", func(c call) (any, error) { return extreme(c, math.Max) }},
		"min":     {"<a<n>:n>", func(c call) (any, error) { return extreme(c, math.Min) }},
		"average": {"<a<n>:n>", average},
		"boolean": {"<x-:b>", func(c call) (any, error) { return boolean(c, false) }},
		"not":     {"<x-:b>", func(c call) (any, error) { return boolean(c, true) }},
	}[name]
	return d, ok
}

func mapNumber(convert func(float64) float64) func(c call) (any, error) {
	return func(c call) (any, error) {
		number, ok := c.number(0)
		if !ok {
			return Undefined{}, nil
		}
		return convert(number), nil
	}
}

func boolean(c call, negate bool) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	holds, err := c.truth(c.arg(0))
	return holds != negate, err
}

func toNumber(c call) (any, error) {
	switch value := c.arg(0).(type) {
	case bool:
		if value {
			return 1.0, nil
		}
		return 0.0, nil
	case string:
		if number, ok := parseNumber(value); ok {
			return number, nil
		}
		return nil, fault("D3030").about(value)
	default:
		return value, nil
	}
}

// round rounds half to even at a number of decimals.
func round(c call) (any, error) {
	number, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	decimals, _ := c.number(1)
	return roundTo(number, decimals), nil
}

func roundTo(number, decimals float64) float64 {
	decimals = math.Trunc(decimals)
	if decimals == 0 {
		return math.RoundToEven(number)
	}
	shifted := shift(number, decimals)
	if math.IsInf(shifted, 0) {
		return number
	}
	return shift(math.RoundToEven(shifted), -decimals)
}

// shift moves the decimal point in the decimal text of a number, which keeps 1.005
// from becoming 100.49999999999999.
func shift(number, decimals float64) float64 {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'e', -1, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil || math.Abs(decimals) > 1000 {
		return number
	}
	shifted, err := strconv.ParseFloat(mantissa+"e"+strconv.Itoa(power+int(decimals)), 64)
	if err != nil && !math.IsInf(shifted, 0) {
		return number
	}
	return shifted
}

func squareRoot(c call) (any, error) {
	number, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	if number < 0 {
		return nil, fault("D3060").about(number)
	}
	return math.Sqrt(number), nil
}

func power(c call) (any, error) {
	base, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	exponent, ok := c.number(1)
	if !ok {
		exponent = math.NaN()
	}
	result := pow(base, exponent)
	if math.IsInf(result, 0) || math.IsNaN(result) {
		e := fault("D3061").about(base)
		e.second = exponent
		return nil, e
	}
	return result, nil
}

func sum(c call) (any, error) {
	if isUndefined(c.arg(0)) {
		return Undefined{}, nil
	}
	total := 0.0
	for _, item := range c.items(0) {
		number, _ := numberOf(item)
		total += number
	}
	return total, nil
}

func extreme(c call, better func(a, b float64) float64) (any, error) {
	items := c.items(0)
	if len(items) == 0 {
		return Undefined{}, nil
	}
	best, _ := numberOf(items[0])
	for _, item := range items[1:] {
		number, _ := numberOf(item)
		best = better(best, number)
	}
	return best, nil
}

func average(c call) (any, error) {
	items := c.items(0)
	if len(items) == 0 {
		return Undefined{}, nil
	}
	total, err := sum(c)
	number, _ := numberOf(total)
	return number / float64(len(items)), err
}

func formatBase(c call) (any, error) {
	number, ok := c.number(0)
	if !ok {
		return Undefined{}, nil
	}
	radix, ok := c.number(1)
	if !ok {
		radix = 10
	}
	number, radix = math.RoundToEven(number), math.RoundToEven(radix)
	if radix < 2 || radix > 36 {
		return nil, fault("D3100").about(radix)
	}
	if radix == 10 {
		return formatNumber(number), nil
	}
	if err := c.spendText(formatCost); err != nil {
		return nil, err
	}
	integer, _ := big.NewFloat(number).Int(nil) // exact: the number is whole
	return integer.Text(int(radix)), nil
}
