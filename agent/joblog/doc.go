// Package joblog holds the small parts between a job's output and its log.
//
// What a job writes is bytes that were meant for a terminal: chunks that end in
// the middle of a line or of a character, progress bars that draw over
// themselves with a carriage return, line ends of two systems, and now and then
// binary data. A log takes lines of valid UTF-8 of bounded length. Splitter
// makes the second of the first; Tail keeps the last lines for the message that
// says why a job failed.
package joblog
