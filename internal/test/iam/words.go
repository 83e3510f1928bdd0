package iam

import "strings"

// Words are AWS's to a caller that was refused. user is the caller as AWS names
// it: arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION, or a user's ARN.
func (d Decision) Words(user string, request Request) string {
	text := "User: " + user + " is not authorized to perform: " + request.Action
	if request.Resource != "*" {
		text += " on resource: " + request.Resource
	}
	if d.Explicit {
		return text + " with an explicit deny in " + article(string(d.Type))
	}
	return text + " because no " + string(d.Type) + " allows the " + request.Action + " action"
}

func article(name string) string {
	if strings.ContainsRune("aeiou", rune(name[0])) {
		return "an " + name
	}
	return "a " + name
}
