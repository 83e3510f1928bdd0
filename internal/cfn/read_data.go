package cfn

import (
	"strings"

	"github.com/attini-go/runner/internal/problem"
)

// ReadData reads an object in YAML or JSON that is not a template, as YAML 1.2 has it:
// yes and 0644 are texts, any text can be a key, and aliases are welcome. Tags such as
// !Ref are problems.
func ReadData(data []byte) (*Node, problem.List) {
	node, problems := read(data, &yamlReader{isData: true})
	// The readers speak of templates, which nearly all of their files are.
	words := strings.NewReplacer(
		"a template is an object with Resources, this is", "the file must hold an object, not",
		"the template", "the file", " by CloudFormation", "", "CloudFormation knows no tag", "unknown tag",
		", a template is one", ", and may hold one",
	)
	for i := range problems {
		problems[i].Message = words.Replace(problems[i].Message)
	}
	return node, problems
}
