package localrun

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/approvals"
	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/imports"
	"github.com/attini-go/runner/internal/launch/message"
	"github.com/attini-go/runner/internal/plan"
	"github.com/attini-go/runner/internal/stacks"
	"github.com/attini-go/runner/internal/wording"
)

// Distribution is the files of a distribution on this machine.
type Distribution struct {
	source string
}

// OpenDistribution returns the files of a directory or a zip archive; "" is none.
func OpenDistribution(source string) Distribution { return Distribution{source} }

var _ stacks.Files = Distribution{}

// Read implements stacks.Files.
func (d Distribution) Read(_ context.Context, file string) ([]byte, error) {
	if !fs.ValidPath(file) || d.source == "" {
		return nil, fs.ErrNotExist
	}
	info, err := os.Stat(d.source)
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return fs.ReadFile(os.DirFS(d.source), file)
	}
	archive, err := zip.OpenReader(d.source)
	if err != nil {
		return nil, fmt.Errorf("open the distribution %s: %w", d.source, err)
	}
	defer archive.Close()
	return fs.ReadFile(archive, file)
}

// stored are the parameters of the Systems Manager that the user has told.
type stored map[string]string

func (s stored) Parameter(_ context.Context, name string) (string, bool, error) {
	value, ok := s[name]
	return value, ok, nil
}

// stackPlayer does the work of steps that deploy stacks, with the launcher's code as far as
// nothing is deployed: configuration, template and parameters are checked, and the outputs
// are those that the user has told, or the template's own.
type stackPlayer struct {
	files  Distribution
	facts  Facts
	stored stored
	// warn tells what is no failure.
	warn func(step, text string)
}

// deploy answers the request of a step.
func (p *stackPlayer) deploy(ctx context.Context, event json.RawMessage) (any, error) {
	request, err := stacks.ReadRequest(event)
	if err != nil {
		return nil, err
	}
	properties, err := stacks.ReadProperties(request.Properties)
	if err != nil {
		return nil, err
	}
	stack, err := stacks.Resolve(ctx, properties, p.files)
	if err != nil {
		return nil, err
	}
	for _, unknown := range stack.UnknownKeys {
		p.warn(request.Step, unknown)
	}
	if stack.Delete {
		return json.RawMessage("{}"), nil
	}
	outputs, err := p.outputs(ctx, request, stack)
	if err != nil {
		return nil, err
	}
	text, failure := stacks.Output(outputs, stack.OutputPath)
	if failure != nil {
		return nil, failure
	}
	return json.RawMessage(text), nil
}

func stackFailure(format string, values ...any) error {
	return &message.Failure{Name: stacks.ErrorConfig, Cause: fmt.Sprintf(format, values...)}
}

// outputs are those of a stack.
func (p *stackPlayer) outputs(ctx context.Context, request stacks.Request, stack *stacks.Stack) (map[string]string, error) {
	told, isTold := p.facts.Lookups.Stacks[stack.Name]
	if !stacks.IsFile(stack.Template) {
		if !isTold {
			return nil, stackFailure("the template %q is not on this machine; answer the step with --mock %s=FILE, or give the outputs in the --lookups file: {\"Stacks\": {%q: {…}}}", stack.Template, request.Step, stack.Name)
		}
		return told, nil
	}
	text, err := p.files.Read(ctx, path.Clean(strings.TrimLeft(stack.Template, "/")))
	if errors.Is(err, fs.ErrNotExist) {
		if strings.HasPrefix(path.Clean(strings.TrimLeft(stack.Template, "/")), "..") && isTold {
			return told, nil
		}
		return nil, stackFailure("Template %q: the distribution does not have it; --source names the distribution", stack.Template)
	}
	if err != nil {
		return nil, fmt.Errorf("read the template %q: %w", stack.Template, err)
	}
	template, problems := cfn.Read(text)
	if template == nil {
		return nil, stackFailure("Template %q: %s", stack.Template, problems.Err())
	}
	values, err := p.parameters(ctx, request, stack, template)
	if err != nil {
		return nil, err
	}
	if isTold {
		return told, nil
	}
	return p.evaluate(stack, template, values), nil
}

