package cfn

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// CloudFormation reads YAML 1.1 with a resolver of its own making: these are the
// forms of a plain scalar that are no text to it, as deployed stacks have shown.
// Dates, y and n are texts. docs/decisions/0008 has the sources.
var (
	yamlInteger = regexp.MustCompile(`^[-+]?(0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+|[1-9][0-9_]*(:[0-5]?[0-9])+)$`)
	yamlFloat   = regexp.MustCompile(`^[-+]?((\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*|\.(inf|Inf|INF))$|^\.(nan|NaN|NAN)$`)
	jsonNumber  = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)
)

const quoted = yaml.SingleQuotedStyle | yaml.DoubleQuotedStyle | yaml.LiteralStyle | yaml.FoldedStyle

// longestNumber is the longest text in bytes that is taken for another than a
// plain decimal number.
const longestNumber = 256

// scalar reads a scalar into n, of a template as CloudFormation does. It does not ask
// the YAML library, whose answers differ.
func (r *yamlReader) scalar(n *Node, y *yaml.Node) {
	n.Kind, n.Text = String, y.Value
	switch {
	case y.Style&yaml.TaggedStyle != 0:
		tagged(n, y)
	case y.Style&quoted != 0 || y.Tag == "!":
	case r.isData:
		dataScalar(n, y.Value)
	default:
		plainScalar(n, y.Value)
	}
}

// dataScalar reads a plain scalar of what is not a template: what JSON has too is
// itself, the rest is text.
func dataScalar(n *Node, text string) {
	switch strings.ToLower(text) {
	case "", "~", "null":
		n.Kind, n.Text = Null, ""
	case "true", "false":
		n.Kind, n.Text = Bool, strings.ToLower(text)
	default:
		if isNumber(text) {
			n.Kind = Number
		}
	}
}

// plainScalar reads a scalar without quotes and without a tag.
func plainScalar(n *Node, text string) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		n.Kind, n.Text = Null, ""
	case "yes", "Yes", "YES", "on", "On", "ON", "True", "TRUE", "true":
		n.Kind, n.Text = Bool, "true"
	case "no", "No", "NO", "off", "Off", "OFF", "False", "FALSE", "false":
		n.Kind, n.Text = Bool, "false"
	default:
		if number, ok := plainNumber(text); ok {
			n.Kind, n.Text = Number, number
		}
	}
	if n.Kind == Number || n.Kind == Bool {
		n.setWritten(text)
	}
}

// setWritten keeps how a value is written, where its text does not say so.
func (n *Node) setWritten(text string) {
	if n.Text != text {
		n.Written = text
	}
}

// tagged reads a scalar that says itself what it is, as in !!str 12.
func tagged(n *Node, y *yaml.Node) {
	read := &Node{Kind: String, Text: y.Value}
	plainScalar(read, y.Value)
	switch y.ShortTag() {
	case "!!null":
		n.Kind, n.Text = Null, ""
	case "!!bool":
		if read.Kind == Bool {
			n.Kind, n.Text = Bool, read.Text
		}
	case "!!int", "!!float":
		if read.Kind == Number {
			n.Kind, n.Text = Number, read.Text
		}
	}
}

// plainNumber returns the JSON literal of what CloudFormation takes for a
// number. An integer is written in digits, a float as Java writes it.
func plainNumber(text string) (literal string, ok bool) {
	if text == "" || !strings.ContainsRune("0123456789+-.", rune(text[0])) {
		return "", false
	}
	if text[0] != '0' && isNumber(text) && !strings.ContainsAny(text, ".eE-") {
		return text, true
	}
	if len(text) > longestNumber {
		return text, isNumber(text)
	}
	switch {
	case yamlInteger.MatchString(text):
		return integerLiteral(text)
	case yamlFloat.MatchString(text):
		return floatLiteral(text)
	}
	return "", false
}

// integerLiteral is an integer in any of its notations, in digits.
func integerLiteral(text string) (literal string, ok bool) {
	sign, digits := signOf(text)
	base := 10
	switch {
	case strings.HasPrefix(digits, "0b"):
		digits, base = digits[2:], 2
	case strings.HasPrefix(digits, "0x"):
		digits, base = digits[2:], 16
	case strings.HasPrefix(digits, "0") && digits != "0":
		digits, base = digits[1:], 8
	}
	value, sixtieth := new(big.Int), big.NewInt(60)
	for part := range strings.SplitSeq(digits, ":") {
		number, valid := new(big.Int).SetString(part, base)
		if !valid {
			return "", false
		}
		value.Add(value.Mul(value, sixtieth), number)
	}
	if value.Sign() == 0 {
		sign = ""
	}
	return sign + value.String(), true
}

// floatLiteral is a float as Java writes it. JSON has no infinity and no NaN;
// what is too great for a float is left as it is.
func floatLiteral(text string) (literal string, ok bool) {
	sign, digits := signOf(text)
	value := 0.0
	for part := range strings.SplitSeq(digits, ":") {
		number, err := strconv.ParseFloat(part, 64)
		if err != nil && !math.IsInf(number, 0) {
			return "", false
		}
		value = value*60 + number
	}
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return text, isNumber(text)
	}
	return sign + javaFloat(value), true
}

// signOf parts a number from its sign and from the underscores in it.
func signOf(text string) (sign, digits string) {
	digits = strings.ReplaceAll(text, "_", "")
	if rest, negative := strings.CutPrefix(digits, "-"); negative {
		return "-", rest
	}
	return "", strings.TrimPrefix(digits, "+")
}

// javaFloat writes a float of at least 0 as Java does: 1.1, 1000.0, 1.2345678901E10.
func javaFloat(value float64) string {
	if value == 0 || value >= 1e-3 && value < 1e7 {
		text := strconv.FormatFloat(value, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	power, _ := strconv.Atoi(exponent) // it has just been written
	return mantissa + "E" + strconv.Itoa(power)
}
