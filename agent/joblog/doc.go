// Package joblog is what lies between a job's output and its logs.
//
// What a job writes is bytes that were meant for a terminal: chunks that end in
// the middle of a line or of a character, progress bars that draw over
// themselves with a carriage return, line ends of two systems, now and then
// binary data, and sometimes a secret. A log takes lines of valid UTF-8 of
// bounded length. Splitter makes the second of the first, and Mask hides what
// nobody must read.
//
// Lines go to two places: Console writes them to the container's log, which
// other jobs share and which may block (AsyncWriter), and Archive keeps each job's own as an object that grows.
// Tail keeps the last lines for the message that says why a job failed.
package joblog
