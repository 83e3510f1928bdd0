// Package authz has every call that reaches the stand-in judged by the policies
// of who makes it. It knows which questions a call puts to IAM - actions,
// resources, condition keys ("Service Authorization Reference") -, reads roles
// and policies as they are deployed in the stand-in, refuses in AWS's words, and
// keeps what was asked.
package authz
