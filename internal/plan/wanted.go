package plan

import (
	"github.com/attini-go/runner/asl"
	"github.com/attini-go/runner/internal/cfn"
)

// WantedKinds are the fields of a plan that want a number or a boolean, by name.
// All others could want a text.
func WantedKinds() map[string]cfn.Kind {
	kinds := map[string]cfn.Kind{"Prewarm": cfn.Bool}
	add := func(fields []asl.Field) {
		for _, field := range fields {
			switch field.Type {
			case asl.FlagField:
				kinds[field.Name] = cfn.Bool
			case asl.IntegerField, asl.NumberField:
				kinds[field.Name] = cfn.Number
			}
		}
	}
	for _, state := range asl.StateTypes() {
		add(asl.FieldsOf(state))
	}
	for _, part := range []string{asl.PartMachine, asl.PartRetrier, asl.PartChoiceRule, asl.PartReaderConfig, asl.PartItemBatcher} {
		add(asl.FieldsOfPart(part))
	}
	return kinds
}
