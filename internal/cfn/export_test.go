package cfn

import "github.com/attini-go/runner/internal/problem"

// ReadBoth reads a text by both readers; quick is nil where the quick one reads nothing.
func ReadBoth(data []byte, isData bool) (quick, slow *Node, problems problem.List) {
	quick = parseQuick(data, isData)
	document, found := parse(data)
	if found != nil {
		return quick, nil, problem.List{*found}
	}
	r := &yamlReader{isData: isData}
	return quick, r.node(document, 0), r.problems
}
