package tooljob

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/attini-go/runner/agent/protocol"
	"github.com/attini-go/runner/schema"
)

// outputsScript makes the step's output of the list of stacks and of their outputs, and the
// request of save-cdk-stacks. It is run by Node.js, which the CDK needs, too.
//
//go:embed outputs.js
var outputsScript string

// words are options and names for a command line.
type words []string

func (w *words) option(name, value string) {
	if value != "" {
		*w = append(*w, name, quote(value))
	}
}

func (w *words) flag(name string, isSet bool) {
	if isSet {
		*w = append(*w, name)
	}
}

func (w *words) options(name string, list []string) {
	for _, value := range list {
		w.option(name, value)
	}
}

// pairs are name=value, in the order of the names.
func pairs(texts map[string]string, prefix string) (list []string) {
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		list = append(list, prefix+name+"="+texts[name])
	}
	return list
}

// stacks are the named stacks; all if none is.
func stacks(v values) words {
	var w words
	for _, name := range v.list("Stacks") {
		w = append(w, quote(name))
	}
	if len(w) == 0 {
		return words{"--all"}
	}
	return w
}

// synthesis makes the templates, in $assembly.
func synthesis(v values) []string {
	synth := words{"cdk", "synth", "--quiet", "--no-color", "--output", `"$assembly"`}
	synth.option("--app", v.text("App"))
	synth.option("--build", v.text("Build"))
	synth.options("--plugin", v.list("Plugins"))
	synth.options("--context", pairs(v.texts("Context"), ""))
	synth.option("--role-arn", v.text("RoleArn"))
	for _, name := range v.list("Stacks") {
		synth = append(synth, quote(name))
	}
	return []string{
		needs(schema.CdkStep, "node", "cdk"),
		"cd " + directory(v.text("Path")),
		"work=$(mktemp -d) assembly=cdk.out",
		strings.Join(synth, " "),
	}
}

// deployCDK synthesises, deploys, and makes the step's output.
func deployCDK(v values) []string {
	deploy := words{"cdk", "deploy", "--app", `"$assembly"`, "--outputs-file", `"$work/outputs.json"`, "--progress", "events", "--require-approval", "never", "--no-color"}
	deploy.flag("--force", v.isTrue("Force"))
	deploy.flag("--exclusively", v.isTrue("Exclusively"))
	deploy.option("--role-arn", v.text("RoleArn"))
	deploy.options("--plugin", v.list("Plugins"))
	deploy.options("--build-exclude", v.list("BuildExclude"))
	deploy.options("--notification-arns", v.list("NotificationArns"))
	configurations, _ := v["StackConfiguration"].([]values)
	for _, one := range configurations {
		prefix := ""
		if name := one.text("StackName"); name != "" {
			prefix = name + ":"
		}
		deploy.options("--parameters", pairs(one.texts("Parameters"), prefix))
	}
	return append(synthesis(v),
		`cdk ls --long --json --app "$assembly" > "$work/stacks.json"`,
		strings.Join(append(deploy, stacks(v)...), " "),
		`[ -f "$work/outputs.json" ] || echo '{}' > "$work/outputs.json"`,
		`node -e `+quote(outputsScript)+` "$work/stacks.json" "$work/outputs.json" "$`+protocol.EnvInput+`" "$work/save.json" > "$`+protocol.EnvOutput+`"`,
		agent+` command-mode save-cdk-stacks "$(cat "$work/save.json")"`,
	)
}

// diffCDK looks for changes. A diff that cannot be made is no change, but fails the job.
func diffCDK(v values) []string {
	diff := words{"cdk", "diff", "--app", `"$assembly"`, "--no-color"}
	diff.option("--role-arn", v.text("RoleArn"))
	diff.options("--plugin", v.list("Plugins"))
	for _, name := range v.list("Stacks") {
		diff = append(diff, quote(name))
	}
	command := strings.Join(diff, " ")
	return append(synthesis(v),
		"found="+quote("no-change"),
		"if ! "+command+" --fail; then "+command+" > /dev/null; found="+quote("change-detected")+"; fi",
		`printf '%s' "$found" > "$`+protocol.EnvOutput+`"`,
	)
}
