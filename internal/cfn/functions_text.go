package cfn

import (
	"fmt"
	"math/big"
	"net/netip"
	"strconv"
	"strings"

	"github.com/attini-go/runner/internal/wording"
)

// The functions that make texts and lists of others.

func (v *evaluation) sub(n, argument *Node, at Path) *Node {
	sub, err := ParseSub(argument)
	place := at
	if argument.IsList() {
		place = at.Index(0)
	}
	switch {
	case sub.Text == nil || argument.IsList() && !argument.Items[1].IsMap():
		return v.reportShape(n, at, "a string, or a list of a string and an object of variables")
	case err != nil:
		v.report(sub.Text, place, "intrinsic-shape", err.Error(), "")
		return nil
	}
	var text strings.Builder
	complete := true
	for _, part := range sub.Parts {
		if part.Variable == "" {
			text.WriteString(part.Literal)
			continue
		}
		piece, known := v.variable(sub, part.Variable, at)
		complete = complete && known && v.fits(sub.Text, at, len(piece))
		if complete {
			text.WriteString(piece)
		}
	}
	if !complete {
		return nil
	}
	return Str(text.String())
}

// variable is the text of ${name}: of the function's own variables, a
// parameter, a resource or its attribute.
func (v *evaluation) variable(sub SubText, name string, at Path) (string, bool) {
	if own := sub.Variables[name]; own != nil {
		return v.evaluateText(own, at.Index(1).Key(name))
	}
	var value *Node
	if strings.Contains(name, ".") {
		value = v.reference(sub.Text, name, "Fn::GetAtt", at)
	} else {
		value = v.ref(sub.Text, Str(name), at)
	}
	if value == nil {
		return "", false
	}
	return v.scalar(sub.Text, value, at)
}

func (v *evaluation) join(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsScalar() {
		return v.reportShape(n, at, "[delimiter, [values]]")
	}
	texts, known := v.evaluateTexts(argument.Items[1], at.Index(1))
	if !known {
		return nil
	}
	size := len(argument.Items[0].Text) * len(texts)
	for _, text := range texts {
		size += len(text)
	}
	if !v.fits(n, at, size) {
		return nil
	}
	return Str(strings.Join(texts, argument.Items[0].Text))
}

func (v *evaluation) split(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 || !argument.Items[0].IsScalar() || argument.Items[0].Text == "" {
		return v.reportShape(n, at, "[delimiter, string]")
	}
	text, known := v.evaluateText(argument.Items[1], at.Index(1))
	if !known {
		return nil
	}
	if !v.fits(n, at, nodeSize*(1+strings.Count(text, argument.Items[0].Text))) {
		return nil
	}
	result := Seq()
	for piece := range strings.SplitSeq(text, argument.Items[0].Text) {
		result.Items = append(result.Items, Str(piece))
	}
	return result
}

func (v *evaluation) choose(n, argument *Node, at Path) *Node {
	if !argument.IsList() || len(argument.Items) != 2 {
		return v.reportShape(n, at, "[index, [values]]")
	}
	position, first := v.evaluateText(argument.Items[0], at.Index(0))
	items, second := v.list(argument.Items[1], at.Index(1))
	if !first || !second {
		return nil
	}
	index, err := strconv.Atoi(position)
	if err != nil || index < 0 || index >= len(items.Items) {
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("the index %s is no position in a list of %d, counted from 0", wording.Quote(position), len(items.Items)), "")
		return nil
	}
	return items.Items[index]
}

// maxBlocks is how many blocks CloudFormation lets Fn::Cidr make.
const maxBlocks = 256

// cidr evaluates Fn::Cidr: count blocks from the beginning of a block, each
// with the given number of bits for its addresses (8 makes /24 blocks in IPv4).
func (v *evaluation) cidr(n, argument *Node, at Path) *Node {
	if want, _ := WantedArgument("Fn::Cidr", argument); want != "" {
		return v.reportShape(n, at, "[block, count, bits of a block's addresses]")
	}
	if len(argument.Items) < 3 {
		v.report(n, at, "unknown-value", "without the bits of a block's addresses, CloudFormation decides how large the blocks are", "Give the bits, such as 8 for blocks of 256 addresses.")
		return nil
	}
	text, first := v.evaluateText(argument.Items[0], at.Index(0))
	count, second := v.number(argument.Items[1], at.Index(1), maxBlocks)
	bits, third := v.number(argument.Items[2], at.Index(2), 128)
	if !first || !second || !third {
		return nil
	}
	block, err := netip.ParsePrefix(text)
	if err != nil {
		v.report(argument.Items[0], at.Index(0), "intrinsic-shape", wording.Quote(text)+" is no block of addresses such as 10.0.0.0/16", "")
		return nil
	}
	length := block.Addr().BitLen() - bits
	spare := length - block.Bits()
	if spare < 0 || spare < 8 && count > 1<<spare {
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("%s does not hold %d blocks with %d bits each", block, count, bits), "")
		return nil
	}
	result := Seq()
	for i := range count {
		result.Items = append(result.Items, Str(nth(block, i, bits, length).String()))
	}
	return result
}

// number evaluates to a whole number from 1 to most.
func (v *evaluation) number(n *Node, at Path, most int) (int, bool) {
	text, known := v.evaluateText(n, at)
	if !known {
		return 0, false
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < 1 || value > most {
		v.report(n, at, "intrinsic-shape", fmt.Sprintf("%s is no whole number from 1 to %d", wording.Quote(text), most), "")
		return 0, false
	}
	return value, true
}

// nth is the block of the given length that begins i times 2^bits addresses
// into block.
func nth(block netip.Prefix, i, bits, length int) netip.Prefix {
	start := block.Masked().Addr()
	sum := new(big.Int).SetBytes(start.AsSlice())
	sum.Add(sum, new(big.Int).Lsh(big.NewInt(int64(i)), uint(bits)))
	bytes := sum.FillBytes(make([]byte, start.BitLen()/8))
	address, _ := netip.AddrFromSlice(bytes) // 4 or 16 bytes, as start has
	return netip.PrefixFrom(address, length)
}
