package cfn

import "github.com/attini-go/runner/internal/problem"

// ReadBoth reads a text by both readers; quick is nil where the quick one reads nothing.
func ReadBoth(data []byte) (quick, slow *Node, quickProblems, slowProblems problem.List) {
	if document := parseQuick(data); document != nil {
		r := &yamlReader{}
		quick, quickProblems = r.node(document, 0), r.problems
	}
	document, found := parse(data)
	if found != nil {
		return quick, nil, quickProblems, problem.List{*found}
	}
	r := &yamlReader{}
	slow = r.node(document, 0)
	return quick, slow, quickProblems, r.problems
}
