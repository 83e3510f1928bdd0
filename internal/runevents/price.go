package runevents

import "fmt"

// Price is what the jobs of a run cost together, in US dollars; nil if no step has a
// price.
func (r Result) Price() *float64 {
	var sum *float64
	for _, step := range r.Steps {
		if step.Price == nil {
			continue
		}
		if sum == nil {
			sum = new(float64)
		}
		*sum += *step.Price
	}
	return sum
}

// Dollars writes a price for people; "" for nil.
func Dollars(price *float64) string {
	switch {
	case price == nil:
		return ""
	case *price > 0 && *price < 0.0001:
		return "under $0.0001"
	default:
		return fmt.Sprintf("about $%.4f", *price)
	}
}
