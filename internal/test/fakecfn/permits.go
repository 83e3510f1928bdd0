package fakecfn

import (
	"slices"
	"strings"

	"github.com/attini-go/runner/internal/cfn"
)

// notPermitted is the refusal of a change in AWS's words.
type notPermitted struct{ words error }

// Error implements error.
func (e *notPermitted) Error() string { return e.words.Error() }

// permit asks whether a change may be made.
func (f *Service) permit(change Change) error {
	f.mutex.Lock()
	permits := f.permits
	f.mutex.Unlock()
	if permits == nil {
		return nil
	}
	if err := permits(change); err != nil {
		return &notPermitted{err}
	}
	return nil
}

// permitMacros asks for the functions of a template's macros, and for AWS's
// transforms.
func (f *Service) permitMacros(template *cfn.Node, change *Change) error {
	for _, name := range names(template.Get("Transform")) {
		if strings.HasPrefix(name, "AWS::") {
			change.Transforms = append(change.Transforms, name)
			continue
		}
		function, err := f.macro(change.Region, name)
		if err != nil {
			return err
		}
		change.Functions = append(change.Functions, function)
	}
	return f.permit(*change)
}

// permitResources asks for the resources of a template, and remembers them for the
// stack's end.
func (f *Service) permitResources(template *cfn.Node, change Change) error {
	change.Template = template
	if err := f.permit(change); err != nil {
		return err
	}
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.stacks[change.Region+"/"+change.Stack] = template.Clone()
	return nil
}

func (f *Service) permitRemoval(change Change) error {
	f.mutex.Lock()
	change.Template = f.stacks[change.Region+"/"+change.Stack]
	f.mutex.Unlock()
	return f.permit(change)
}

// Resources are those of a change's template, sorted by logical id.
func (c Change) Resources() []cfn.Field {
	if c.Template == nil {
		return nil
	}
	all := slices.Clone(cfn.Resources(c.Template))
	slices.SortFunc(all, func(a, b cfn.Field) int { return strings.Compare(a.Key, b.Key) })
	return all
}
