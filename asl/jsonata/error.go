package jsonata

import (
	"errors"
	"fmt"
	"strings"
)

// CodeFunction is the Code of an expression whose result is a function. The language has no code for it.
const CodeFunction = "U1003"

// Error is a fault of an expression or of its evaluation.
type Error struct {
	// Code is the language's own code, such as "S0201" or "T2001". The first
	// letter tells the kind: S for syntax, T for types, D for values, U for limits.
	Code string
	// Message describes the fault without its code.
	Message string
	// Position is the offset of the token at fault, in characters from 0, or -1.
	Position int
	// Token is the symbol or function at fault, if there is one.
	Token string
	// Value is the value at fault, if there is one.
	Value any

	second any    // a second value, as in a comparison
	index  int    // an argument's number, from 1
	want   string // the type that was wanted
	cause  error
}

// Error returns the code and the message, as Step Functions reports them.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Unwrap returns the error of the context that ended an evaluation.
func (e *Error) Unwrap() error { return e.cause }

// fault starts an error; complete writes its message when all is known of it.
func fault(code string) *Error { return &Error{Code: code, Position: -1} }

func (e *Error) about(value any) *Error {
	e.Value = value
	return e
}

// at says where the error is, unless that is known more exactly already.
func (e *Error) at(position int, token string) *Error {
	if e.Position < 0 {
		e.Position = position
	}
	if e.Token == "" {
		e.Token = token
	}
	return e
}

// locate adds the place of a node to an error that passes it.
func locate(err error, position int, token string) error {
	var e *Error
	if errors.As(err, &e) {
		e.at(position, token)
	}
	return err
}

// complete writes the message of an error that leaves the package.
func complete(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Code: "U1002", Message: err.Error(), Position: -1, cause: err}
	}
	if e.Message == "" {
		e.Message = e.fill(template(e.Code))
	}
	if exported, err := export(e.Value); err == nil && !isUndefined(exported) {
		e.Value = exported
	} else {
		e.Value = nil
	}
	return e
}

// fill replaces {{name}} by a value in JSON.
func (e *Error) fill(text string) string {
	return strings.NewReplacer(
		"{{token}}", quote(e.Token),
		"{{name}}", e.Token,
		"{{value}}", quote(e.Value),
		"{{value2}}", quote(e.second),
		"{{index}}", fmt.Sprint(e.index),
		"{{type}}", quote(e.want),
	).Replace(text)
}
