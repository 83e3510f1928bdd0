// Package iam decides requests as AWS Identity and Access Management does, for
// tests: identity policies, permissions boundaries, resource policies and trust
// policies, with the condition operators and policy variables that they can
// have ("IAM JSON policy reference" and "Policy evaluation logic" in its user
// guide). It knows one account; service control policies and session policies
// are not played.
package iam
