// Package bench measures the agent against plain tools, each row in turn with
// its reference in one run, since machines differ and are noisy. `make bench`
// prints the table; nothing here is part of the tests.
package bench
