package jsonata

import (
	"math"
	"math/big"
)

// pow computes a power more exactly than math.Pow, whose errors show for exponents
// of some size: it gives 1.0000000000000005e+200 for 100 to the 100.
func pow(base, exponent float64) float64 {
	whole, fraction := math.Modf(exponent)
	const most = 1 << 40
	if base == 0 || math.IsNaN(exponent) || math.Abs(whole) > most || fraction != 0 && base < 0 {
		return math.Pow(base, exponent)
	}
	const precision = 200
	result := big.NewFloat(1).SetPrec(precision)
	factor := new(big.Float).SetPrec(precision).SetFloat64(base)
	for n := uint64(math.Abs(whole)); n > 0; n >>= 1 {
		if n&1 == 1 {
			result.Mul(result, factor)
		}
		if n > 1 {
			factor.Mul(factor, factor)
		}
		if factor.IsInf() || factor.Sign() == 0 {
			return math.Pow(base, exponent)
		}
	}
	if fraction != 0 {
		root := new(big.Float).SetPrec(precision).SetFloat64(base)
		if math.Abs(fraction) == 0.5 {
			root.Sqrt(root)
		} else {
			root.SetFloat64(math.Pow(base, math.Abs(fraction)))
		}
		result.Mul(result, root)
	}
	if exponent < 0 {
		result.Quo(big.NewFloat(1).SetPrec(precision), result)
	}
	power, _ := result.Float64()
	return power
}
