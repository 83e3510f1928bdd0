// Package joblog turns the output of jobs into logs.
//
// A job writes for a terminal: chunks that end in the middle of a line or a character,
// progress bars that use carriage returns, line ends of two systems, sometimes binary
// data, and sometimes a secret. Splitter turns these into lines of valid UTF-8 of
// bounded length, and Mask hides secrets.
//
// Console writes the lines of all jobs to the container's log, through AsyncWriter if
// that can block. Archive keeps the log of each job as an object that grows. Tail keeps
// the last lines, to explain why a job failed.
package joblog
