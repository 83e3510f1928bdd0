package transform

import "github.com/attini-go/runner/internal/cfn"

// DefinitionSize is measure, for tests.
func DefinitionSize(definition *cfn.Node) (bytes, inTemplate int) {
	s := measure(definition, 0)
	return s.bytes, s.inTemplate()
}

// UserDataSize is userDataSize, for tests.
func UserDataSize(userData *cfn.Node) int { return userDataSize(userData) }
