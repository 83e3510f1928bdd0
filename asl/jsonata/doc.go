// Package jsonata evaluates JSONata expressions as AWS Step Functions does:
// version 2.0.6 of the language without $eval, and with the functions that Step
// Functions adds: $partition, $range, $hash, $random with a seed, $uuid and
// $parse.
//
// An Expression is compiled once and is then safe for concurrent use:
//
//	expression, err := jsonata.Compile("$sum(orders.(price * quantity))")
//	value, defined, err := expression.Evaluate(ctx, input, nil)
//
// A JSON value is one of these Go values: nil, bool, float64, string, []any and
// *Object. An int64 stands for an integer that a float64 cannot hold exactly; it
// passes through unchanged, and arithmetic turns it into a float64. Decode reads
// such values from JSON and Encode writes them.
//
// Evaluation never changes its input. It is bounded: an expression that loops,
// recurses or allocates without end fails with code U1001, and so does one whose
// context ends.
package jsonata
