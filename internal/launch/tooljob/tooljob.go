// Package tooljob writes the jobs of steps that run a tool on a runner: the SAM CLI or the
// CDK. A job is commands for the runner's shell. Whatever a user gives stands in them
// quoted, as one word, so that no value can become a command.
package tooljob

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/schema"
)

// Commands returns the properties of a job that does what an action asks: those of an
// AttiniRunnerJob. input is the step's. The error names everything that is wrong.
func Commands(action string, properties, input json.RawMessage) (json.RawMessage, error) {
	kind := schema.CdkStep
	if action == protocol.ActionPackageSAM {
		kind = schema.SamStep
	}
	known, _ := schema.StepProperties(kind)
	r := &reader{}
	values := r.object(known, properties, "")
	if len(r.wrong) > 0 {
		return nil, fmt.Errorf("%s", strings.Join(r.wrong, "; "))
	}
	job := struct {
		Runner      string `json:",omitempty"`
		Commands    []string
		Environment map[string]string `json:",omitempty"`
	}{Runner: values.text("Runner"), Environment: values.texts("Environment")}
	switch action {
	case protocol.ActionPackageSAM:
		job.Commands = packageSAM(values, input)
	case protocol.ActionDiffCDK:
		job.Commands = diffCDK(values)
	default:
		job.Commands = deployCDK(values)
	}
	return json.Marshal(job)
}

// IsAction reports whether an action is one of this package's.
func IsAction(action string) bool {
	return slices.Contains([]string{protocol.ActionPackageSAM, protocol.ActionDeployCDK, protocol.ActionDiffCDK}, action)
}

// quote is a text as one word of the shell, whatever is in it.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// directory is a path from the root of the distribution, as a word after which cd goes on.
func directory(text string) string { return quote("./" + strings.TrimLeft(text, "/")) }

// values are properties as they were read: text, map[string]string, []string, object, or a
// list of these.
type values map[string]any

func (v values) text(name string) string {
	text, _ := v[name].(string)
	return text
}

func (v values) texts(name string) map[string]string {
	texts, _ := v[name].(map[string]string)
	return texts
}

func (v values) list(name string) []string {
	list, _ := v[name].([]string)
	return list
}

func (v values) isTrue(name string) bool { return v.text(name) == "true" }

// reader reads properties as they are described.
type reader struct{ wrong []string }

func (r *reader) object(known []schema.StepProperty, raw json.RawMessage, label string) values {
	var given map[string]json.RawMessage
	if json.Unmarshal(raw, &given) != nil || given == nil {
		r.wrong = append(r.wrong, strings.TrimSuffix(cmpLabel(label), ".")+" must be an object")
		return nil
	}
	read := values{}
	for _, p := range known {
		if value := bytes.TrimSpace(given[p.Name]); len(value) > 0 && string(value) != "null" {
			read[p.Name] = r.value(p, value, label+p.Name)
		}
	}
	return read
}

func cmpLabel(label string) string {
	if label == "" {
		return "Properties."
	}
	return label
}

func (r *reader) value(p schema.StepProperty, raw json.RawMessage, label string) any {
	switch p.Kind {
	case schema.StepTexts:
		var given map[string]json.RawMessage
		if json.Unmarshal(raw, &given) != nil {
			r.wrong = append(r.wrong, label+" must be an object of texts by name")
		}
		texts := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(given)) {
			texts[name] = r.text(given[name], label+"."+name)
		}
		return texts
	case schema.StepList:
		var given []json.RawMessage
		if json.Unmarshal(raw, &given) != nil {
			r.wrong = append(r.wrong, label+" must be a list of texts")
		}
		list := make([]string, len(given))
		for i, item := range given {
			list[i] = r.text(item, fmt.Sprintf("%s[%d]", label, i))
		}
		return list
	case schema.StepObject:
		return r.object(p.Of, raw, label+".")
	case schema.StepObjects:
		var given []json.RawMessage
		if json.Unmarshal(raw, &given) != nil {
			r.wrong = append(r.wrong, label+" must be a list of objects")
		}
		list := make([]values, len(given))
		for i, item := range given {
			list[i] = r.object(p.Of, item, fmt.Sprintf("%s[%d].", label, i))
		}
		return list
	default:
		return r.text(raw, label)
	}
}

func (r *reader) text(raw json.RawMessage, label string) string {
	switch raw[0] {
	case '{', '[', 'n':
		r.wrong = append(r.wrong, label+" must be a text")
		return ""
	case '"':
		var text string
		_ = json.Unmarshal(raw, &text) // it was read
		return text
	}
	return string(raw)
}

// needs is the command that ends a job whose image lacks a tool.
func needs(step string, tools ...string) string {
	return fmt.Sprintf(`for tool in %s; do command -v "$tool" >/dev/null || { echo "%s needs $tool in the Runner's image" >&2; exit 127; }; done`, strings.Join(tools, " "), step)
}

// agent is the agent's program, also where it is not on PATH.
const agent = `"${` + protocol.EnvRunnerExecutable + `:-attini-runner}"`

// packageSAM packages a project: the template and the code go to the artifact store. Keys are
// those of the content, so that a repetition uploads nothing. The result is the template's URL.
func packageSAM(v values, input json.RawMessage) []string {
	project, _ := v["Project"].(values)
	build, template := orDefault(project.text("BuildDir"), ".aws-sam/build"), orDefault(project.text("Template"), "template.yaml")
	prefix := path.Join(sourcePrefix(input), ".sam-source", strings.Trim(path.Clean("/"+project.text("Path")), "/"))
	built := quote(path.Join(build, "template.yaml"))
	return []string{
		needs(schema.SamStep, "sam"),
		"export SAM_CLI_TELEMETRY=0",
		"cd " + directory(project.text("Path")),
		"if [ -f attiniSamProject.zip ]; then unzip -oq attiniSamProject.zip; fi",
		fmt.Sprintf("if [ ! -f %s ]; then sam build --build-dir %s --template-file %s; fi", built, quote(build), quote(template)),
		fmt.Sprintf(`sam package --no-progressbar --template-file %s --s3-bucket "$%s" --s3-prefix %s --output-template-file attini-packaged.yaml`, built, protocol.EnvArtifactStore, quote(prefix)),
		fmt.Sprintf(`%s command-mode store-artifact %s attini-packaged.yaml`, agent, quote(prefix+"/template.yaml")),
		fmt.Sprintf(`printf '%%s' "s3://$%s/"%s > "$%s"`, protocol.EnvArtifactStore, quote(prefix+"/template.yaml"), protocol.EnvOutput),
	}
}

func orDefault(text, fallback string) string {
	if text == "" {
		return fallback
	}
	return text
}

// sourcePrefix is where a distribution's own files are in the artifact store.
func sourcePrefix(input json.RawMessage) string {
	var payload struct {
		Origin struct {
			Environment      string `json:"environment"`
			DistributionName string `json:"distributionName"`
			DistributionID   string `json:"distributionId"`
		} `json:"deploymentOriginData"`
	}
	_ = json.Unmarshal(input, &payload) // what is missing is empty
	o := payload.Origin
	return path.Join(o.Environment, o.DistributionName, o.DistributionID)
}
