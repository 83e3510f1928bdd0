package cfn

import (
	"math/big"
	"regexp"
	"regexp/syntax"
	"unicode/utf8"

	"github.com/attini-go/runner/internal/wording"
)

// constraint is what the declaration of a parameter allows.
type constraint struct {
	evaluator *Evaluator
	// allowed are the AllowedValues; any value, unless limited.
	allowed map[string]bool
	limited bool
	listed  string
	// pattern is nil without one, and where it is CloudFormation's to check.
	pattern *regexp.Regexp
	// cost is how many steps the pattern may take for a character.
	cost int

	// The bounds are those of a number, or else of a text's length.
	numeric     bool
	least, most bound
	declaration *Node
}

// bound is a MinValue, MaxValue, MinLength or MaxLength; nil without one.
type bound struct {
	number *big.Float
	text   string
}

func boundOf(n *Node) bound {
	if !n.IsScalar() {
		return bound{}
	}
	number, _ := parseDecimal(n.Text)
	return bound{number, wording.Brief(n.Text)}
}

// maxMatching bounds how many steps the patterns of a template may take. Each
// letter of a value takes as many as a pattern is long.
const maxMatching = 2_000_000

// longestValue is CloudFormation's limit of a parameter's value, in bytes. A
// longer pattern is not compiled, and a longer text is not a number.
const longestValue = 4096

func (e *Evaluator) constraint(declaration *Node) *constraint {
	kind := declaration.Get("Type").AsString()
	c := &constraint{evaluator: e, numeric: kind == "Number" || kind == "List<Number>", declaration: declaration}
	if c.numeric {
		c.least, c.most = boundOf(declaration.Get("MinValue")), boundOf(declaration.Get("MaxValue"))
	} else {
		c.least, c.most = boundOf(declaration.Get("MinLength")), boundOf(declaration.Get("MaxLength"))
	}
	// Bounds that allow nothing are reported themselves.
	if c.least.number != nil && c.most.number != nil && c.least.number.Cmp(c.most.number) > 0 || !c.numeric && c.most.number != nil && c.most.number.Sign() < 0 {
		c.least, c.most = bound{}, bound{}
	}
	if allowed := declaration.Get("AllowedValues"); allowed.IsList() {
		c.limited, c.allowed = true, map[string]bool{}
		var texts []string
		for _, item := range allowed.Items {
			if item.IsScalar() {
				texts = append(texts, item.Text)
				c.allowed[item.Text] = true
			}
		}
		c.listed = wording.Listed(texts)
	}
	if pattern := declaration.Get("AllowedPattern"); pattern.IsString() {
		c.compile(pattern.Text)
	}
	return c
}

// javaClass is a set of characters with another in it, or an intersection of two: Go
// reads these, but as something else.
var javaClass = regexp.MustCompile(`\[(?:[^\]\\]|\\.)*?(?:\[|&&)`)

// compile reads the AllowedPattern. CloudFormation's expressions are Java's;
// those that Go does not know (lookaheads) are left to CloudFormation.
func (c *constraint) compile(pattern string) {
	if len(pattern) > longestValue || javaClass.MatchString(pattern) || c.evaluator.matching > maxMatching {
		return
	}
	expression := `\A(?:` + pattern + `)\z`
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return
	}
	c.cost = steps(parsed)
	c.evaluator.matching += 10 * c.cost // to compile it takes about that
	if c.evaluator.matching <= maxMatching {
		c.pattern, _ = regexp.Compile(expression) // it was just read
	}
}

// steps is how many a pattern has once its repetitions are written out.
func steps(re *syntax.Regexp) int {
	sum := 1 + len(re.Rune)
	for _, inside := range re.Sub {
		sum += steps(inside)
	}
	if re.Op == syntax.OpRepeat {
		sum *= max(re.Min, re.Max, 1)
	}
	return sum
}

// broken says why the declaration does not allow a value, or "".
func (c *constraint) broken(text string) string {
	if c.limited && !c.allowed[text] {
		return "is not allowed (allowed: " + c.listed + ")" + c.words()
	}
	if c.pattern != nil {
		c.evaluator.matching += c.cost * len(text)
		if c.evaluator.matching <= maxMatching && !c.pattern.MatchString(text) {
			return "does not match " + wording.Brief(c.declaration.Get("AllowedPattern").Text) + c.words()
		}
	}
	if c.numeric {
		number, isNumber := parseDecimal(text)
		if !isNumber {
			return "is not a number"
		}
		return c.outside("", number) // "" when inside
	}
	return c.outside("has a length that ", new(big.Float).SetInt64(int64(utf8.RuneCountInString(text))))
}

// outside says on which side of its bounds a number is, or "".
func (c *constraint) outside(subject string, number *big.Float) string {
	switch {
	case c.least.number != nil && number.Cmp(c.least.number) < 0:
		return subject + "is below " + c.least.text
	case c.most.number != nil && number.Cmp(c.most.number) > 0:
		return subject + "is above " + c.most.text
	}
	return ""
}

// words are what the template's author says of the values allowed.
func (c *constraint) words() string {
	if words := c.declaration.Get("ConstraintDescription").AsString(); words != "" {
		return ": " + wording.Brief(words)
	}
	return ""
}

var decimal = regexp.MustCompile(`^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?$`)

// parseDecimal keeps all digits that an account id or a counter can have.
func parseDecimal(text string) (*big.Float, bool) {
	if len(text) > longestValue || !decimal.MatchString(text) {
		return nil, false
	}
	number, _, err := big.ParseFloat(text, 10, 256, big.ToNearestEven)
	return number, err == nil
}
