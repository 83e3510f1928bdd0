// Package planlog reads the logs that agents write to the artifact store: of all steps of
// one execution, merged by time, once or for as long as the execution runs.
package planlog
