package transform

import (
	"encoding/base64"
	"regexp"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// userDataOf is the user data of a launch template; nil for other resources.
func userDataOf(resource *cfn.Node) *cfn.Node {
	if kind := resource.Get("Type"); !kind.IsString() || kind.Text != "AWS::EC2::LaunchTemplate" {
		return nil
	}
	return resource.At("Properties", "LaunchTemplateData", "UserData")
}

// userDataSize is how many bytes user data has at least: as EC2 counts them, before their
// encoding, without the values that only the deployment knows.
func userDataSize(n *cfn.Node) int {
	if encoded := n.Get("Fn::Base64"); encoded != nil {
		return leastSize(encoded)
	}
	return base64.StdEncoding.DecodedLen(leastSize(n))
}

// knownSize is the size of the text of an Fn::Sub without what it puts in.
func knownSize(text string) int {
	size := len(text)
	for _, reference := range regexp.MustCompile(`\$\{[^}]*\}`).FindAllString(text, -1) {
		if strings.HasPrefix(reference, "${!") {
			size -= len("!")
		} else {
			size -= len(reference)
		}
	}
	return size
}

// leastSize is how many bytes a text has at least.
func leastSize(n *cfn.Node) int {
	sub, branches, join := n.Get("Fn::Sub"), n.Get("Fn::If").Elements(), n.Get("Fn::Join").Elements()
	switch {
	case n.IsString():
		return len(n.Text)
	case n.Has("Fn::Base64"):
		return base64.StdEncoding.EncodedLen(leastSize(n.Get("Fn::Base64")))
	case len(sub.Elements()) > 0:
		return knownSize(sub.Items[0].AsString())
	case sub != nil:
		return knownSize(sub.AsString())
	case len(branches) == 3:
		return min(leastSize(branches[1]), leastSize(branches[2]))
	case len(join) == 2:
		size := leastSize(join[0]) * max(0, len(join[1].Elements())-1)
		for _, part := range join[1].Elements() {
			size += leastSize(part)
		}
		return size
	}
	return 0
}
