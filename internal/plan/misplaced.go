package plan

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/schema"
)

// elsewhere says where a key belongs that a step cannot have; "" where it belongs
// nowhere.
func elsewhere(stepType, key string) string {
	switch owner := schema.OwnerOf(key); {
	case stepType == JobType && isJobProperty(key):
		return "belongs in Properties"
	case isStepProperty(stepType, key):
		return "belongs in Properties"
	case key == "JobTimeout":
		return "give TimeoutSeconds on the step, or RunnerConfiguration.JobTimeout of the Runner"
	case stepType == JobType && owner != "":
		return "belongs to the Runner, " + owner
	default:
		return ""
	}
}

func isJobProperty(key string) bool {
	return slices.Contains(jobProperties(), strings.TrimSuffix(key, ".$"))
}

// checkBranches reports branches that are steps in place of lists of steps, the
// first of them for all, and returns whether there are any.
func (r *reader) checkBranches(s *State, branches *cfn.Node, at cfn.Path) bool {
	for i, branch := range branches.Items {
		if name := branch.Get("Name"); branch.IsMap() && name.IsString() && !branch.Has("StartAt") && !branch.Has("States") {
			r.report(RuleType, stepSubject(s.Name), at.Index(i), branch.Place,
				"a branch is itself a list of steps, not a step; write each with a dash of its own: - - Name: "+name.Text)
			return true
		}
	}
	return false
}

// misplacedSteps reports whether a key holds the steps of a Map in place of
// ItemProcessor.
func misplacedSteps(s *State, key string) bool {
	return s.Type == "Map" && key == "Steps" && !s.Node.Has(iteratorKey(s.Node))
}
