package jsonata

import (
	"math"
	"strings"
)

// letters writes 1 as A, 26 as Z and 27 as AA.
func letters(number float64) string {
	var reversed []byte
	for ; number > 0; number = math.Floor((number - 1) / 26) {
		reversed = append(reversed, 'A'+byte(math.Mod(number-1, 26)))
	}
	var out strings.Builder
	for i := len(reversed) - 1; i >= 0; i-- {
		out.WriteByte(reversed[i])
	}
	return out.String()
}

type numeral struct {
	value int
	text  string
}

func numerals() []numeral {
	return []numeral{
		{1000, "M"},
		{900, "CM"},
		{500, "D"},
		{400, "CD"},
		{100, "C"},
		{90, "XC"},
		{50, "L"},
		{40, "XL"},
		{10, "X"},
		{9, "IX"},
		{5, "V"},
		{4, "IV"},
		{1, "I"},
	}
}

func roman(number int) string {
	var out strings.Builder
	for _, n := range numerals() {
		for ; number >= n.value; number -= n.value {
			out.WriteString(n.text)
		}
	}
	return out.String()
}
