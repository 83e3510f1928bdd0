package commandline

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Field is a flag or an argument of a command: a field of its struct, which is a string,
// a bool, an int, a []string or a map[string]string. A list takes one more value each time
// that the flag is given, a map one of the form KEY=VALUE. The field's tags are:
//
//	help         what it is for; a field without it is neither flag nor argument
//	arg          it is an argument
//	name         its name, if that is not the field's, as in --min-coverage for MinCoverage
//	short        the flag's letter
//	placeholder  what the help calls the flag's value
//	default      its value where the command line has none
//	enum         the values that are allowed, with commas
//	required     the flag must be given
//	optional     the argument can be left out
//	xor          of the flags with the same text, one can be given
//	negatable    the help of a second flag, --no-NAME
type Field struct {
	Name, Help, Short, Default string
	Allowed                    []string
	Argument                   bool
	placeholder, xor           string
	required, optional         bool
	// value points to the field. given says that the command line has it.
	value any
	given bool
	// negates is set for --no-NAME.
	negates bool
}

// fieldsOf returns the fields of the struct that a pointer points to, with those of the
// structs that are embedded in it, and sets their defaults.
func fieldsOf(pointer any) []*Field {
	if pointer == nil {
		return nil
	}
	return fieldsIn(reflect.ValueOf(pointer).Elem())
}

func fieldsIn(structure reflect.Value) []*Field {
	var fields []*Field
	for i := range structure.NumField() {
		member := structure.Type().Field(i)
		if member.Anonymous {
			fields = append(fields, fieldsIn(structure.Field(i))...)
			continue
		}
		help, known := member.Tag.Lookup("help")
		if !known {
			continue
		}
		is := func(tag string) bool { _, found := member.Tag.Lookup(tag); return found }
		field := &Field{
			Name: member.Tag.Get("name"), Help: help, Short: member.Tag.Get("short"), Default: member.Tag.Get("default"),
			Argument: is("arg"), required: is("required"), optional: is("optional"),
			placeholder: member.Tag.Get("placeholder"), xor: member.Tag.Get("xor"), value: structure.Field(i).Addr().Interface(),
		}
		if field.Name == "" {
			field.Name = dashed(member.Name)
		}
		if enum := member.Tag.Get("enum"); enum != "" {
			field.Allowed = strings.Split(enum, ",")
		}
		if field.Default != "" {
			if err := field.set(field.Default); err != nil {
				panic(fmt.Sprintf("default of %s: %s", field.Name, err)) // a mistake in our own tags
			}
		}
		fields = append(fields, field)
		if help := member.Tag.Get("negatable"); help != "" {
			fields = append(fields, &Field{Name: "no-" + field.Name, Help: help, value: field.value, negates: true})
		}
	}
	return fields
}

// dashed is the name of a flag: min-coverage for MinCoverage.
func dashed(name string) string {
	var words strings.Builder
	for i, letter := range name {
		if i > 0 && letter >= 'A' && letter <= 'Z' {
			words.WriteByte('-')
		}
		words.WriteString(strings.ToLower(string(letter)))
	}
	return words.String()
}

// Set takes a value from the command line. Its error goes on after the name.
func (f *Field) Set(text string) error {
	f.given = true
	return f.set(text)
}

func (f *Field) set(text string) error {
	if f.Allowed != nil && !slices.Contains(f.Allowed, text) {
		return fmt.Errorf(`must be one of "%s" but got %q`, strings.Join(f.Allowed, `","`), text)
	}
	switch value := f.value.(type) {
	case *string:
		*value = text
	case *[]string:
		*value = append(*value, text)
	case *map[string]string:
		key, word, found := strings.Cut(text, "=")
		if !found {
			return fmt.Errorf("must be %s but got %q", f.Type(), text)
		}
		if *value == nil {
			*value = map[string]string{}
		}
		(*value)[key] = word
	case *int:
		number, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("must be a whole number but got %q", text)
		}
		*value = number
	case *bool:
		yes, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("must be true or false but got %q", text)
		}
		*value = yes != f.negates
	default:
		panic(fmt.Sprintf("%s: a flag cannot be a %T", f.Name, f.value)) // a mistake in our own structs
	}
	return nil
}

// String is the flag's value, as far as cobra asks for it: a default for the help, and
// whether --help is given.
func (f *Field) String() string {
	if value, yes := f.value.(*bool); yes {
		return strconv.FormatBool(*value != f.negates)
	}
	return f.Default
}

// Type is what the help calls the flag's value; "bool" has none.
func (f *Field) Type() string {
	switch {
	case f.IsBool():
		return "bool"
	case f.placeholder != "":
		return f.placeholder
	case f.Allowed != nil:
		return strings.Join(f.Allowed, "|")
	default:
		return strings.ToUpper(f.Name)
	}
}

// IsBool says that the flag needs no value.
func (f *Field) IsBool() bool {
	_, yes := f.value.(*bool)
	return yes
}

// many says that an argument takes all that are left.
func (f *Field) many() bool {
	_, yes := f.value.(*[]string)
	return yes
}

// Usage is the field as a command's usage has it.
func (f *Field) Usage() string {
	if !f.Argument {
		return strings.TrimSuffix("--"+f.Name+"="+f.Type(), "=bool")
	}
	usage := "<" + f.Name + ">"
	if f.many() {
		usage += " ..."
	}
	if f.optional {
		usage = "[" + usage + "]"
	}
	return usage
}
