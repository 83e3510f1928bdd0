package cfn

import (
	"fmt"

	"github.com/attini-go/runner/internal/wording"
)

// Misread says what CloudFormation reads in place of the text that is written,
// as in "`yes` is the boolean true here"; "" where the two are the same.
func (n *Node) Misread() string {
	if n == nil || n.Written == "" {
		return ""
	}
	kind := "the number " + n.Text
	if n.Kind == Bool {
		kind = "the boolean " + n.Text
	}
	return fmt.Sprintf("`%s` is %s here", wording.Brief(n.Written), kind)
}

// KeepText is how to write the value so that it stays the text.
func (n *Node) KeepText() string {
	return "write " + wording.Quote(n.Written) + " to keep the text"
}
