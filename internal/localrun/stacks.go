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

// localStacks does the work of steps that deploy stacks, with the launcher's code as far as
// nothing is deployed: configuration, template and parameters are checked, and the outputs
// are those that the user has told, or the template's own.
type localStacks struct {
	files  Distribution
	facts  Facts
	stored stored
	// warn tells what is no failure.
	warn func(step, text string)
}

// deploy answers the request of a step.
func (p *localStacks) deploy(ctx context.Context, event json.RawMessage) (any, error) {
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
func (p *localStacks) outputs(ctx context.Context, request stacks.Request, stack *stacks.Stack) (map[string]string, error) {
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
func (p *localStacks) parameters(ctx context.Context, request stacks.Request, stack *stacks.Stack, template *cfn.Node) (map[string]string, error) {
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

// packageSAM checks a project, and answers with the path of its template, whose outputs the
// next step then has.
func (p *localStacks) packageSAM(ctx context.Context, event json.RawMessage) (any, error) {
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
func (p *localStacks) importValues(ctx context.Context, event json.RawMessage) (any, error) {
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

// changeDetected is what a diff comes to where nothing is deployed yet.
func changeDetected() any { return map[string]string{"result": plan.ChangeDetected} }