// parameters are the values of the parameters that a template declares.
func (p *stackPlayer) parameters(ctx context.Context, request stacks.Request, stack *stacks.Stack, template *cfn.Node) (map[string]string, error) {
	known, err := stack.Values(ctx, p.stored, nil)
	if err != nil {
		var failure *message.Failure
		if errors.As(err, &failure) {
			failure.Cause += `. On this machine, the --lookups file has them: {"SystemsManagerParameters": {"/name": "value"}}`
		}
		return nil, err
	}
	values := map[string]string{}
	own := request.Origin.Parameters("local")
	var names, missing []string
	for _, declared := range template.Get("Parameters").Entries() {
		names = append(names, declared.Key)
		value, given := known[declared.Key]
		switch ours, isOurs := own[declared.Key]; {
		case given:
			values[declared.Key] = value.Text
		case isOurs:
			values[declared.Key] = ours
		case !declared.Value.Has("Default"):
			missing = append(missing, declared.Key)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		// A file may be several stacks'.
		if !slices.Contains(names, name) && stack.Settings[name].File == "" {
			p.warn(request.Step, fmt.Sprintf("Parameters: %s is left out: the template %q does not declare it; %s", wording.Brief(name), stack.Template, wording.Suggestion(name, names)))
		}
	}
	if len(missing) > 0 {
		return nil, stackFailure("Template %q: its parameters %s have neither a value nor a Default; give them in Parameters or in the ConfigFile", stack.Template, strings.Join(missing, ", "))
	}
	return values, nil
}

// evaluate works out a template's Outputs. What only AWS knows of a resource is
// STACK.RESOURCE or STACK.RESOURCE.ATTRIBUTE; an output that is more than that is
// STACK.OUTPUT.
func (p *stackPlayer) evaluate(stack *stacks.Stack, template *cfn.Node, parameters map[string]string) map[string]string {
	facts := p.facts
	facts.Parameters, facts.StackName = parameters, stack.Name
	if stack.Region != "" {
		facts.Region = stack.Region
	}
	values := facts.values(nil)
	for _, name := range referencesIn(template.Get("Outputs")) {
		if _, known := values.References[name]; !known && !template.Get("Parameters").Has(name) {
			values.References[name] = stack.Name + "." + name
		}
	}
	evaluator, _ := cfn.NewEvaluator(template, values) // what is not known stays so
	outputs := map[string]string{}
	for _, output := range template.Get("Outputs").Entries() {
		at := cfn.NewPath("Outputs", output.Key)
		if condition := output.Value.Get("Condition"); condition.IsString() {
			if holds, unknown := evaluator.Condition(condition.Text, at); !holds && !unknown.HasErrors() {
				continue
			}
		}
		value, unknown := evaluator.Evaluate(output.Value.Get("Value"), at)
		if unknown.HasErrors() || !value.IsScalar() {
			outputs[output.Key] = stack.Name + "." + output.Key
			continue
		}
		outputs[output.Key] = value.Text
	}
	return outputs
}

// referencesIn are the names of resources, and of their attributes, that functions in a tree
// ask for.
func referencesIn(n *cfn.Node) (names []string) {
	if n == nil {
		return nil
	}
	if name, argument, ok := cfn.Intrinsic(n); ok {
		switch {
		case name == "Ref" && argument.IsString():
			names = append(names, argument.Text)
		case name == "Fn::GetAtt" && argument.IsString():
			names = append(names, argument.Text)
		case name == "Fn::GetAtt" && argument.IsList() && len(argument.Items) == 2:
			names = append(names, argument.Items[0].Text+"."+argument.Items[1].Text)
		case name == "Fn::Sub":
			if text, err := cfn.ParseSub(argument); err == nil { // one that cannot be read has no value
				names = append(names, text.References()...)
			}
		}
	}
	for _, item := range n.Items {
		names = append(names, referencesIn(item)...)
	}
	for _, field := range n.Fields {
		names = append(names, referencesIn(field.Value)...)
	}
	return slices.DeleteFunc(names, func(name string) bool { return name == "" || strings.HasPrefix(name, "AWS::") })
}

// packageSAM checks a project, and answers with the path of its template, whose outputs the
// next step then has.
func (p *stackPlayer) packageSAM(ctx context.Context, event json.RawMessage) (any, error) {
	var request struct {
		Properties struct {
			Project struct{ Path, Template string }
		}
	}
	if err := json.Unmarshal(event, &request); err != nil {
		return nil, &message.Failure{Name: stacks.ErrorFormat, Cause: "Project.Path and Project.Template must be texts"}
	}
	project := request.Properties.Project
	if project.Template == "" {
		project.Template = "template.yaml"
	}
	file := path.Join("/", project.Path, project.Template)
	if _, err := p.files.Read(ctx, strings.TrimPrefix(file, "/")); err != nil {
		return nil, stackFailure("Project %q: the distribution does not have its template %q", project.Path, file)
	}
	return map[string]string{"result": file}, nil
}

// importValues answers a step that imports, from the documents that the user has told.
func (p *stackPlayer) importValues(ctx context.Context, event json.RawMessage) (any, error) {
	request, err := imports.ReadRequest(event)
	if err != nil {
		return nil, err
	}
	object := request.Bucket + "/" + request.Key
	file, told := p.facts.Lookups.Objects[object]
	if !told {
		return nil, &message.Failure{Name: imports.ErrorImport, Cause: fmt.Sprintf("s3://%s is not on this machine; give it in the --lookups file: {\"Objects\": {%q: \"FILE\"}}", object, object)}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, &message.Failure{Name: imports.ErrorImport, Cause: err.Error()}
	}
	return imports.Values(ctx, text, request.Mapping)
}

// Approve asks a person whether a step may go on. An error is that nobody can be asked.
type Approve func(ctx context.Context, step string) (approvals.Answer, error)

// approve answers a step that waits for a person.
func (o Options) approve(ctx context.Context, step string) (any, error) {
	if o.Approve == nil {
		return nil, &asl.Error{Name: asl.Runtime, Cause: fmt.Sprintf("step %q waits for an approval; answer it with --approve %s or --reject %s", step, step, step)}
	}
	answer, err := o.Approve(ctx, step)
	if err != nil {
		return nil, &asl.Error{Name: asl.Runtime, Cause: err.Error()}
	}
	if !answer.Approved {
		failure := answer.Failure()
		return nil, &asl.Error{Name: failure.Name, Cause: failure.Cause}
	}
	return json.RawMessage(answer.Output()), nil
}

// changeDetected is what a diff comes to where nothing is deployed yet.
func changeDetected() any { return map[string]string{"result": plan.ChangeDetected} }
