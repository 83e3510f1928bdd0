package schema

import (
	"strings"

	"github.com/attini-go/runner/internal/cfn"
	"github.com/attini-go/runner/internal/problem"
)

// Fields are variables that hold the properties of a Runner after a deployment. A
// key is the property's path below Properties, such as "Ec2Configuration.Ami"; a
// value is a *string, *int or *[]string. An absent property is a zero value.
type Fields map[string]any

// PropertyPaths returns the path of every property of a Runner that is not an
// object itself, in the documentation's order.
func PropertyPaths() []string {
	var paths []string
	eachProperty(runnerDescription(), "", func(_ property, path string) { paths = append(paths, path) })
	return paths
}

// runnerDescription describes a Runner's Properties.
func runnerDescription() property {
	for _, p := range described().of {
		if p.name == propertiesKey {
			return p
		}
	}
	return property{}
}

// eachProperty visits the properties in an object that are not objects themselves.
func eachProperty(p property, path string, visit func(p property, path string)) {
	for _, inside := range p.of {
		at := inside.name
		if path != "" {
			at = path + "." + inside.name
		}
		if inside.kind == object {
			eachProperty(inside, at, visit)
		} else {
			visit(inside, at)
		}
	}
}

// Check reports what is wrong with the values of a Runner's properties, by the same
// rules and in the same words as Read. at leads to the Runner.
func (f Fields) Check(name string, at cfn.Path) problem.List {
	r := &reader{name: name, base: at}
	eachProperty(runnerDescription(), "", func(p property, path string) {
		variable, kept := f[path]
		n := nodeOf(variable)
		if n == nil && (!kept || !p.required) {
			return
		}
		here := at.Key(propertiesKey).Keys(strings.Split(path, ".")...)
		if n == nil {
			r.report(RuleRequired, here, problem.Place{}, "is required")
			return
		}
		r.value(n, p, here)
	})
	return r.problems.Sorted()
}

// nodeOf returns the value of a variable; nil if it is zero or there is none.
func nodeOf(variable any) *cfn.Node {
	switch variable := variable.(type) {
	case *string:
		if *variable != "" {
			return cfn.Str(*variable)
		}
	case *int:
		if *variable != 0 { // no property allows 0
			return cfn.Int(*variable)
		}
	case *[]string:
		list := cfn.Seq()
		for _, item := range *variable {
			list.Items = append(list.Items, cfn.Str(item))
		}
		if len(list.Items) > 0 {
			return list
		}
	}
	return nil
}

// CopyTo sets the variables of the properties that the Runner gives and whose
// values are known. Defaults are not copied.
func (r *Runner) CopyTo(fields Fields) {
	r.properties.each("", func(o parsedProperty, path string) {
		if o.node == nil || o.unknown {
			return
		}
		switch variable := fields[path].(type) {
		case *string:
			*variable = textOf(o).Literal
		case *int:
			*variable = integerOf(o).Literal
		case *[]string:
			*variable = listOf(o).Literal
		}
	})
}

// Unresolved returns the paths below Properties, in the documentation's order, of
// what the Runner gives and only the deployment knows. For an object that is an
// intrinsic function it is the object's own path.
func (r *Runner) Unresolved() []string {
	var paths []string
	r.properties.each("", func(o parsedProperty, path string) {
		if o.node != nil && o.unknown {
			paths = append(paths, path)
		}
	})
	return paths
}

// each visits an object's properties, and theirs.
func (o parsedProperty) each(path string, visit func(o parsedProperty, path string)) {
	for _, described := range o.property.of {
		inside, at := o.properties[described.name], strings.TrimPrefix(path+"."+described.name, ".")
		visit(inside, at)
		inside.each(at, visit)
	}
}
