package lint_test

import "regexp"

// ignore is a finding of a linter that is no defect here.
type ignore struct {
	// rule is one or several, with spaces between them.
	rule string
	// path matches where it is found; the path's parts are joined by slashes.
	path   *regexp.Regexp
	reason string
}

// ignored is the whole list for cfn-lint. A rule that finds nothing any more must go.
func ignored() []ignore {
	return []ignore{
		{
			"I3011", regexp.MustCompile(`^Resources/(AttiniRunnerQueue|AttiniRunnerDeadLetterQueue|\w+LogGroup$)`),
			"queues and log groups go with the stack, as the documentation shows them: without DeletionPolicy",
		},
		{
			"I1022", regexp.MustCompile(`/UserData/`),
			"joined, as Fn::Sub would take the ${…} of a host's shell for its own",
		},
		{
			"E3628", regexp.MustCompile(`/InstanceType(/|$)`),
			"not every region has the golden files' instance types; runnerctl validate asks the account's region",
		},
		{
			"E1029", regexp.MustCompile(`/DefinitionString/`),
			"${NAME} in a definition is a shell variable of a job's command, or a substitution; TestGoldens/definitions knows which",
		},
	}
}
