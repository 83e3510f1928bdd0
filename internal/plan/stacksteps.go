package plan

import (
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/schema"
)

// The step types that deploy stacks, import values or wait for people.
const (
	// CfnType deploys a CloudFormation stack.
	CfnType = schema.CfnStep
	// SamType packages a SAM project on a runner, and deploys its stack.
	SamType = schema.SamStep
	// PackageType is the step that is added before a SamType: the packaging.
	PackageType = "AttiniPackageSam"
	// CdkType deploys a CDK app on a runner.
	CdkType = schema.CdkStep
	// DiffType is the step that is added before a CdkType: it looks for changes.
	DiffType = "AttiniCdkDiff"
	// ApprovalType waits for a person.
	ApprovalType = schema.ApprovalStep
	// ImportType reads values of a document.
	ImportType = schema.ImportStep
	// MapType is a Map whose items are configuration files.
	MapType = schema.MapStep
)

// stack reads a step that deploys a stack.
func (r *reader) stack(s *State) {
	r.itemOfMap(s)
	properties := r.described(s)
	if properties == nil {
		return
	}
	if s.Type == SamType {
		s.Job = r.toolJob(s, properties)
	}
	named := false
	for _, key := range []string{"StackName", "ConfigFile"} {
		named = named || given(properties, key) != nil || properties.Has(key+".$")
	}
	if !named {
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Keys("Properties", "StackName"), properties.Place, "StackName is required, here or in a ConfigFile")
	}
	if given(properties, "Template") == nil && !properties.Has("Template.$") && given(properties, "ConfigFile") == nil && !properties.Has("ConfigFile.$") &&
		s.Type == CfnType && !isDelete(properties) {
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Keys("Properties", "Template"), properties.Place, "Template is required, here or in a ConfigFile")
	}
}

// isDelete reports whether a step may delete its stack, which needs no template.
func isDelete(properties *cfn.Node) bool {
	action := properties.Get("Action")
	return action != nil && (!action.IsString() || action.Text == "Delete") || properties.Has("Action.$")
}

// toolJob is the job of a step that runs a tool on a runner; the launcher writes its
// commands.
func (r *reader) toolJob(s *State, properties *cfn.Node) *Job {
	at := s.Path.Key("Properties")
	job := &Job{Properties: properties, RunnerPath: at.Key("Runner"), RunnerPlace: s.Place}
	if runner := given(properties, "Runner"); runner != nil {
		job.RunnerPlace = runner.Place
		job.Runner = r.runnerName(runner, stepSubject(s.Name)+": Runner", job.RunnerPath)
	}
	return job
}

// cdk reads a step that deploys a CDK app.
func (r *reader) cdk(s *State) {
	if properties := r.described(s); properties != nil {
		r.environment(s, properties.Get("Environment"), s.Path.Keys("Properties", "Environment"))
		s.Job = r.toolJob(s, properties)
	}
}

// approval reads a step that waits for a person.
func (r *reader) approval(s *State) {
	r.described(s)
	for _, key := range []string{"HeartbeatSeconds", "HeartbeatSecondsPath"} {
		if s.Node.Has(key) {
			r.report(RuleReserved, stepSubject(s.Name), s.Path.Key(key), s.Node.KeyPlace(key), key+": nothing sends heartbeats while a person decides; give TimeoutSeconds")
		}
	}
}

// sourceDistribution is a SourceType of the original framework.
const sourceDistribution = "Distribution"

// importStep reads a step that imports values.
func (r *reader) importStep(s *State) {
	properties := r.described(s)
	source, kind := properties.Get("Source"), properties.Get("SourceType")
	if !source.IsMap() || source.IsIntrinsic() || !kind.IsString() {
		return
	}
	if strings.EqualFold(kind.Text, sourceDistribution) {
		r.problems.Add(problem.Problem{
			Severity: problem.Error, Rule: RuleAllowedValues, Path: s.Path.Keys("Properties", "SourceType").String(), Place: kind.Place,
			Message: stepSubject(s.Name) + ": SourceType: Distribution needs the original framework, which knows which distribution may read the outputs of which",
			Advice:  "Let a job of the other plan write its outputs to a bucket of yours, and import them with SourceType S3: docs/steps.md has both steps.",
		})
		return
	}
	for _, key := range []string{"Bucket", "Key"} {
		if given(source, key) == nil && !source.Has(key+".$") {
			r.report(RuleRequired, stepSubject(s.Name), s.Path.Keys("Properties", "Source", key), source.Place, "Source."+key+" is required")
		}
	}
	if mapping := properties.Get("Mapping"); mapping.IsMap() && len(mapping.Fields) == 0 {
		r.report(RuleRequired, stepSubject(s.Name), s.Path.Keys("Properties", "Mapping"), mapping.Place, "Mapping is empty: give at least one key with a JSONPath")
	}
}
