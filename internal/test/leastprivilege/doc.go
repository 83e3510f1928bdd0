// Package leastprivilege shows that each part of a template's policies is needed
// and narrow. It makes mutants of every statement - an action or a resource less,
// a resource for all, a condition less - and asks them what the system's roles
// have asked in the end-to-end tests, and what nobody may. A mutant that answers
// all as the template does has survived: what it lacks is not needed, or what it
// opens is not looked at.
package leastprivilege
