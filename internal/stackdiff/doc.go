// Package stackdiff says what a deployment would change of the resources that the macro
// writes, and what that means for running jobs. It compares templates, and calls nothing.
package stackdiff
