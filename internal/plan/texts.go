package plan

import (
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// withTexts returns a plan's body in which every comparison of texts in a Choice
// has a text where YAML made a boolean of a word: StringEquals: yes compares with
// "true", as CloudFormation gives a boolean to a property that wants a text. What
// was written only a template in YAML tells; the macro's event has true for yes.
// A true that is written out stays as it is, a mistake.
//
// Nothing of n is changed; what is the same is shared.
func withTexts(n *cfn.Node) *cfn.Node {
	return replaced(n, func(key string, value *cfn.Node) *cfn.Node {
		switch key {
		case "DeploymentPlan", "Branches", "Iterator", "ItemProcessor", "IsTrue", "IsFalse", "Catch", "Steps":
			return withTexts(value)
		case "States":
			return replaced(value, func(_ string, state *cfn.Node) *cfn.Node { return withTexts(state) })
		case "Choices", "Condition":
			return withTextComparisons(value)
		default:
			return value
		}
	})
}

func withTextComparisons(n *cfn.Node) *cfn.Node {
	return replaced(n, func(key string, value *cfn.Node) *cfn.Node {
		switch {
		case value.IsMap() || value.IsList():
			return withTextComparisons(value)
		case !comparesTexts(key) || value == nil || value.Kind != cfn.Bool || !isWord(value):
			return value
		}
		return &cfn.Node{Kind: cfn.String, Text: value.Text, Written: value.Written, Place: value.Place}
	})
}

func comparesTexts(key string) bool {
	return strings.HasPrefix(key, "String") && !strings.HasSuffix(key, "Path")
}

// isWord reports whether a boolean may be written as a word such as yes.
func isWord(n *cfn.Node) bool {
	return n.Place == problem.Place{} || n.Written != "" && !strings.EqualFold(n.Written, n.Text)
}

// replaced applies a function to the values of a Map, or of the Maps in a List,
// and returns n itself where all values stay.
func replaced(n *cfn.Node, value func(key string, value *cfn.Node) *cfn.Node) *cfn.Node {
	if n == nil {
		return nil
	}
	result := n
	change := func() *cfn.Node {
		if result == n {
			clone := *n
			clone.Items, clone.Fields = append([]*cfn.Node(nil), n.Items...), append([]cfn.Field(nil), n.Fields...)
			result = &clone
		}
		return result
	}
	for i, item := range n.Items {
		if other := replaced(item, value); other != item {
			change().Items[i] = other
		}
	}
	for i, field := range n.Entries() {
		if other := value(field.Key, field.Value); other != field.Value {
			change().Fields[i].Value = other
		}
	}
	return result
}
