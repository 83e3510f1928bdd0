// Package metrics writes what the agent does as CloudWatch metrics, in the
// embedded metric format: lines of JSON in the container's log, from which
// CloudWatch Logs takes the values. It needs no permission, no call and no
// other service.
//
// An embedded-metric line has a member "_aws" that names a namespace, the
// members that are dimensions and the members that are metrics; a metric's
// member is a number or up to 100 of them. CloudWatch keeps metrics by the
// minute, and each combination of name and dimensions costs for the hours in
// which it has values. So there is one line for a minute in which something
// was counted or a job ran, with only the metrics that have a value, and one
// set of dimensions.
//
// The metrics are:
//
//	JobsStarted    Count         jobs that began to run
//	JobsSucceeded  Count         jobs that ended, by worker.Outcome:
//	JobsFailed     Count
//	JobsTimedOut   Count
//	JobsStopped    Count         ended because the agent was stopped
//	JobsAbandoned  Count         ended because nobody waited any more
//	QueueWait      Milliseconds  from a job's sending to its start, each job's
//	RunTime        Milliseconds  from a job's start to its end, each job's
//	JobsInFlight   Count         jobs that run: the minute's most, and those at
//	                             its end where they are fewer
//
// Sum is the statistic for the counts, Maximum for JobsInFlight. A count that
// is missing is 0.
package metrics
