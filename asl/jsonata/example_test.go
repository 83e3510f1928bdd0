package jsonata_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/attini-go/runner/asl/jsonata"
)

func Example() {
	expression, err := jsonata.Compile(`$sum(orders.(price * quantity)) & " for " & $states.input.customer`)
	if err != nil {
		fmt.Println(err)
		return
	}
	input, _ := jsonata.Decode([]byte(`{"orders": [{"price": 2.5, "quantity": 4}, {"price": 1, "quantity": 3}]}`))
	states, _ := jsonata.Decode([]byte(`{"input": {"customer": "Ada"}}`))
	value, _, err := expression.Evaluate(context.Background(), input, map[string]any{"states": states})
	fmt.Println(value, err)
	fmt.Println("reads", expression.Variables())
	// Output:
	// 13 for Ada <nil>
	// reads [states]
}

func ExampleError() {
	expression, _ := jsonata.Compile(`"1" + 2`)
	_, _, err := expression.Evaluate(context.Background(), nil, nil)
	var fault *jsonata.Error
	fmt.Println(errors.As(err, &fault), fault.Code, fault.Position)
	fmt.Println(err)
	// Output:
	// true T2001 4
	// T2001: The left side of the "+" operator must evaluate to a number
}
