package main

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/attini-go/runner/internal/localrun"
)

// pricesOf reads the prices that a user gives; none are no prices.
func pricesOf(given map[string]string) (localrun.Prices, error) {
	var prices localrun.Prices
	if len(given) == 0 {
		return prices, nil
	}
	targets := map[string]*float64{"gb-hour": &prices.GBHour, "vcpu-hour": &prices.VCPUHour}
	var wrong []error
	for _, name := range slices.Sorted(maps.Keys(given)) {
		target, known := targets[name]
		if !known {
			wrong = append(wrong, fmt.Errorf("--price %s: unknown price; give vcpu-hour and gb-hour", name))
			continue
		}
		amount, err := strconv.ParseFloat(given[name], 64)
		if err != nil || amount < 0 || math.IsNaN(amount) || math.IsInf(amount, 0) {
			wrong = append(wrong, fmt.Errorf("--price %s=%s: must be a price in US dollars, as in 0.04048", name, given[name]))
		}
		*target = amount
	}
	for _, name := range slices.Sorted(maps.Keys(targets)) {
		if _, has := given[name]; !has {
			wrong = append(wrong, fmt.Errorf("--price %s=DOLLARS is missing: a price needs vcpu-hour and gb-hour", name))
		}
	}
	return prices, errors.Join(wrong...)
}
