package templatecheck

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
	"github.com/attini-go/runner/internal/wording"
)

// names are those that a template declares, and what may add others.
type names struct {
	parameters, resources, conditions map[string]*cfn.Node
	added                             map[string]string
	// prefixes are what the names of generated resources begin with: those of
	// SAM, of modules, and of loops.
	prefixes []string
	// open says that any other name may be added: by another macro, or by what
	// is included.
	open bool
	// candidates are for suggestions.
	candidates []string
}

func newNames(template *cfn.Node, options Options) names {
	n := names{
		parameters: template.Get("Parameters").ByKey(), resources: template.Get("Resources").ByKey(),
		conditions: template.Get("Conditions").ByKey(), added: options.Added, prefixes: []string{"Serverless"},
	}
	for _, section := range []string{"Parameters", "Resources"} {
		for _, field := range template.Get(section).Entries() {
			n.candidates = append(n.candidates, field.Key)
		}
	}
	for _, section := range []string{"", "Parameters", "Resources", "Conditions", "Mappings"} {
		at := template
		if section != "" {
			at = template.Get(section)
		}
		n.open = n.open || at.Has(cfn.TransformKey)
	}
	for _, field := range template.Get("Resources").Entries() {
		kind := field.Value.Get("Type")
		switch {
		case strings.HasPrefix(field.Key, cfn.LoopPrefix):
			n.loop(field.Value)
		case !kind.IsString():
			n.prefixes = append(n.prefixes, field.Key) // reported; what it is to make is not known
		case strings.HasPrefix(kind.Text, "AWS::Serverless::") || strings.HasSuffix(kind.Text, "::MODULE") || field.Value.Has("Connectors"):
			n.prefixes = append(n.prefixes, field.Key)
			n.queues(field.Value)
		}
	}
	_, transforms, _ := transformNames(template.Get("Transform"))
	n.open = n.open || slices.ContainsFunc(transforms, func(name string) bool {
		return name != options.Macro && name != samTransform && name != languageExtensions
	})
	return n
}

// queues takes the names that SAM gives the queues of a resource.
func (n *names) queues(resource *cfn.Node) {
	for inside := range resource.All() {
		if name := inside.Get("QueueLogicalId"); name.IsString() {
			n.prefixes = append(n.prefixes, name.Text)
		}
	}
}

// loop takes the names that Fn::ForEach makes, by what they begin with.
func (n *names) loop(body *cfn.Node) {
	if !body.IsList() || len(body.Items) != 3 {
		return
	}
	for _, field := range body.Items[2].Entries() {
		if strings.HasPrefix(field.Key, cfn.LoopPrefix) {
			n.loop(field.Value)
			continue
		}
		prefix, _, _ := strings.Cut(strings.ReplaceAll(field.Key, "&{", "${"), "${")
		n.prefixes = append(n.prefixes, prefix)
		n.open = n.open || prefix == ""
	}
}

// severity is that of a name which is not there: where something else may add it,
// it is only doubtful.
func (n *names) severity() problem.Severity {
	if n.open {
		return problem.Warning
	}
	return problem.Error
}

// isResource reports whether a resource is there, or may be generated.
func (n *names) isResource(name string) bool {
	_, added := n.added[name]
	return n.resources[name] != nil || added || n.isGenerated(name)
}

func (n *names) isGenerated(name string) bool {
	return slices.ContainsFunc(n.prefixes, func(prefix string) bool { return strings.HasPrefix(name, prefix) })
}

// isReferable reports whether Ref and Fn::Sub can name something.
func (n *names) isReferable(name string) bool {
	name, _, _ = strings.Cut(name, ".") // SAM has Function.Version
	return n.parameters[name] != nil || n.isResource(name) || slices.Contains(cfn.PseudoParameters(), name)
}

// typeOf is the type of a resource; "" where it is not known.
func (n *names) typeOf(resource string) string {
	if kind := n.resources[resource].Get("Type"); kind.IsString() {
		return kind.Text
	}
	return n.added[resource]
}

// nearest is the name that was probably meant, or "".
func nearest(name string, candidates []string) string {
	if strings.HasPrefix(name, "AWS::") {
		candidates = cfn.PseudoParameters()
	}
	return wording.Nearest(name, candidates)
}
